// Figures in a tab that was hidden, or beside a card that opened, take the width that they have now.
function render({ el }) {
  const fit = () => {
    for (const plot of document.querySelectorAll(".licences-figure .js-plotly-plot")) {
      // plotly.js takes a figure whose height changed for one whose width is fixed.
      if (plot.layout) delete plot.layout.width;
    }
    window.dispatchEvent(new Event("resize"));
  };
  const observer = new ResizeObserver(fit);
  const timer = setInterval(() => {
    const boxes = el.closest(".licences-explorer")?.querySelectorAll(".licences-figure") ?? [];
    if (!boxes.length) return;
    boxes.forEach((box) => observer.observe(box));
    clearInterval(timer);
  }, 100);
  return () => {
    clearInterval(timer);
    observer.disconnect();
  };
}
export default { render };
