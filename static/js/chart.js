/* Charts, drawn by Chart.js (window.Chart) from the tables of the page, which stay for print, for
   screen readers and for whoever has no script.

   <div class="scroll"><table id="weeks" data-chart="line" data-unit="%" data-top="100">
     <th scope="col" data-line="line">Kept</th> … <td data-v="93.4" data-low="90" data-high="96">

   `data-chart` names one chart or several; a column is in one of them if its head says its part in
   it: data-line (line, goal, plan), data-bar (bar), data-mirror (left, right), data-dots (dot),
   data-scatter (x, y). With data-of="rows" each row with data-drawn is a line over the columns.
   A cell tells `v` (nothing: a gap), its range `low` to `high`, and a `goal`; what its first link
   or `data-href` opens is what its point opens. What is tagged in the head of a week (a.tag) is marked on the axis.
   Nothing moves: a chart is drawn at once, also where somebody asked for less motion. */

const { Chart } = window;
const SHAPES = ["circle", "triangle", "rect", "rectRot", "star", "crossRot"];
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [1, 4]];
const ROW = 30, AROUND = 76, LETTER = 6.4;
const charts = new Map(), shown = new Set();

const number = (text) => (text === undefined || text === "" ? null : Number(text));
const wordsOf = (element) => element.textContent.trim().replace(/\s+/g, " ");
const labelOf = (head) => wordsOf(head.querySelector("time, bdi, [data-label]") ?? head);

function cellOf(td) {
  const { v, low, high, goal } = td.dataset;
  return {
    v: number(v), low: number(low), high: number(high), goal: number(goal),
    href: td.querySelector("a[href]")?.getAttribute("href") ?? td.dataset.href, words: wordsOf(td),
  };
}

/* What a table says: the names along its axis, and series of cells. */
function read(table, kind) {
  const heads = [...table.tHead.rows[0].cells], rows = [...table.tBodies[0].rows];
  const columns = heads.map((head, at) => ({ at, head, part: head.dataset[kind], name: labelOf(head) }))
    .filter((column) => column.part);
  if (table.dataset.of === "rows") {
    const drawn = rows.filter((row) => "drawn" in row.dataset);
    return {
      axis: columns.map(({ head }) => head),
      series: drawn.map((row) => ({
        part: kind, name: labelOf(row.cells[0]), cells: columns.map(({ at }) => cellOf(row.cells[at])),
      })),
    };
  }
  return {
    axis: rows.map((row) => row.querySelector("th")),
    series: columns.map(({ at, part, name }) => ({ part, name, cells: rows.map((row) => cellOf(row.cells[at])) })),
  };
}

function inks() {
  const style = getComputedStyle(document.documentElement);
  const ink = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    lines: [1, 2, 3, 4, 5, 6].map((place) => ink(`chart-${place}`)), font: ink("font"),
    ink: ink("ink"), text: ink("ink-2"), grid: ink("line"), surface: ink("surface"), strong: ink("line-strong"),
  };
}

/* Stripes, so that two bars differ without their colours. */
function striped(colour, ground) {
  const tile = document.createElement("canvas"), pen = tile.getContext("2d");
  tile.width = tile.height = 8;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  for (const shift of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(shift - 1, 9);
    pen.lineTo(shift + 9, -1);
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat");
}

const valuesOf = ({ cells, part }) => cells.map(({ v }) => (v !== null && part === "left" ? -v : v));

function datasetOf(series, place, ink) {
  const colour = ink.lines[place % ink.lines.length];
  const bars = ["bar", "left", "right"].includes(series.part);
  const dots = series.part === "dot";
  const quiet = series.part === "goal" || series.part === "plan";
  const stroke = quiet ? ink.ink : colour;
  return {
    label: series.name, series, clip: false, data: valuesOf(series), borderColor: stroke,
    backgroundColor: bars && place % 2 ? striped(colour, ink.surface) : colour,
    ...(bars ? { borderWidth: 1, barPercentage: 0.7, stack: "one" } : {
      borderWidth: 2, borderDash: quiet ? [6, 4] : DASHES[place % DASHES.length],
      stepped: series.part === "goal" ? "middle" : false, showLine: !dots,
      pointStyle: quiet ? "line" : SHAPES[place % SHAPES.length],
      pointRadius: quiet ? 0 : 4, pointHoverRadius: quiet ? 0 : 6, pointHitRadius: quiet ? 0 : 10,
    }),
  };
}

/* Ranges as whiskers, what was promised as a stroke across its bar, versions as lines. */
const around = {
  id: "around",
  /* Two dots of one row would hide each other's ranges. */
  afterDatasetsUpdate(chart) {
    const { datasets } = chart.data;
    if (chart.config.options.told.kind !== "dots") return;
    datasets.forEach((_, place) => {
      for (const point of chart.getDatasetMeta(place).data) point.y += 9 * (place - (datasets.length - 1) / 2);
    });
  },
  beforeDatasetsDraw(chart) {
    for (const { series } of chart.data.datasets) if (series.part === "plan") band(chart, series.cells);
  },
  afterDatasetsDraw(chart) {
    const pen = chart.ctx, { ink, axis, kind } = chart.config.options.told;
    const across = chart.options.indexAxis === "y", scale = chart.scales[across ? "x" : "y"];
    const stroke = (from, to, along) => {
      pen.beginPath();
      if (across) { pen.moveTo(from, along); pen.lineTo(to, along); } else { pen.moveTo(along, from); pen.lineTo(along, to); }
      pen.stroke();
    };
    pen.save();
    chart.data.datasets.forEach(({ series, borderColor }, place) => {
      const sign = series.part === "left" ? -1 : 1;
      (kind === "scatter" ? [] : chart.getDatasetMeta(place).data).forEach((point, at) => {
        const { low, high, goal } = series.cells[at];
        const along = across ? point.y : point.x;
        if (low !== null && high !== null && series.part !== "plan") {
          pen.strokeStyle = borderColor;
          pen.lineWidth = 1.25;
          stroke(scale.getPixelForValue(low * sign), scale.getPixelForValue(high * sign), along);
        }
        if (goal !== null && across) {
          const x = scale.getPixelForValue(goal * sign);
          pen.strokeStyle = ink.ink;
          pen.lineWidth = 2.5;
          pen.beginPath();
          pen.moveTo(x, along - 11);
          pen.lineTo(x, along + 11);
          pen.stroke();
        }
      });
    });
    if (kind === "mirror") rowMarks(chart, pen, axis, ink);
    if (kind === "line") marks(chart, pen, axis, ink);
    if (kind === "scatter") names(chart, pen, axis, ink);
    pen.restore();
  },
};

/* How far from an even pace is still on pace. */
function band(chart, cells) {
  const { x, y } = chart.scales, pen = chart.ctx;
  pen.save();
  pen.fillStyle = chart.config.options.told.ink.grid;
  pen.beginPath();
  cells.forEach(({ low }, at) => pen.lineTo(x.getPixelForValue(at), y.getPixelForValue(low)));
  [...cells.entries()].reverse().forEach(([at, { high }]) => pen.lineTo(x.getPixelForValue(at), y.getPixelForValue(high)));
  pen.fill();
  pen.restore();
}

function marks(chart, pen, axis, ink) {
  const { top, bottom, right } = chart.chartArea;
  pen.font = `11px ${ink.font}`;
  let line = 0;
  axis.forEach((head, at) => {
    const changes = [...head.querySelectorAll("a.tag")].map(wordsOf);
    if (!changes.length) return;
    const x = chart.scales.x.getPixelForValue(at), text = changes.join(", ");
    pen.strokeStyle = ink.strong;
    pen.lineWidth = 1;
    pen.setLineDash([2, 2]);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, bottom);
    pen.stroke();
    pen.setLineDash([]);
    const fits = x + pen.measureText(text).width + 6 < right;
    pen.textAlign = fits ? "left" : "right";
    pen.fillStyle = ink.text;
    pen.fillText(text, x + (fits ? 4 : -4), bottom - 6 - 13 * (line++ % 3));
  });
}

function rowMarks(chart, pen, axis, ink) {
  pen.font = `11px ${ink.font}`;
  pen.textAlign = "left";
  pen.fillStyle = ink.text;
  axis.forEach((head, at) => {
    const changes = [...head.querySelectorAll("a.tag")].map(wordsOf);
    pen.fillText(changes.join(", "), chart.chartArea.left + 4, chart.scales.y.getPixelForValue(at) - 11);
  });
}

function names(chart, pen, axis, ink) {
  pen.font = `11px ${ink.font}`;
  pen.fillStyle = ink.text;
  pen.textAlign = "left";
  const points = chart.getDatasetMeta(0).data, { left, right, bottom } = chart.chartArea, said = [];
  chart.data.datasets[0].series.cells.forEach(({ row }, at) => {
    const text = labelOf(axis[row]), { x, y } = points[at], wide = pen.measureText(text).width;
    const fits = x + wide + 10 < right || x - wide - 8 < left, from = fits ? x + 8 : x - 8 - wide;
    /* A name that would lie on another goes below it, or is left to the tooltip. */
    const free = [4, 16, -8].find((down) => y + down < bottom && !said.some((one) =>
      Math.abs(one.y - y - down) < 11 && from < one.to && one.from < from + wide));
    if (free === undefined) return;
    said.push({ y: y + free, from, to: from + wide });
    pen.fillText(text, from, y + free);
  });
}

function open(event, hits, chart) {
  const hit = hits[0], cell = hit && chart.data.datasets[hit.datasetIndex].series.cells[hit.index];
  if (!cell?.href) return;
  if (event.native.ctrlKey || event.native.metaKey) window.open(cell.href, "_blank", "noopener");
  else window.location.assign(cell.href);
}

function hover(event, hits, chart) {
  const linked = hits[0] && chart.data.datasets[hits[0].datasetIndex].series.cells[hits[0].index]?.href;
  chart.canvas.style.cursor = linked ? "pointer" : "default";
}

/* One dot for each row that has both numbers. */
function scattered({ axis, series }) {
  const [x, y] = ["x", "y"].map((part) => series.find((one) => one.part === part));
  const cells = axis.map((_, row) => ({
    row, v: 0, low: null, high: null, goal: null, href: y.cells[row].href,
    at: { x: x.cells[row].v, y: y.cells[row].v },
    words: `${x.name} ${x.cells[row].words}, ${y.name} ${y.cells[row].words}`,
  })).filter(({ at }) => at.x !== null && at.y !== null);
  return { axis, x, y, series: [{ part: "dot", name: "", cells }] };
}

function options(kind, told, table, ink) {
  const across = ["bar", "mirror", "dots"].includes(kind), unit = table.dataset.unit ?? "";
  const most = number(table.dataset.top) ?? undefined;
  const goals = told.series.flatMap(({ cells }) => cells.map(({ goal, high }) => Math.max(goal ?? 0, high ?? 0)));
  const say = (value) => `${Math.abs(value).toLocaleString("en-GB")}${unit && ` ${unit}`}`;
  const grid = { color: ink.grid }, font = { family: ink.font, size: 12 };
  const title = (text) => ({ display: Boolean(text), text, color: ink.text, font });
  const value = {
    beginAtZero: true, min: kind === "mirror" ? -(most ?? 100) : undefined,
    max: kind === "scatter" ? undefined : most, suggestedMax: Math.max(...goals), grid,
    ticks: { color: ink.text, font, precision: 0, callback: say }, stacked: across && kind !== "dots",
  };
  const category = {
    type: "category", offset: across, grid: { display: kind === "dots", color: ink.grid }, stacked: across,
    ticks: {
      color: ink.text, font, autoSkip: !across,
      callback(_, at) {
        const name = labelOf(told.axis[at]), room = Math.max(9, Math.floor((this.chart.width * 0.36) / LETTER));
        return name.length > room ? `${name.slice(0, room - 1)}…` : name;
      },
    },
  };
  const scales = kind === "scatter" ? {
    x: { ...value, type: "linear", title: title(told.x.name), ticks: { ...value.ticks, callback: (one) => `${one}` } },
    y: { ...value, title: title(told.y.name), suggestedMax: 10 },
  } : { [across ? "x" : "y"]: value, [across ? "y" : "x"]: category };
  return {
    animation: false, responsive: true, maintainAspectRatio: false, indexAxis: across ? "y" : "x",
    interaction: { mode: "nearest", intersect: true }, onClick: open, onHover: hover, scales,
    told: { ink, axis: told.axis, kind }, layout: { padding: { top: 8, right: 12 } },
    plugins: {
      legend: {
        display: kind !== "scatter" && told.series.length > 1, position: "bottom",
        labels: { usePointStyle: !["bar", "mirror"].includes(kind), boxWidth: 20, color: ink.text, font, boxHeight: 7 }, onClick: () => {},
      },
      tooltip: {
        displayColors: false, callbacks: {
          title: ([item]) => item && labelOf(told.axis[told.series[item.datasetIndex].cells[item.dataIndex].row ?? item.dataIndex]),
          label: ({ datasetIndex, dataIndex }) => {
            const { name, cells } = told.series[datasetIndex];
            return name ? `${name}: ${cells[dataIndex].words}` : cells[dataIndex].words;
          },
        },
      },
    },
  };
}

function draw(table, kind, figure) {
  const ink = inks(), found = read(table, kind);
  const told = kind === "scatter" ? scattered(found) : found;
  told.series = told.series.filter(({ cells }) => cells.some(({ v }) => v !== null));
  if (!told.series.length) return false;
  const datasets = told.series.map((series, place) => datasetOf(series, place, ink));
  if (kind === "scatter") datasets[0].data = told.series[0].cells.map(({ at }) => at);
  if (!["line", "scatter"].includes(kind)) figure.style.blockSize = `${told.axis.length * ROW + AROUND}px`;
  const canvas = document.createElement("canvas");
  figure.replaceChildren(canvas);
  const type = kind === "scatter" ? "scatter" : ["bar", "mirror"].includes(kind) ? "bar" : "line";
  charts.set(canvas, new Chart(canvas, {
    type, data: { labels: told.axis.map(labelOf), datasets }, options: options(kind, told, table, ink), plugins: [around],
  }));
  return true;
}

/* The table steps back behind its chart, until somebody asks for it or goes there by the keyboard. */
function stepBack(table, whole) {
  const button = document.createElement("button");
  const say = () => {
    const open = shown.has(table.id);
    whole.classList.toggle("shown", open);
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Hide the table" : "Show the table";
  };
  button.type = "button";
  button.className = "btn quiet chart-table";
  button.addEventListener("click", () => {
    if (!shown.delete(table.id)) shown.add(table.id);
    say();
  });
  whole.classList.add("charted");
  whole.before(button);
  say();
}

function figureOf(table, whole, kind) {
  const known = document.querySelector(`.chart[data-kind="${kind}"][data-of="${table.id}"]`);
  if (known) return known;
  const figure = document.createElement("div");
  figure.className = "chart";
  figure.dataset.kind = kind;
  figure.dataset.of = table.id;
  figure.setAttribute("aria-hidden", "true");
  whole.before(figure);
  return figure;
}

function drawTable(table) {
  const whole = table.closest(".scroll") ?? table;
  const figures = table.dataset.chart.split(" ").map((kind) => figureOf(table, whole, kind));
  const kept = figures.filter((figure) => draw(table, figure.dataset.kind, figure) || figure.remove());
  if (kept.length && !whole.classList.contains("charted")) stepBack(table, whole);
}

export function drawCharts() {
  if (!Chart) return;
  for (const [canvas, chart] of charts) { chart.destroy(); charts.delete(canvas); };
  for (const table of document.querySelectorAll("table[data-chart][id]")) drawTable(table);
}

document.addEventListener("live:placed", drawCharts);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
drawCharts();
