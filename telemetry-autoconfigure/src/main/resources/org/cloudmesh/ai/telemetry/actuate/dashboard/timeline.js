/* The time lines that several views share: a metric's percentiles, the machine, and the events that mark both. */
import * as api from './api.js';
import {Chart} from './chart.js';
import {h, show} from './dom.js';
import {bytes, isoSeconds, local, measure, quantity, unitOf, whole} from './format.js';
import {calendar, go, remembered, SECONDS, wide} from './state.js';

/** Events that come more often than this in a day are traffic and would hide what they are to mark. */
const RARE = 20;
const MARKED = 5;
const DAY = 86400;
export const COLOURS = ['p50', 'gpu', 'cpu', 'memory', 'bad', 'good', 'p95', 'mark'];
const seen = new Map();

/** From and to of what is shown, in seconds: as asked for, or from the first record to the last; a range that is mostly empty begins with its first record. */
export function extent(state, summary) {
  const [begin, end] = state.from || state.to ? [] : calendar(state.range) ?? [];
  const all = state.range === 'all' && !state.from && !state.to;
  const to = Date.parse(state.to ?? (all ? summary.to : null) ?? '') || end || api.now();
  const first = Date.parse(summary.from ?? '');
  const from = Date.parse(state.from ?? '') || (all && first) || begin || to - (SECONDS[state.range] ?? 3600) * 1000;
  const young = !state.from && first > (from + to) / 2;
  return [(young ? Math.min(first - (to - first) / 20, to - 60000) : from) / 1000, Math.max(to, from + 1000) / 1000];
}

/** The filters with this range in place of a named one, so that buckets begin where the picture does. */
export const within = (filter, range) => ({...filter, zone: null, from: new Date(range[0] * 1000).toISOString(), to: filter.to && new Date(range[1] * 1000).toISOString()});

/** The middles of an answer's buckets, in seconds. */
export function middles(answer, points = answer.points ?? []) {
  const half = (isoSeconds(answer.bucket) ?? 0) / 2;
  return points.map((point) => Date.parse(point.at) / 1000 + half);
}

/** A chart of one metric: p50 as a line, bands up to p95 and p99, how many values at the bottom. */
export function percentiles(name, title, height) {
  return new Chart({
    title, height, unit: unitOf(name), keep: 'percentiles',
    lines: [
      {label: 'p99', colour: 'p99', kind: 'edge', band: 1, fill: 'band99'},
      {label: 'p95', colour: 'p95', kind: 'edge', band: 2, fill: 'band95'},
      {label: 'p50', colour: 'p50'},
      {label: 'count', colour: 'bars', kind: 'bars'},
    ],
  });
}

/** Fills such a chart from an answer of the series path. */
export function fillPercentiles(chart, name, answer, range, marks, source) {
  const points = answer.points ?? [];
  const x = middles(answer);
  const column = (key) => points.map((point) => point[key] ?? null);
  const count = points.reduce((sum, point) => sum + point.count, 0);
  const last = points.findLast((point) => point.count > 0);
  chart.set({
    x, range, marks, source, columns: [column('p99'), column('p95'), column('p50'), points.map((point) => point.count || null)],
    label: `${name} over time: ${whole(count)} values between ${local(range[0] * 1000)} and ${local(range[1] * 1000)}.${last
      ? ` Last p50 ${measure(name, last.p50)}, p95 ${measure(name, last.p95)}, p99 ${measure(name, last.p99)}.` : ''}`,
  });
}

/** A chart of the machine: CPU, memory and, where there is one, GPU in percent. */
export function machine(height = 120) {
  return new Chart({
    title: h('h3', null, 'Machine'), height, unit: 'percent', fixed: 100, gaps: true,
    lines: [
      {label: 'CPU', colour: 'cpu'},
      {label: 'Memory', colour: 'memory'},
      {label: 'GPU', colour: 'gpu'},
      {label: 'GPU memory', colour: 'gpu', kind: 'edge', dash: [4, 3]},
    ],
  });
}

/** The machine over the range. Those of a fleet do not make one line: there a node has to be chosen. */
export const readings = (filter, signal) => api.soft(api.context({from: filter.from, to: filter.to, zone: filter.zone, node: filter.node, limit: wide() ? 1 : 60}, signal), api.NO_READINGS);

// While the recorder runs, no two readings are further apart than that, unless the user says so.
const TOGETHER = 65000;

/** Fills that chart from the readings of the context path; a time without any is a gap, not a line. */
export function fillMachine(chart, {samples, now}, range, marks, one = false) {
  // A record of an earlier time says which machine it was, and no figure of it.
  const sorted = wide() && !one ? [] : samples.filter(({cpu, memory, gpu}) => cpu !== null || memory !== null || gpu !== null).sort((a, b) => a.at - b.at);
  const gap = Math.max(TOGETHER, 50 * (range[1] - range[0]));
  const points = sorted.flatMap((sample, i) => (i > 0 && sample.at - sorted[i - 1].at > gap ? [{at: sample.at - 1}, sample] : [sample]));
  const column = (key) => points.map((sample) => sample[key] ?? null);
  const last = sorted.at(-1) ?? now;
  const gpu = sorted.some((sample) => sample.gpu !== null || sample.gpuMemory !== null);
  chart.legend.classList.toggle('no-gpu', !gpu);
  chart.set({
    x: points.map((sample) => sample.at / 1000), range, marks, columns: ['cpu', 'memory', 'gpu', 'gpuMemory'].map(column),
    label: `Machine over time, ${whole(sorted.length)} readings. Last: ${describe(last)}.`,
    empty: wide() ? 'Several machines. Choose one: Nodes, or the filter Node.' : 'No readings in this range. The machine is read while the recorder runs.',
  });
}

/** A reading in words. */
export function describe({cpu, memory, gpu, system}) {
  const parts = [`CPU ${cpu === null ? 'unknown' : quantity(cpu, 'percent')}`, `memory ${memory === null ? 'unknown' : quantity(memory, 'percent')}`];
  if (Number.isFinite(system.memory_used)) {
    parts[1] += ` (${bytes(system.memory_used)})`;
  }
  if (gpu !== null) {
    parts.push(`GPU ${quantity(gpu, 'percent')}`);
  }
  return parts.join(', ');
}

const FIRST = [/^duration_sec$/, /^gen_ai\.client\.operation\.duration$/, /duration|latency/];

/** The metric that tells most of an application: a pinned one, else how long its work takes. */
export function principal(names) {
  const pins = remembered('pins') ?? [];
  return pins.find((name) => names.includes(name)) ?? FIRST.map((pattern) => names.find((name) => pattern.test(name))).find(Boolean) ?? names[0];
}

/** Several lines or columns whose number the answer tells: the chart is made anew when they change. */
export class Lines {
  constructor(options) {
    this.options = options;
    this.root = h('div');
  }

  set(lines, data) {
    const wanted = JSON.stringify([lines, data.kind]);
    if (wanted !== this.wanted) {
      this.wanted = wanted;
      this.chart?.destroy();
      this.chart = new Chart({...this.options, ...data.kind, lines});
      show(this.root, this.chart.root);
    }
    this.chart.set(data);
  }

  destroy() {
    this.chart?.destroy();
  }
}

const OUTCOMES = [['completed', 'ok', 'p95'], ['cancelled', 'cancelled', 'warn'], ['failed', 'failed', 'bad']];

/** How calls ended over time: ok, cancelled and failed in each bucket, or failures by what caused them. A click leads to the records. */
export class Outcomes {
  constructor(title) {
    this.lines = new Lines({title, height: 120, unit: 'count', stack: true, open: (index) => this.open(index)});
    this.root = this.lines.root;
  }

  destroy() {
    this.lines.destroy();
  }

  open(index) {
    if (!this.answer.points[index]?.count && !this.answer.series.some((one) => one.points[index]?.count)) {
      return;
    }
    const width = isoSeconds(this.answer.bucket) * 1000;
    const from = Date.parse(this.answer.points[index].at);
    go({view: 'records', status: this.failing(index) ? 'failed' : null, range: 'custom', from: new Date(from).toISOString(), to: new Date(from + width).toISOString()});
  }

  failing(index) {
    return this.answer.series.some((one) => this.byError || (one.key === 'failed' && one.points[index].count));
  }

  /** @param by what the series are told apart by: the status, or an attribute of failures */
  fill(answer, by, range, marks, source) {
    const series = answer.series ?? [];
    const points = answer.points ?? series[0]?.points ?? [];
    this.answer = {...answer, points, series};
    this.byError = by !== 'status';
    const of = (key) => series.find((one) => one.key === key)?.points ?? [];
    const total = (points) => points.reduce((sum, point) => sum + point.count, 0);
    const chosen = this.byError ? series.map(({key}, i) => [key, key ?? 'unknown', COLOURS[i % COLOURS.length]]) : [...OUTCOMES, ...series.map(({key}) => key).filter((key) => !OUTCOMES.some(([known]) => known === key)).map((key) => [key, key ?? 'none', 'mark'])];
    this.lines.set(chosen.map(([, label, colour]) => ({label, colour})), {
      x: middles(answer, points), range, marks, source,
      columns: chosen.map(([key]) => points.map((point, i) => of(key)[i]?.count || null)),
      label: `Calls over time: ${chosen.map(([key, label]) => `${whole(total(of(key)))} ${label}`).join(', ')}.`,
      empty: this.byError ? 'No failures in this range.' : undefined,
    });
  }
}

/** Records as marks. */
const marksOf = (records) => records.map((record) => ({
  at: Date.parse(record.timestamp) / 1000,
  failed: false,
  text: [record.event, record.status, record.attributes?.version].filter(Boolean).join(' '),
  record,
})).sort((a, b) => b.at - a.at);

/** The marks of a view that asks for no summary: deploys alone. */
export async function loadDeploys({from, to, zone, metric, ...rest}, signal) {
  return marksOf((await api.soft(api.recent('records', {...rest, event: 'deploy*', limit: 2 * RARE}, signal), {records: []})).records);
}

/**
 * What marks the time lines: events that are rare, wherever they come in the range. At most one request: what is known already is not
 * asked for again, and further events come with the next refresh.
 */
export async function loadMarks(filter, summary, range, signal) {
  const days = Math.max(1, (range[1] - range[0]) / DAY);
  const candidates = Object.entries(summary.events ?? {}).filter(([event, count]) => event && count <= RARE * days)
    .sort((a, b) => /deploy|release/i.test(b[0]) - /deploy|release/i.test(a[0]) || a[1] - b[1]).slice(0, MARKED);
  const {from, to, zone, metric, ...rest} = filter;
  const key = (event) => JSON.stringify([event, rest]);
  const next = candidates.find(([event, count]) => seen.get(key(event))?.count !== count);
  if (next) {
    // Looked for beyond the range: what is common elsewhere is not rare because the range is short.
    const answer = await api.soft(api.records({...rest, to, event: next[0], limit: 2 * RARE}, signal), {records: []});
    const at = answer.records.map((record) => Date.parse(record.timestamp) / 1000);
    const common = at.some((time, i) => i >= RARE && at[i - RARE] - time < DAY);
    seen.set(key(next[0]), {count: next[1], records: common ? [] : answer.records});
  }
  return marksOf(candidates.flatMap(([event]) => seen.get(key(event))?.records ?? [])).filter(({at}) => at >= range[0] && at <= range[1]);
}
