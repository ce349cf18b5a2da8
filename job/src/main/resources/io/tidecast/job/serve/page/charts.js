// The charts: columns of the dashboards' queries in, ECharts options out.

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function theme() {
  return {
    text: css('--text'), faint: css('--faint'), line: css('--line'), panel: css('--panel'),
    blue: css('--blue'), green: css('--green'), orange: css('--orange'), purple: css('--purple'), red: css('--red'),
  };
}

export function number(value, digits = 4) {
  if (value === null || value === undefined) return '–';
  return Number(value.toPrecision(digits)).toLocaleString('en', { maximumFractionDigits: 6, useGrouping: Math.abs(value) >= 1e5 });
}

const two = (n) => String(n).padStart(2, '0');

export function utc(time) {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
}

function local(time) {
  const d = new Date(time);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())} local`;
}

const pairs = (columns, name) => (columns?.time ?? []).map((time, i) => [time, columns[name][i]]);

/** One row per time of all targets, for the tooltip. */
function rowsByTime(results) {
  const rows = new Map();
  for (const columns of Object.values(results)) {
    (columns.time ?? []).forEach((time, i) => {
      const row = rows.get(time) ?? {};
      for (const [name, values] of Object.entries(columns)) row[name] = values[i];
      rows.set(time, row);
    });
  }
  return rows;
}

/** Made of nodes and not of HTML: names are data, and the policy forbids inline styles. */
function tip(time, lines) {
  const box = document.createElement('div');
  box.className = 'tip';
  const add = (label, value, className = '') => {
    const line = document.createElement('div');
    line.className = className;
    line.append(label);
    if (value !== undefined) {
      const bold = document.createElement('b');
      bold.textContent = value;
      line.append(bold);
    }
    box.append(line);
  };
  if (time !== null) {
    add(local(time));
    add(utc(time), undefined, 'utc');
  }
  for (const [label, value] of lines) add(label, value);
  return box;
}

const span = (row, level) => `${number(row[`Lower ${level}%`])} – ${number(row[`Upper ${level}%`])}`;

function forecastLines(row) {
  const lines = [];
  if (row.Cause != null) lines.push(['Anomaly', `${row.Cause}, ${number(row.Score, 2)} × the interval`]);
  if (row.Observed != null) lines.push(['Observed', number(row.Observed)]);
  if (row.Median != null) lines.push(['Median', number(row.Median)]);
  if (row['Upper 50%'] != null) lines.push(['50 %', span(row, 50)]);
  if (row['Upper 90%'] != null) lines.push(['90 %', span(row, 90)]);
  if (row['Fixed lead'] != null) lines.push(['Fixed lead', number(row['Fixed lead'])]);
  return lines;
}

function frame(t, x, formatter) {
  return {
    animation: false,
    textStyle: { color: t.text, fontFamily: 'inherit' },
    grid: { left: 8, right: 14, top: 18, bottom: 8, containLabel: true },
    tooltip: {
      trigger: 'axis', confine: true, backgroundColor: t.panel, borderColor: t.line,
      axisPointer: { type: 'line', lineStyle: { color: t.faint, type: 'dashed' } }, formatter,
    },
    xAxis: {
      axisLine: { lineStyle: { color: t.line } }, axisLabel: { color: t.faint, hideOverlap: true },
      splitLine: { show: true, lineStyle: { color: t.line } }, ...x,
    },
    yAxis: {
      type: 'value', scale: true, axisLabel: { color: t.faint },
      splitLine: { lineStyle: { color: t.line } },
    },
  };
}

/** A band is two stacked lines, the lower one and what lies between it and the upper one. */
function band(t, columns, level, opacity) {
  const lower = pairs(columns, `Lower ${level}%`);
  const upper = pairs(columns, `Upper ${level}%`);
  const line = {
    type: 'line', stack: `band-${level}`, stackStrategy: 'all', symbol: 'none', silent: true,
    lineStyle: { width: 0 }, emphasis: { disabled: true },
  };
  return [
    { ...line, name: `Lower ${level}%`, data: lower },
    {
      ...line, name: `Upper ${level}%`, areaStyle: { color: t.blue, opacity },
      data: upper.map(([time, value], i) => [time, value === null ? null : value - lower[i][1]]),
    },
  ];
}

/** Near an edge the name stands beside the line, so that it stays within the chart. */
function vertical(time, text, color, type, from, to) {
  const share = (time - from) / (to - from);
  const align = share < 0.08 ? 'left' : share > 0.92 ? 'right' : 'center';
  return {
    xAxis: time, name: text, lineStyle: { color, type, width: 1.5 },
    label: { formatter: text, color, align, position: 'end', distance: 4, fontSize: 11 },
  };
}

const LETTER = 6.5;

/** The present, and retrainings: the newest are named, and of those before them whose names have room. */
export function verticalLines(retrained, [present, name], from, to, width) {
  const t = theme();
  let free = Infinity; // left end of what is written so far
  const line = (time, text, color, type) => {
    const middle = width * (time - from) / (to - from);
    const half = LETTER * text.length / 2;
    const fits = middle + half < free;
    if (fits) free = middle - half;
    return vertical(time, fits ? text : '', color, type, from, to);
  };
  const lines = present >= from && present <= to ? [line(present, name, t.orange, 'solid')] : [];
  const shown = retrained.filter(([time]) => time >= from && time <= to);
  return lines.concat(shown.reverse().map(([time, text]) => line(time, text, t.purple, 'dotted')));
}

export function forecastOption(results, anomalies, retrained, lines, from, to) {
  const t = theme();
  const rows = rowsByTime({ ...results, anomalies: { time: anomalies.Time, Cause: anomalies.Cause, Score: anomalies.Score } });
  const chosen = results.Chosen;
  const observed = pairs(results.Observed, 'Observed');
  return {
    ...frame(t, { type: 'time', min: from, max: to }, (at) => {
      const time = at[0].axisValue;
      const served = retrained.findLast(([since]) => since <= time);
      return tip(time, [...forecastLines(rows.get(time) ?? {}), ...(served ? [['Model', served[1]]] : [])]);
    }),
    toolbox: { show: true, itemSize: 0, feature: { dataZoom: { yAxisIndex: 'none', icon: { zoom: 'none', back: 'none' } } } },
    series: [
      ...band(t, chosen, 90, 0.16),
      ...band(t, chosen, 50, 0.32),
      {
        type: 'line', name: 'Fixed lead', data: pairs(results.FixedLead, 'Fixed lead'), symbol: 'none',
        lineStyle: { color: t.orange, width: 1.2 }, itemStyle: { color: t.orange },
      },
      {
        type: 'line', name: 'Observed', data: observed, symbol: 'circle',
        symbolSize: 4, showSymbol: observed.length < 120,
        lineStyle: { color: t.green, width: 1.6 }, itemStyle: { color: t.green },
        markLine: { symbol: 'none', silent: true, animation: false, data: lines },
      },
      {
        type: 'scatter', name: 'Anomalies', data: anomalies.Time.map((time, i) => [time, anomalies.Observed[i]]),
        symbolSize: 9, z: 4, itemStyle: { color: 'transparent', borderColor: t.red, borderWidth: 2 },
      },
      {
        type: 'line', name: 'Median', data: pairs(chosen, 'Median'), symbol: 'none',
        lineStyle: { color: t.blue, type: 'dashed', width: 2 }, itemStyle: { color: t.blue },
      },
    ],
  };
}

export function residualOption(results, from, to) {
  const t = theme();
  const data = pairs(results.Residuals, 'Residual');
  return {
    ...frame(t, { type: 'time', min: from, max: to }, (at) =>
      tip(at[0].axisValue, [['Residual', number(at[0].value[1])]])),
    series: [{ type: 'bar', name: 'Residual', data, large: true, barMaxWidth: 6, itemStyle: { color: t.faint } }],
  };
}

export function leadOption(results) {
  const t = theme();
  const columns = results.ByLead;
  const line = (name, color, width) => ({
    type: 'line', name, symbol: 'none', lineStyle: { color, width }, itemStyle: { color },
    data: columns.Lead.map((lead, i) => [lead, columns[name][i]]),
  });
  const option = frame(t, { type: 'value', min: 'dataMin', max: 'dataMax', name: '', minInterval: 1 }, (at) =>
    tip(null, [['Lead', `${at[0].value[0]} steps`], ...at.map((p) => [p.seriesName, number(p.value[1])])]));
  return {
    ...option,
    legend: { bottom: 0, textStyle: { color: t.text }, icon: 'roundRect', itemHeight: 3 },
    grid: { ...option.grid, bottom: 34 },
    yAxis: { ...option.yAxis, scale: false },
    series: [line('MAE', t.blue, 2.4), line('Seasonal naive MAE', t.orange, 1.5), line('Persistence MAE', t.faint, 1.5)],
  };
}
