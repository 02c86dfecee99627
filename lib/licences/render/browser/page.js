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

const charts = [...document.querySelectorAll("figure.chart")];
const isDark = matchMedia("(prefers-color-scheme: dark)"), isNarrow = matchMedia("(max-width: 600px)");
const NARROW_PIXELS = 560, SHEET_PIXELS = 688;

function drawFigure(chart, isPrinted = false) {
  const plot = chart.querySelector(".plot");
  const place = isPrinted === true ? "paper" : chart.clientWidth < NARROW_PIXELS ? "narrow" : "wide";
  const { data, layout } = fitFigure(JSON.parse(chart.querySelector("script").textContent), place, isDark.matches && place !== "paper");
  if (layout.height) plot.style.height = `${layout.height}px`;
  const width = place === "paper" ? { width: SHEET_PIXELS } : { autosize: true };
  return Plotly.react(plot, data, { ...layout, ...width }, {
    displayModeBar: false,
    responsive: true,
    scrollZoom: false,
  });
}

function drawShown() {
  return Promise.all(charts.filter((chart) => chart.getClientRects().length).map((chart) => drawFigure(chart)));
}

unpackPlotly().then(
  () => drawShown().then(() => {
    for (const look of [isDark, isNarrow]) look.addEventListener("change", drawShown);
    document.addEventListener("toggle", drawShown, true); // what was folded has had no width
    addEventListener("beforeprint", () => charts.forEach((chart) => drawFigure(chart, true)));
    addEventListener("afterprint", drawShown);
  }),
  (reason) => charts.forEach((chart) => { chart.querySelector(".plot").textContent = reason.message; }),
).finally(() => { window.licencesDrawn = true; }); // for who waits until the page is whole

// Whoever follows a link to what is folded away wants to see it, as does who prints it.
function unfold() {
  const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = aim; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (aim) aim.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
