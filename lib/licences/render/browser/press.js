// What draws figures for paper, on a page that holds nothing else.
"use strict";

// A figure as it is on paper: vectors for a page, where it is as wide as its place and as high where it does not say itself, points for
// Word. Figures travel as JSON, which is ten times as quick.
async function drawFigure({ figure, place, format }) {
  const { data, layout } = fitFigure(JSON.parse(figure), "paper");
  const width = place ? place.width : layout.width;
  const height = place && !(Number(layout.height) > 0) ? place.height : Number(layout.height);
  const picture = { format, width, height, scale: format === "svg" ? 1 : 2 };
  const address = await Plotly.toImage({ data, layout: { ...layout, width, height }, config: { staticPlot: true } }, picture);
  return { height, picture: format === "svg" ? drawHatches(decodeURIComponent(address.slice(address.indexOf(",") + 1))) : address };
}

// In a PDF each pattern would become a picture; on paper a hatched bar is a plain one with lines across it.
function drawHatches(svg) {
  const sheet = document.body.appendChild(document.createElement("div"));
  sheet.innerHTML = svg;
  for (const bar of sheet.querySelectorAll("path.pattern_filled")) {
    const ground = document.getElementById(bar.style.fill.match(/#([\w-]+)/)[1])?.querySelector("rect");
    if (!ground) continue; // not one of ours
    const inset = 0.5 + parseFloat(bar.style.strokeWidth || 0) / 2;
    const box = bar.getBBox();
    const [left, top] = [box.x + inset, box.y + inset];
    const [right, bottom] = [box.x + box.width - inset, box.y + box.height - inset];
    let path = "";
    for (let sum = left + top + 4; sum < right + bottom; sum += 7) {
      const [from, to] = [Math.max(left, sum - bottom), Math.min(right, sum - top)];
      path += `M${from},${sum - from}L${to},${sum - to}`;
    }
    const lines = bar.cloneNode();
    lines.setAttribute("d", path);
    lines.style.cssText = "fill: none; stroke: #ffffff; stroke-opacity: 0.5; stroke-width: 1.4px";
    bar.style.fill = ground.getAttribute("fill");
    bar.after(lines);
  }
  const drawn = sheet.innerHTML;
  sheet.remove();
  return drawn;
}
