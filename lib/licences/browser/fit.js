// Figures in a tab that was hidden, or beside a card that opened, take the width that they have now.
function render({ el }) {
  const observer = new ResizeObserver(() => window.dispatchEvent(new Event("resize")));
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
