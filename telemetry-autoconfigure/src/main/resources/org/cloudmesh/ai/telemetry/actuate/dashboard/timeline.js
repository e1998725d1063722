/* The time lines that several views share: a metric's percentiles, the machine, and the events that mark both. */
import * as api from './api.js';
import {Chart} from './chart.js';
import {h} from './dom.js';
import {bytes, isoSeconds, local, measure, quantity, unitOf, whole} from './format.js';
import {SECONDS} from './state.js';

/** Events that come more often than this are traffic and would hide what they are to mark. */
const RARE = 20;

/** Whether an event is a milestone rather than traffic, which in a quiet hour can be few records too. */
const rareAmong = (records) => ([name, count]) => name && (count <= 3 || (count <= RARE && count <= records / 20));

/** From and to of what is shown, in seconds: as asked for, or from the first record to the last. */
export function extent(state, summary) {
  const all = state.range === 'all' && !state.from && !state.to;
  const to = Date.parse(state.to ?? (all ? summary.to : null) ?? '') || api.now();
  const from = Date.parse(state.from ?? (all ? summary.from : null) ?? '') || to - (SECONDS[state.range] ?? 3600) * 1000;
  return [from / 1000, Math.max(to, from + 1000) / 1000];
}

/** A chart of one metric: p50 as a line, bands up to p95 and p99, how many values at the bottom. */
export function percentiles(name, title, height) {
  return new Chart({
    title, height, unit: unitOf(name),
    lines: [
      {label: 'p99', colour: 'p99', kind: 'edge', band: 1, fill: 'band99'},
      {label: 'p95', colour: 'p95', kind: 'edge', band: 2, fill: 'band95'},
      {label: 'p50', colour: 'p50'},
      {label: 'count', colour: 'bars', kind: 'bars'},
    ],
  });
}

/** Fills such a chart from an answer of the series path. */
export function fillPercentiles(chart, name, answer, range, marks) {
  const points = answer.points ?? [];
  const half = (isoSeconds(answer.bucket) ?? 0) / 2;
  const x = points.map((point) => Date.parse(point.at) / 1000 + half);
  const column = (key) => points.map((point) => point[key] ?? null);
  const count = points.reduce((sum, point) => sum + point.count, 0);
  const last = points.findLast((point) => point.count > 0);
  chart.set({
    x, range, marks, columns: [column('p99'), column('p95'), column('p50'), points.map((point) => point.count || null)],
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

/** Fills that chart from the readings of the context path; a time without any is a gap, not a line. */
export function fillMachine(chart, {samples, now}, range, marks) {
  const sorted = [...samples].sort((a, b) => a.at - b.at);
  const points = sorted.flatMap((sample, i) => (i > 0 && sample.at - sorted[i - 1].at > 50 * (range[1] - range[0]) ? [{at: sample.at - 1}, sample] : [sample]));
  const column = (key) => points.map((sample) => sample[key] ?? null);
  const last = sorted.at(-1) ?? now;
  const gpu = sorted.some((sample) => sample.gpu !== null || sample.gpuMemory !== null);
  chart.legend.classList.toggle('no-gpu', !gpu);
  chart.set({
    x: points.map((sample) => sample.at / 1000), range, marks, columns: ['cpu', 'memory', 'gpu', 'gpuMemory'].map(column),
    label: `Machine over time, ${whole(sorted.length)} readings. Last: ${describe(last)}.`,
    empty: 'No readings in this range. The machine is read while records come in.',
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

/** What marks the time lines: events that are rare in this range, and failures. */
export async function loadMarks(filter, summary, signal) {
  const rare = Object.entries(summary.events ?? {}).filter((entry) => !filter.event && rareAmong(summary.records)(entry)).sort((a, b) => a[1] - b[1]).slice(0, 5);
  const asked = rare.map(([event]) => api.records({...filter, metric: null, event, limit: RARE}, signal));
  if (filter.event && summary.records <= RARE) {
    asked.push(api.records({...filter, limit: RARE}, signal));
  }
  if (summary.statuses?.failed && (!filter.status || filter.status === 'failed')) {
    asked.push(api.records({...filter, status: 'failed', limit: 100}, signal));
  }
  const records = new Map();
  for (const answer of await Promise.allSettled(asked)) {
    (answer.value?.records ?? []).forEach((record) => records.set(record.id, record));
  }
  return [...records.values()].map((record) => ({
    at: Date.parse(record.timestamp) / 1000,
    failed: record.status === 'failed',
    text: [record.event ?? record.command, record.status].filter(Boolean).join(' '),
    record,
  })).sort((a, b) => b.at - a.at);
}
