// The console's plots, and its tables without a reload. The plots are the `timeseries`
// panels of Grafana's dashboards, which lie beside this file: their titles, units,
// queries and annotations are written there, once. Prometheus's own API answers.
/* global uPlot */

const VERSION = new URL(import.meta.url).search; // of all files here
const PROMETHEUS = new URL("../", import.meta.url);
const RANGES = {
  "15m": { title: "15 minutes", seconds: 900, step: 5 },
  "1h": { title: "hour", seconds: 3600, step: 15 },
  "1d": { title: "day", seconds: 86400, step: 300 },
  "1w": { title: "week", seconds: 604800, step: 1800 },
};
const SCRAPE = 5; // seconds, as in prometheus.yml
const REFRESH = 15000; // milliseconds
const COLORS = 8; // --series-0 and so on, in console.css
const HEIGHT = 180;

// ---- What a number is called: Grafana's units that panels have.

const SI = [
  [1e9, " G"],
  [1e6, " M"],
  [1e3, " k"],
  [1, " "],
];
const BINARY = [
  [2 ** 40, " Ti"],
  [2 ** 30, " Gi"],
  [2 ** 20, " Mi"],
  [2 ** 10, " Ki"],
  [1, " "],
];
const TIMES = [
  [86400, " d"],
  [3600, " h"],
  [60, " min"],
  [1, " s"],
  [1e-3, " ms"],
  [1e-6, " µs"],
];
const PERCENT = [[0.01, " %"]];
const UNITS = {
  reqps: [SI, "req/s"],
  ops: [SI, "ops/s"],
  rowsps: [SI, "rows/s"],
  cps: [SI, "/s"],
  bytes: [BINARY, "B"],
  decbytes: [SI, "B"],
  Bps: [SI, "B/s"],
  binBps: [BINARY, "B/s"],
  s: [TIMES, ""],
  percentunit: [PERCENT, ""],
  percent: [[[1, " %"]], ""],
};

function format(value, unit) {
  if (!Number.isFinite(value)) return "–";
  const [scale, suffix] = UNITS[unit] ?? [SI, ""];
  const fitting = scale.find(([factor]) => Math.abs(value) >= factor);
  const [factor, prefix] = fitting ?? scale.find(([one]) => one === 1) ?? scale[0];
  return `${Number((value / factor).toPrecision(3))}${prefix}${suffix}`.trim();
}

function moment(seconds, range) {
  const day = range.seconds > 86400 ? { weekday: "short", day: "numeric" } : {};
  const second = range.step < 60 ? { second: "2-digit" } : {};
  const time = { hour: "2-digit", minute: "2-digit", ...second, ...day };
  return new Date(seconds * 1000).toLocaleString("en-GB", time);
}

// ---- What a dashboard asks.

// The variables of a dashboard, with "all" chosen, and Grafana's own.
function variables(dashboard, range) {
  const found = {
    __rate_interval: `${Math.max(4 * SCRAPE, range.step + SCRAPE)}s`,
    __interval: `${range.step}s`,
    __range: `${range.seconds}s`,
  };
  for (const one of dashboard.templating?.list ?? []) {
    const value = [one.current?.value ?? one.query].flat();
    found[one.name] = one.includeAll ? (one.allValue ?? ".*") : value.join("|");
  }
  return found;
}

function fill(expression, values) {
  const named = /\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]/g;
  return expression.replace(named, (whole, ...names) => {
    const name = names.slice(0, 3).find(Boolean);
    return values[name] ?? whole;
  });
}

function legend(format, metric) {
  const labels = Object.entries(metric).map(([name, value]) => `${name}=${value}`);
  if (!format || format === "__auto") return labels.join(" ") || "value";
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => metric[name] ?? "").trim();
}

// The series that a query has within a span; an error is Prometheus's own sentence.
async function ask(expression, { start, end, range }, signal) {
  const address = new URL("api/v1/query_range", PROMETHEUS);
  address.search = new URLSearchParams({
    query: expression,
    start,
    end,
    step: range.step,
  });
  const answer = await (await fetch(address, { signal })).json();
  if (answer.status !== "success") throw new RangeError(answer.error);
  return answer.data.result;
}

// The values of a series at each moment of a span; null where it has no number.
function values(series, { start, range, moments }) {
  const found = moments.map(() => null);
  for (const [time, value] of series.values) {
    const isNumber = Number.isFinite(Number(value)); // and not NaN or +Inf
    found[Math.round((time - start) / range.step)] = isNumber ? Number(value) : null;
  }
  return found;
}

// ---- One panel: a figure with a plot, and the table that says the same.

const style = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function head(text) {
  return make("th", { textContent: text, scope: "col" });
}

function row(name, i, view) {
  const swatch = make("i", { className: "swatch" });
  swatch.style.background = `var(--series-${i % COLORS})`;
  const button = { type: "button", className: "view", value: view, textContent: name };
  const first = make("th", { scope: "row" }, swatch, view ? make("button", button) : name);
  return make("tr", {}, first, make("td"), make("td"), make("td"));
}

// Values without neighbours, which make no line.
function alone(all) {
  const isThere = all.map((value) => (value ?? null) !== null);
  const indices = [...all.keys()];
  return indices.filter((i) => isThere[i] && !isThere[i - 1] && !isThere[i + 1]);
}

// What uPlot draws a series as.
function line(_, i) {
  return {
    stroke: () => style(`--series-${i % COLORS}`),
    dash: i < COLORS ? [] : [5, 3],
    width: 1.5,
    points: { size: 4, show: true, filter: (plot, one) => alone(plot.data[one]) },
  };
}

class Panel {
  constructor(panel, dashboard) {
    this.panel = panel;
    this.dashboard = dashboard;
    this.defaults = panel.fieldConfig?.defaults ?? {};
    this.names = [];
    this.makeFigure();
    const fit = () => this.plot?.setSize(this.size());
    new ResizeObserver(fit).observe(this.canvas);
  }

  makeFigure() {
    const { title, description } = this.panel;
    const text = (description ?? "").replaceAll("`", "");
    const caption = make(
      "figcaption",
      {},
      make("h3", { textContent: title }),
      make("p", { textContent: text }),
    );
    this.note = make("p", { className: "note" });
    this.canvas = make("div", { className: "plot", tabIndex: 0, role: "slider" });
    this.canvas.ariaLabel = `Moment in ${title}`;
    this.canvas.addEventListener("keydown", (event) => this.move(event));
    this.values = this.makeTable(title);
    this.figure = make("figure", {}, caption, this.note, this.canvas, this.values);
  }

  makeTable(title) {
    this.heads = ["", "latest", "least", "most"].map(head);
    this.rows = make("tbody");
    const top = make("thead", {}, make("tr", {}, ...this.heads));
    const table = make("table", { ariaLabel: title }, top, this.rows);
    const scroll = { className: "values", tabIndex: 0, role: "group" };
    return make("div", { ...scroll, ariaLabel: `Values of ${title}` }, table);
  }

  async draw(span, releases, signal) {
    this.span = span;
    this.releases = releases;
    const filled = variables(this.dashboard, span.range);
    const series = ({ expr, legendFormat }) =>
      ask(fill(expr, filled), span, signal).then((answer) =>
        answer.map((one) => [
          legend(legendFormat, one.metric),
          values(one, span),
          one.metric.view,
        ]),
      );
    const targets = this.panel.targets.filter(({ expr, hide }) => expr && !hide);
    try {
      this.show((await Promise.all(targets.map(series))).flat());
    } catch (fault) {
      if (!(fault instanceof RangeError)) throw fault;
      this.show([], `Prometheus refuses the query: ${fault.message}`);
    }
  }

  show(series, note = "") {
    const names = series.map(([name]) => name);
    this.views = series.map(([, , view]) => view);
    const data = [this.span.moments, ...series.map(([, found]) => found)];
    const isThere = series.length > 0;
    this.note.textContent = note || (isThere ? "" : "Nothing in this range.");
    this.canvas.hidden = this.values.hidden = !isThere;
    if (this.plot && names.join("\n") === this.names.join("\n")) {
      this.plot.setData(data);
    } else {
      this.replot(names, data);
    }
    this.tell();
  }

  replot(names, data) {
    this.plot?.destroy();
    this.names = names;
    this.rows.replaceChildren(...names.map((name, i) => row(name, i, this.views[i])));
    this.plot = names.length ? new uPlot(this.options(), data, this.canvas) : null;
  }

  size() {
    return { width: this.canvas.clientWidth, height: HEIGHT };
  }

  options() {
    return {
      ...this.size(),
      legend: { show: false },
      series: [{}, ...this.names.map(line)],
      cursor: { sync: { key: "moment" }, drag: { x: false, y: false }, y: false },
      scales: { y: { range: (_, low, high) => this.ends(low, high) } },
      axes: this.axes(),
      hooks: { draw: [() => this.mark()], setCursor: [() => this.tell()] },
    };
  }

  // Of the scale, also where all values are the same.
  ends(low, high) {
    const { min = low ?? 0, max } = this.defaults;
    return [min, max ?? (high > min ? high * 1.05 : min + 1)];
  }

  axes() {
    const look = {
      stroke: () => style("--muted"),
      grid: { stroke: () => style("--line"), width: 1 },
      ticks: { show: false },
    };
    const range = () => ({ ...this.span.range, step: 60 });
    const times = (_, ticks) => ticks.map((tick) => moment(tick, range()));
    const numbers = (_, ticks) => ticks.map((tick) => format(tick, this.defaults.unit));
    return [
      { ...look, values: times, space: 80, size: 30 },
      { ...look, values: numbers, size: 75 },
    ];
  }

  // The releases, and the lines where alerts start.
  mark() {
    const { ctx, bbox } = this.plot;
    ctx.save();
    ctx.setLineDash([4, 4]);
    for (const { time } of this.releases) {
      const x = this.plot.valToPos(time, "x", true);
      this.stroke("--release", [x, bbox.top], [x, bbox.top + bbox.height]);
    }
    for (const { value } of this.limits()) {
      const y = this.plot.valToPos(value, "y", true);
      if (y < bbox.top) continue; // above all that is shown
      this.stroke("--bad", [bbox.left, y], [bbox.left + bbox.width, y]);
    }
    ctx.restore();
  }

  stroke(color, from, to) {
    const { ctx } = this.plot;
    ctx.strokeStyle = style(color);
    ctx.beginPath();
    ctx.moveTo(...from);
    ctx.lineTo(...to);
    ctx.stroke();
  }

  limits() {
    const { custom, thresholds } = this.defaults;
    const shown = (custom?.thresholdsStyle?.mode ?? "off") !== "off";
    return shown ? thresholds.steps.filter(({ value }) => value !== null) : [];
  }

  // Arrow keys choose a moment, as a pointer does.
  move(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (!this.plot || (!step && event.key !== "Escape")) return;
    event.preventDefault();
    const { moments } = this.span;
    const last = moments.length - 1;
    const index = Math.max(0, Math.min(last, (this.plot.cursor.idx ?? last) + step));
    const left = step ? this.plot.valToPos(moments[index], "x") : -10;
    this.plot.setCursor({ left, top: step ? 0 : -10 }, true, true);
  }

  // The table, of the chosen moment or of the latest.
  tell() {
    const { moments, range } = this.span;
    const index = this.plot?.cursor.idx ?? null;
    const when = index === null ? "latest" : moment(moments[index], range);
    const latest = this.names.map((name, i) => `${name} ${this.fillRow(i, index)}`);
    this.heads[1].textContent = when;
    this.canvas.ariaValueMin = 0;
    this.canvas.ariaValueMax = moments.length - 1;
    this.canvas.ariaValueNow = index ?? moments.length - 1;
    this.canvas.ariaValueText = `${when}: ${latest.join(", ")}`;
  }

  fillRow(i, index) {
    const all = this.plot.data[i + 1];
    const found = all.filter((value) => value !== null);
    const value = all[index ?? all.length - 1];
    const texts = [value, Math.min(...found), Math.max(...found)].map((number) =>
      format(number, this.defaults.unit),
    );
    texts.forEach((text, column) => {
      this.rows.rows[i].cells[column + 1].textContent = text;
    });
    return texts[0];
  }
}

// ---- From a view to its requests in the log.

// As find-requests and the log have it.
const minute = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16);

// The minutes that a click is about: those of a plot's chosen moment, or of the range.
function minutesOf(button) {
  const figure = button.closest("figure");
  const panels = dashboards.flatMap((one) => one.panels);
  const panel = panels.find((one) => one.figure === figure);
  const span = panel?.span ?? spanOf(RANGES[chosen()]);
  const index = panel?.plot?.cursor.idx ?? null;
  if (index === null) return [span.start, span.end].map(minute);
  const { moments, range } = span;
  return [moments[index] - range.step, moments[index]].map(minute);
}

function tellRequests(button) {
  const [from, until] = minutesOf(button);
  const name = button.value.replace(/[^ !#-&(-Z^-~]/g, "_"); // as access_line.py does
  const view = /^[\w:.-]+$/.test(name) ? name : `'${name}'`;
  const commands = ["slow", "failed"].map((kind) => {
    const command = `find-requests ${kind} ${view} ${from} ${until}`;
    return make("p", {}, make("code", { textContent: `docker compose exec log ${command}` }));
  });
  const title = make("h2", { textContent: `Requests of ${button.value}` });
  const close = make("form", { method: "dialog" }, make("button", { textContent: "Close" }));
  const dialog = make("dialog", {}, title, ...commands, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button.view");
  if (button) tellRequests(button);
});

// ---- The page.

const plots = document.querySelector("#plots");
const status = make("p", { className: "note", role: "status" });
const marks = make("p", { className: "releases" });
let dashboards = [];
let loading;
let timer;
let controller = new AbortController();

// Panels in a row that is folded lie inside of it.
const flat = (panels) =>
  panels.flatMap((panel) => [panel, ...flat(panel.panels ?? [])]);

async function load() {
  const read = async (name) => {
    const address = new URL(`dashboards/${name}${VERSION}`, import.meta.url);
    return (await fetch(address)).json();
  };
  const names = plots.dataset.dashboards.split(" ");
  dashboards = (await Promise.all(names.map(read))).map(add);
}

function add(dashboard) {
  const panels = flat(dashboard.panels)
    .filter((panel) => panel.type === "timeseries")
    .map((panel) => new Panel(panel, dashboard));
  const grid = make(
    "div",
    { className: "grid" },
    ...panels.map((panel) => panel.figure),
  );
  if (panels.length) plots.append(make("h2", { textContent: dashboard.title }), grid);
  return { dashboard, panels };
}

// When values begin, after a time without any.
function begins(values, { range }) {
  const times = values.map(([time]) => time);
  return times.filter((time, i) => !i || time - times[i - 1] > 1.5 * range.step);
}

// What annotations mark; dashboards have the same ones.
async function releases(span, signal) {
  const asked = new Map();
  for (const { dashboard } of dashboards) {
    for (const one of dashboard.annotations?.list ?? []) {
      const expression = one.enable !== false && one.target?.expr;
      const filled = variables(dashboard, span.range);
      if (expression) asked.set(fill(expression, filled), one);
    }
  }
  const found = [];
  for (const [expression, { titleFormat, textFormat }] of asked) {
    for (const { metric, values } of await ask(expression, span, signal)) {
      const says = `${legend(titleFormat, metric)} ${legend(textFormat ?? "", metric)}`;
      found.push(...begins(values, span).map((time) => ({ time, text: says })));
    }
  }
  return found;
}

function chosen() {
  const name = new URLSearchParams(location.search).get("range");
  return name in RANGES ? name : "15m";
}

function spanOf(range) {
  const end = Math.floor(Date.now() / 1000 / SCRAPE) * SCRAPE;
  const start = end - range.seconds;
  const moments = Array.from(
    { length: range.seconds / range.step + 1 },
    (_, i) => start + i * range.step,
  );
  return { start, end, range, moments };
}

// Tells of the releases, and returns them for the plots.
async function tellReleases(span, signal) {
  try {
    const begun = await releases(span, signal);
    const texts = begun.map(({ time, text }) => `${moment(time, span.range)}: ${text}`);
    marks.textContent = texts.length ? `Dashed: ${texts.join("; ")}.` : "";
    return begun;
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    marks.textContent = `Prometheus refuses the releases' query: ${fault.message}`;
    return [];
  }
}

async function draw(signal) {
  await (loading ??= load());
  const span = spanOf(RANGES[chosen()]);
  const begun = await tellReleases(span, signal);
  for (const panel of dashboards.flatMap(({ panels }) => panels)) {
    await panel.draw(span, begun, signal);
  }
}

// Gives a part of the page what a newer one has; what is the same keeps its focus.
function follow(old, fresh) {
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, i) => {
    const mine = before[i];
    if (!mine) old.append(node);
    else if (mine.nodeName !== node.nodeName) mine.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) follow(mine, node);
    else if (mine.data !== node.data) mine.data = node.data;
  });
  before.slice(after.length).forEach((node) => node.remove());
}

async function followPage(signal) {
  const answer = await fetch(location.href, { signal });
  if (!answer.ok) throw new Error(await answer.text());
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  follow(document.querySelector("#state"), fresh.querySelector("#state"));
}

// Again and again; what is under way ends where a person chooses another range.
async function keep() {
  clearTimeout(timer);
  controller.abort();
  const { signal } = (controller = new AbortController());
  try {
    if (!document.hidden) await Promise.all([draw(signal), followPage(signal)]);
    status.textContent = "";
  } catch (fault) {
    if (signal.aborted) return;
    if (!dashboards.length) loading = null;
    status.textContent = `Prometheus does not answer (${fault.message}): this is old.`;
  }
  timer = setTimeout(keep, REFRESH);
}

function choose(name) {
  history.replaceState(null, "", `?range=${name}${location.hash}`);
  for (const button of document.querySelectorAll("#ranges button")) {
    button.ariaPressed = button.value === name;
  }
  keep();
}

function rangeButtons() {
  const buttons = Object.entries(RANGES).map(([name, { title }]) => {
    const button = make("button", { type: "button", value: name, textContent: title });
    button.addEventListener("click", () => choose(name));
    return button;
  });
  const group = make("div", { id: "ranges", role: "group" }, "The last ", ...buttons);
  group.ariaLabel = "Range of the plots";
  return group;
}

plots.append(rangeButtons(), status, marks);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  dashboards.forEach(({ panels }) => panels.forEach(({ plot }) => plot?.redraw()));
});
document.addEventListener("visibilitychange", keep);
choose(chosen());
