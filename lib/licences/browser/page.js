// Draws the figures of a client's page from the JSON that stands beside each of them.
"use strict";

for (const chart of document.querySelectorAll("figure.chart")) {
  const figure = JSON.parse(chart.querySelector("script").textContent);
  const layout = { ...figure.layout, autosize: true };
  delete layout.template;
  Plotly.newPlot(chart.querySelector(".plot"), figure.data, layout, {
    displayModeBar: false,
    responsive: true,
    scrollZoom: false,
  });
}

// A reader who prints wants to see what is folded away.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
