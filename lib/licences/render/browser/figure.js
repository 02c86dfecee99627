// A figure that follows the kernel. The whole figure travels, a few kB; plotly.js changes what differs in place.
// Plotly, with which other figures of a notebook may be drawn, is left as it was: ours stands before these lines.
const Plotly = module.exports;
window.Plotly = before;

function render({ model, el }) {
  const plot = document.createElement("div");
  const instead = document.createElement("p");
  let drawnWidth = 0;

  function draw() {
    const { figure, text } = model.get("shown");
    instead.textContent = text;
    instead.hidden = Boolean(figure);
    plot.hidden = !figure;
    drawnWidth = el.clientWidth;
    if (!figure || !drawnWidth) return; // a hidden figure is drawn when it comes to sight
    const { data, layout } = JSON.parse(figure);
    const isFirst = !plot.on;
    Plotly.react(plot, data, { ...layout, width: drawnWidth }, { displayModeBar: false, scrollZoom: false });
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", layout.meta.alt);
    if (isFirst) plot.on("plotly_click", choose);
  }

  function choose({ points: [point] }) {
    const code = [point.y, point.customdata].find((value) => typeof value === "string");
    if (code) model.send({ choose: code.split(">").pop() });
  }

  const observer = new ResizeObserver(() => el.clientWidth === drawnWidth || draw());
  el.append(instead, plot);
  model.on("change:shown", draw);
  observer.observe(el);
  draw();
  return () => {
    observer.disconnect();
    model.off("change:shown", draw);
    Plotly.purge(plot);
  };
}
export default { render };
