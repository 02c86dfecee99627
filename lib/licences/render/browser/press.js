// What the press does to a client's page, whose own scripts do not run there, and on the page where figures are drawn.
"use strict";

// Leaves on the page what a report of a length has, unfolded.
function setLength(length) {
  document.body.dataset.length = length;
  for (const folded of document.querySelectorAll("details")) folded.open = true;
}

function listPrinted(selector) {
  return [...document.querySelectorAll(selector)].filter((one) => one.getClientRects().length);
}

// The figures of the page that are printed, as they are on paper, each as wide as its place. One travels as JSON, which is ten times as quick.
function findFigures() {
  return listPrinted("figure.chart").map((chart) => {
    const { data, layout } = fitFigure(JSON.parse(chart.querySelector("script").textContent), "paper");
    const plot = chart.querySelector(".plot");
    if (layout.height) plot.style.height = `${layout.height}px`;
    const { clientWidth: width, clientHeight: height } = plot;
    return JSON.stringify({ data, layout: { ...layout, width, height } });
  });
}

// A figure as the address of a picture: vectors for a page, points for Word.
function drawFigure({ figure, format }) {
  const { data, layout } = JSON.parse(figure);
  const { width, height } = layout;
  const picture = { format, width, height, scale: format === "svg" ? 1 : 2 };
  return Plotly.toImage({ data, layout, config: { staticPlot: true } }, picture);
}

// In a PDF each pattern would become a picture; on paper a hatched bar is a plain one with lines across it.
function drawHatches() {
  for (const bar of document.querySelectorAll("path.pattern_filled")) {
    const ground = document.getElementById(bar.style.fill.match(/#([\w-]+)/)[1]).querySelector("rect");
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
}

// Puts the figures into the page, and says what stands in the margins of a sheet.
function finishPage({ pictures, style }) {
  const plots = listPrinted("figure.chart .plot");
  plots.forEach((plot, at) => { plot.innerHTML = decodeURIComponent(pictures[at].slice(pictures[at].indexOf(",") + 1)); });
  drawHatches();
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  // What was painted already has numbers, which would decide the order of the names in a tagged PDF: all begin anew.
  document.body.replaceWith(document.body.cloneNode(true));
}
