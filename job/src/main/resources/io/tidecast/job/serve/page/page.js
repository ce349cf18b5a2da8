// The live page: state in the URL, events of one series in, charts out.

import { Picker } from './picker.js';
import { forecastOption, leadOption, number, residualOption, utc, verticalLines } from './charts.js';

const [MINUTE, HOUR, DAY, MONTH] = [60e3, 3600e3, 86400e3, 2629746e3];
// quick ranges are offered as multiples of what a forecast spans, rounded up to what people say
const SPANS = [0.25, 2, 7, 30];
const ROUND = [5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY,
  1095 * DAY, 3650 * DAY];
const SLOW_PANELS_EVERY = 3000;
const CHANGES = ['promoted', 'rolled-back'];
const TIMES = ['Boundary', 'Data from', 'Data to'];
const AWAITED_TIMES = ['Newest forecast', 'Awaited from'];
const element = (id) => document.getElementById(id);

const url = new URLSearchParams(location.search);
const state = {
  series: url.get('series') ?? '',
  back: Number(url.get('back')) * 1000 || null, // how far back, in ms; null: not chosen yet
  from: Number(url.get('from')) || null,
  to: Number(url.get('to')) || null,
  lead: Number(url.get('lead')) || 0,
  theme: url.get('theme') ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'),
};

let newest = null; // what the last event said, and when it came
let drawn = {}; // results of the queries behind the charts
let events = null;
let away = false;
let lost = false;

// ---------------------------------------------------------------- state and URL

function remember() {
  const query = new URLSearchParams({ series: state.series, theme: state.theme });
  if (state.back) query.set('back', state.back / 1000);
  if (state.from) { query.set('from', state.from); query.set('to', state.to); }
  if (state.lead) query.set('lead', state.lead);
  history.replaceState(null, '', `?${query}`);
}

/** Around the newest origin, which in a replay is not the time of day, and into the future. */
function range() {
  if (state.from) return [state.from, state.to];
  const ahead = newest.horizon * newest.step;
  const back = state.back ?? quickRanges()[1];
  return [newest.origin - back, newest.origin + Math.min(ahead, back)];
}

function quickRanges() {
  const ahead = newest.horizon * newest.step;
  return SPANS.map((span) => ROUND.find((length) => length >= span * ahead) ?? ROUND.at(-1));
}

// ---------------------------------------------------------------- asking

async function ask(question, parameters) {
  const response = await fetch(`api/${question}?${new URLSearchParams(parameters)}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** The range that is zoomed to; else the longest quick one, as errors over a short one are noise. */
function accuracyRange() {
  if (state.from) return [state.from, state.to];
  return [newest.origin - Math.max(state.back ?? 0, quickRanges().at(-1)), newest.origin];
}

function panel(title, [from, to] = range()) {
  return ask('panel', { title, series: state.series, from: Math.round(from), to: Math.round(to), lead: state.lead });
}

function retrained() {
  const [from, to] = range();
  return ask('annotation', { name: 'Retraining', series: state.series, from: Math.round(from), to: Math.round(to) });
}

/** At most one of each at a time; what is asked for meanwhile is asked once more at the end. */
function single(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) { again = true; return; }
    running = true;
    try {
      do { again = false; await work(); } while (again);
      away = false;
    } catch (error) {
      say(error.message);
    } finally {
      running = false;
    }
  };
}

const loadForecast = single(async () => {
  const series = state.series;
  const [results, marks, anomalies] = await Promise.all([panel('Forecast'), retrained(), panel('Anomalies')]);
  if (series !== state.series) return;
  drawn.forecast = results;
  drawn.anomalies = anomalies.Anomalies;
  drawn.retrained = marks.time.map((time, i) => [time, marks.text[i].replace(/ serves$/, '')]);
  drawForecast();
  say('');
});

const loadRest = single(async () => {
  const series = state.series;
  const [residuals, decisions, awaited, byLead, numbers, total] = await Promise.all([
    panel('Residuals'), panel('Decisions', [0, range()[1]]), panel('Awaited series'),
    ...['Accuracy by lead', 'Numbers by lead', 'Live accuracy'].map((title) => panel(title, accuracyRange()))]);
  if (series !== state.series) return;
  Object.assign(drawn, { residuals, decisions, awaited, byLead, numbers, total });
  drawRest();
});

let restAt = 0;
let restLater = null;

function load() {
  if (!newest) return;
  loadForecast();
  clearTimeout(restLater);
  const wait = Math.max(0, restAt + SLOW_PANELS_EVERY - Date.now());
  restLater = setTimeout(() => { restAt = Date.now(); loadRest(); }, wait);
}

function reload() {
  restAt = 0;
  load();
}

// ---------------------------------------------------------------- drawing

/** The present, or, where the newest forecast does not reach it as in a replay, its origin. */
function verticals() {
  const [from, to] = range();
  const now = Date.now();
  const reached = now < newest.origin + newest.horizon * newest.step;
  const present = reached ? [now, 'now'] : [newest.origin, 'origin'];
  return verticalLines(drawn.retrained, present, from, to, chart('forecast').getWidth());
}

/** Time goes on between two forecasts, but not under a hand that drags. */
function moveNow() {
  if (!newest || !drawn.forecast || pressed) return;
  chart('forecast').setOption({ series: [{ name: 'Observed', markLine: { data: verticals() } }] });
}

const charts = {};
let pressed = false;

function chart(id) {
  charts[id] ??= echarts.init(element(id));
  return charts[id];
}

function drawForecast() {
  const [from, to] = range();
  document.querySelector('.legend .fixed').hidden = state.lead === 0;
  chart('forecast').setOption(
    forecastOption(drawn.forecast, drawn.anomalies, drawn.retrained, verticals(), from, to), true);
  // the chart forgets with every option that a drag means zoom
  chart('forecast').dispatchAction({ type: 'takeGlobalCursor', key: 'dataZoomSelect', dataZoomSelectActive: true });
  const last = drawn.forecast.Observed.time.length - 1;
  element('forecast').setAttribute('aria-label',
    `${state.series}: ${last + 1} observed values, forecast from ${utc(newest.origin)}`);
  element('forecast').dataset.points = last + 1;
  element('forecast').dataset.markers = drawn.retrained.length;
  element('forecast').dataset.anomalies = drawn.anomalies.Time.length;
}

function drawRest() {
  const [from, to] = range();
  const lead = Math.max(1, state.lead);
  element('residual-title').textContent = `Residuals, ${lead === 1 ? 'one step' : `${lead} steps`} ahead`;
  chart('residuals').setOption(residualOption(drawn.residuals, from, to), true);
  chart('by-lead').setOption(leadOption(drawn.byLead), true);
  const period = state.from ? 'in the range shown' : `last ${duration(newest.origin - accuracyRange()[0])}`;
  document.querySelectorAll('.period').forEach((each) => { each.textContent = `, ${period}`; });
  drawNumbers(drawn.total.Total);
  drawTable(drawn.numbers.Numbers);
  drawDecisions(drawn.decisions.Decisions);
  drawAwaited(drawn.awaited.Awaited);
  showChange();
}

const percent = (value) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);

function coverage(value, level) {
  if (value === null) return '';
  const off = Math.abs(value - level);
  return off <= 0.05 ? 'good' : off <= 0.1 ? 'fair' : 'poor';
}

function drawNumbers(columns) {
  const of = (name) => columns[name][0];
  const skill = of('Skill');
  const tiles = [
    ['MAE', number(of('MAE')), skill === null ? '' : skill > 0 ? 'good' : 'poor'],
    ['Seasonal naive MAE', number(of('Seasonal naive MAE')), ''],
    ['Saved of the naive’s error', percent(skill), ''],
    ['Inside the 90 % interval', percent(of('Inside 90%')), coverage(of('Inside 90%'), 0.9)],
    ['Inside the 50 % interval', percent(of('Inside 50%')), coverage(of('Inside 50%'), 0.5)],
    ['Targets scored', of('Targets') === null ? '–' : of('Targets').toLocaleString('en'), ''],
  ];
  element('numbers').replaceChildren(...tiles.map(([label, value, quality]) => {
    const tile = document.createElement('div');
    tile.className = `number ${quality}`;
    const big = document.createElement('b');
    big.textContent = value;
    const small = document.createElement('span');
    small.textContent = label;
    tile.append(big, small);
    return tile;
  }));
}

/** With the zeros at the end that keep a column in line. */
function aligned(value) {
  const plain = value === null || Number.isInteger(value) || Math.abs(value) >= 1e4;
  return plain ? number(value) : value.toPrecision(4);
}

function fill(table, columns, text) {
  const names = Object.keys(columns);
  const row = (cells, tag) => {
    const tr = document.createElement('tr');
    tr.append(...cells.map((content) => {
      const cell = document.createElement(tag);
      cell.textContent = content;
      return cell;
    }));
    return tr;
  };
  element(table).replaceChildren(
    row(names, 'th'), ...columns[names[0]].map((_, i) => row(names.map((name) => text(name, columns[name][i])), 'td')));
}

function drawTable(columns) {
  fill('table', columns, (name, value) => (name.startsWith('Inside') ? percent(value) : aligned(value)));
}

function drawDecisions(columns) {
  element('decisions-panel').hidden = columns.Boundary.length === 0;
  fill('decisions', columns, (name, value) => (
    value === null ? '–' : TIMES.includes(name) ? utc(value) : typeof value === 'number' ? aligned(value) : value));
}

/** Which series are awaited since when, and whose times are off by how much; a click shows one. */
function drawAwaited(columns) {
  element('awaited-panel').hidden = columns.Series.length === 0;
  fill('awaited', columns, (name, value) => (
    AWAITED_TIMES.includes(name) ? utc(value)
      : name === 'Behind' ? (value < 0 ? `${ago(-value)} ahead` : ago(value)) : value));
  document.querySelectorAll('#awaited td:first-child').forEach((cell) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = cell.textContent;
    button.addEventListener('click', () => chooseSeries(button.textContent));
    cell.replaceChildren(button);
  });
}

/** When the model was changed last, if that lies before what is shown. */
function changeBefore() {
  const { Decision: decisions = [], Boundary: boundaries = [] } = drawn.decisions?.Decisions ?? {};
  const changed = boundaries[decisions.findIndex((each) => CHANGES.includes(each))];
  return newest && changed < range()[0] ? changed : null;
}

function showChange() {
  element('change').hidden = changeBefore() === null;
}

function drawFacts() {
  const badge = document.createElement('span');
  badge.className = `badge ${newest.quality}`;
  badge.textContent = newest.quality;
  element('facts').replaceChildren(
    `from ${utc(newest.origin)}, ${newest.horizon} steps of ${duration(newest.step)} · ${newest.model || 'no model yet'} `, badge);
}

function duration(millis) {
  if (millis % MONTH === 0 && millis >= MONTH) return `${millis / MONTH} mo`;
  for (const [unit, size] of [['d', DAY], ['h', HOUR], ['min', MINUTE]]) {
    if (millis % size === 0 && millis >= size) return `${millis / size} ${unit}`;
  }
  return `${millis / 1000} s`;
}

function say(text) {
  element('message').textContent = text;
  element('message').hidden = !text;
}

/** Awaited is a forecast that did not come: the last is older, by the clock on the wall, than three steps that are open. */
function drawStatus() {
  const age = newest ? (Date.now() - newest.came) / 1000 + newest.age : 0;
  const old = newest && age > newest.overdue;
  const [kind, text] = lost ? ['lost', 'connection lost, trying again']
    : away ? ['away', 'the database does not answer']
      : !newest ? ['connecting', state.series ? 'no forecast yet' : 'connecting']
        : old ? ['awaiting', `awaiting observations, no forecast for ${ago(age)}`] : ['live', `live · updated ${ago(age)} ago`];
  element('status').dataset.state = kind;
  if (element('status-text').textContent !== text) element('status-text').textContent = text;
}

function ago(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

// ---------------------------------------------------------------- events of the server

function listen() {
  events?.close();
  newest = null;
  drawn = {};
  away = false;
  drawStatus();
  events = new EventSource(`events?series=${encodeURIComponent(state.series)}`);
  events.onopen = () => { lost = false; drawStatus(); };
  events.onerror = () => { lost = true; drawStatus(); };
  events.addEventListener('away', () => { away = true; drawStatus(); });
  events.addEventListener('alive', () => { away = false; drawStatus(); });
  events.addEventListener('forecast', (event) => {
    const columns = JSON.parse(event.data);
    lost = false;
    away = false;
    if (columns.Origin.length === 0) {
      say(`No forecast of ${state.series} yet.`);
    } else {
      newest = {
        origin: columns.Origin[0], horizon: columns.Horizon[0], step: 1000 * columns.Step[0],
        model: columns.Model[0], quality: columns.Quality[0], age: columns['Written ago'][0],
        overdue: columns['Overdue after'][0], came: Date.now(),
      };
      drawFacts();
      showRange();
      load();
    }
    drawStatus();
  });
}

// ---------------------------------------------------------------- what people do

function chooseSeries(series) {
  state.series = series;
  state.from = state.to = null;
  element('forecast-title').textContent = series;
  document.title = `${series} · Tidecast`;
  remember();
  restAt = 0;
  listen();
}

function chooseBack(back) {
  state.back = back;
  state.from = state.to = null;
  showRange();
  remember();
  reload();
}

function zoom(from, to) {
  if (to - from < 2 * (newest?.step ?? HOUR)) return;
  state.from = Math.round(from);
  state.to = Math.round(to);
  showRange();
  remember();
  reload();
}

function showRange() {
  if (!newest) return;
  showChange();
  const lengths = quickRanges();
  const buttons = [...element('ranges').children];
  buttons.forEach((button, i) => {
    button.dataset.back = lengths[i];
    button.textContent = duration(lengths[i]);
    button.setAttribute('aria-pressed', String(!state.from && lengths[i] === (state.back ?? lengths[1])));
  });
}

function showTheme() {
  document.documentElement.dataset.theme = state.theme;
  if (drawn.forecast) drawForecast();
  if (drawn.total) drawRest();
}

function chartKey(event) {
  if (!newest) return;
  const [from, to] = range();
  const width = to - from;
  const moves = {
    ArrowLeft: [-0.25, -0.25], ArrowRight: [0.25, 0.25], '+': [0.25, -0.25], '-': [-0.5, 0.5],
  };
  if (event.key in moves) {
    zoom(from + moves[event.key][0] * width, to + moves[event.key][1] * width);
    event.preventDefault();
  } else if (event.key === 'Escape') {
    chooseBack(state.back);
  }
}

function wire(picker) {
  element('ranges').addEventListener('click', (event) => {
    if (event.target.dataset.back) chooseBack(Number(event.target.dataset.back));
  });
  element('change').addEventListener('click', () => {
    const ahead = newest.horizon * newest.step;
    if (changeBefore() !== null) zoom(changeBefore() - ahead, newest.origin + ahead);
  });
  element('lead').value = String(state.lead);
  element('lead').addEventListener('change', (event) => {
    state.lead = Number(event.target.value);
    remember();
    reload();
  });
  element('theme').addEventListener('click', () => {
    state.theme = state.theme === 'dark' ? 'light' : 'dark';
    remember();
    showTheme();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== picker.input) {
      picker.input.focus();
      event.preventDefault();
    }
  });
  const forecast = chart('forecast');
  forecast.on('datazoom', (event) => {
    const chosen = event.batch?.[0];
    if (chosen?.startValue !== undefined) zoom(chosen.startValue, chosen.endValue);
  });
  forecast.getZr().on('dblclick', () => chooseBack(state.back));
  element('forecast').addEventListener('pointerdown', () => { pressed = true; });
  addEventListener('pointerup', () => { pressed = false; });
  addEventListener('pointercancel', () => { pressed = false; });
  element('forecast').addEventListener('keydown', chartKey);
  new ResizeObserver(() => Object.values(charts).forEach((each) => each.resize())).observe(document.body);
  setInterval(() => { drawStatus(); moveNow(); }, 1000);
}

async function start() {
  showTheme();
  const search = async (text) => ask('series', { search: text });
  const picker = new Picker(search, chooseSeries);
  wire(picker);
  try {
    state.series ||= (await search(''))[0] ?? '';
  } catch (error) {
    say(error.message);
  }
  if (state.series) {
    const { from, to } = state;
    picker.show(state.series);
    chooseSeries(state.series);
    Object.assign(state, { from, to });
    remember();
  } else {
    say('No series yet: the first forecasts are on their way. This page looks again.');
    setTimeout(() => location.reload(), 3000);
  }
}

document.addEventListener('DOMContentLoaded', start);
