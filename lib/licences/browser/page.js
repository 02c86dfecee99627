// Draws the figures of a client's page from the JSON that stands beside each of them.
"use strict";

// plotly.js lies in the page gzipped; a browser from before 2023 cannot unpack it and says so.
async function unpackPlotly() {
  const packed = document.getElementById("plotly");
  if (typeof DecompressionStream === "undefined") throw new Error(packed.dataset.tooOld);
  const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

// In a PDF each pattern would become a picture; on paper a hatched bar is a plain one with lines across it.
function drawHatches(chart) {
  for (const bar of chart.querySelectorAll("path.pattern_filled")) {
    const pattern = document.getElementById(bar.style.fill.match(/#([\w-]+)/)[1]);
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
    bar.style.fill = pattern.querySelector("rect").getAttribute("fill");
    bar.after(lines);
  }
}

function drawFigure(chart) {
  const figure = JSON.parse(chart.querySelector("script").textContent);
  const layout = { ...figure.layout, autosize: true };
  delete layout.template;
  return Plotly.newPlot(chart.querySelector(".plot"), figure.data, layout, {
    displayModeBar: false,
    responsive: true,
    scrollZoom: false,
  });
}

const charts = document.querySelectorAll("figure.chart");
unpackPlotly().then(
  () => Promise.all([...charts].map(drawFigure)),
  (reason) => charts.forEach((chart) => { chart.querySelector(".plot").textContent = reason.message; }),
).then(() => { if (matchMedia("print").matches) charts.forEach(drawHatches); }).finally(() => { window.licencesDrawn = true; }); // who prints the page waits for this

// A reader who prints wants to see what is folded away.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
