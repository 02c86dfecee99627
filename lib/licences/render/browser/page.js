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
).finally(() => { window.licencesDrawn = true; }); // for who waits until the page is whole

// A reader who prints wants to see what is folded away.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
