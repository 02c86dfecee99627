// A figure that follows the kernel. The whole figure travels, a few kB; plotly.js changes what differs in place.
// plotly.js comes from the kernel when a figure is first seen, or the browser has nothing else to do; one copy serves all.
// Plotly, with which other figures of a notebook may be drawn, is left as it was.
function load(model) {
  if (window.licencesPlotly) return window.licencesPlotly;
  return new Promise((resolve) => {
    function hear({ source }) {
      if (!source) return;
      model.off("msg:custom", hear);
      const before = "const before = window.Plotly, module = { exports: {} };\n";
      const after = "\nconst ours = module.exports;\nwindow.Plotly = before;\nexport default ours;\n";
      const file = URL.createObjectURL(new Blob([before, source, after], { type: "text/javascript" }));
      window.licencesPlotly ??= import(file).then((loaded) => loaded.default);
      resolve(window.licencesPlotly);
    }
    model.on("msg:custom", hear);
    model.send({ ask: "plotly" });
  });
}

function render({ model, el }) {
  const plot = document.createElement("div");
  const instead = document.createElement("p");
  let drawnWidth = 0;
  let Plotly = null;
  let loading = null;

  function fetchPlotly() {
    loading ??= load(model).then((loaded) => {
      Plotly = loaded;
      draw();
    });
  }

  function draw() {
    const { figure, text } = model.get("shown");
    instead.textContent = text;
    instead.hidden = Boolean(figure);
    plot.hidden = !figure;
    drawnWidth = el.clientWidth;
    if (!figure || !drawnWidth) return; // a hidden figure is drawn when it comes to sight
    if (!Plotly) {
      fetchPlotly();
      return;
    }
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
  const idle = window.requestIdleCallback ?? ((later) => setTimeout(later, 2000));
  setTimeout(() => idle(fetchPlotly), 1000);
  return () => {
    observer.disconnect();
    model.off("change:shown", draw);
    Plotly?.purge(plot);
  };
}
export default { render };
