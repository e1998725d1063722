/* Runs of the application, and two of them side by side. */
import * as api from './api.js';
import {instant} from './chart.js';
import {h, name, panel, show, Table, text} from './dom.js';
import {digits, direction, local, measure, share, span, unitOf, whole} from './format.js';
import {go, href, read} from './state.js';
import {COLOURS, Lines, loadDeploys, principal} from './timeline.js';

const AXES = {elapsed: 'Elapsed', time: 'Time'};
const SMOOTH = {'': 'Not smoothed', 0.6: 'Smoothed', 0.9: 'Smoothed more', 0.97: 'Smoothed most'};
const TOP = 6;

export class View {
  constructor() {
    this.state = read();
    const choice = (role) => (run) => h('input', {
      type: 'radio', name: role, 'aria-label': `${run.run} as ${role}`, checked: this.state[role] === run.run, onchange: () => go({[role]: run.run}),
    });
    this.table = new Table([
      {title: 'Base', cls: 'pick', cell: choice('base')},
      {title: 'Candidate', cls: 'pick', cell: choice('candidate')},
      {title: 'Run', head: true, cls: 'wrap', sort: (run) => run.run, cell: (run) => h('a', {href: href({view: 'overview', run: run.run, range: 'all', from: null, to: null})}, run.run ?? 'unknown')},
      {title: 'Command', cls: 'wrap', sort: (run) => run.command, cell: (run) => run.command},
      {title: 'Started', sort: (run) => run.started, num: true, cell: (run) => instant(run.started)},
      {title: 'Lasted', num: true, sort: (run) => Date.parse(run.ended) - Date.parse(run.started), cell: (run) => span((Date.parse(run.ended) - Date.parse(run.started)) / 1000)},
      {title: 'Records', num: true, sort: (run) => run.records, cell: (run) => whole(run.records)},
      {title: 'Success', num: true, sort: (run) => run.successRate, cell: (run) => share(run.successRate)},
    ], {caption: 'Runs', key: (run) => `${run.run} ${run.command}`, state: () => `${this.state.base}\n${this.state.candidate}\n${href()}`, sorting: {index: 4, down: true}, empty: 'No run in this range. Choose a wider range.'});
    this.note = h('p', {class: 'count'}, '\u00a0');
    this.moved = new Table([
      {title: 'Metric', head: true, cls: 'wrap', sort: (row) => row.name, cell: (row) => h('a', {href: href({view: 'metrics', name: row.name, by: 'run', range: 'all', from: null, to: null})}, name(row.name))},
      {title: 'Base p50', num: true, cell: (row) => measure(row.name, row.base?.p50)},
      {title: 'Candidate p50', num: true, cell: (row) => measure(row.name, row.candidate?.p50)},
      {title: 'Change', num: true, sort: (row) => row.ratio, cell: (row) => change(row)},
      {title: 'Significant', sort: (row) => Number(row.significant), cell: (row) => h('span', {class: row.significant ? 'badge strong' : 'badge'}, row.significant === null || row.significant === undefined ? 'unknown' : row.significant ? 'yes' : 'no')},
      {title: 'Base p95', num: true, cell: (row) => measure(row.name, row.base?.p95)},
      {title: 'Candidate p95', num: true, cell: (row) => measure(row.name, row.candidate?.p95)},
      {title: 'Success', num: true, cell: ({base, candidate}) => (base?.successRate === candidate?.successRate ? share(base?.successRate) : `${share(base?.successRate)} → ${share(candidate?.successRate)}`)},
      {title: 'Values', num: true, cell: (row) => `${whole(row.base?.count ?? 0)} / ${whole(row.candidate?.count ?? 0)}`},
    ], {caption: 'Metrics of both runs', key: (row) => row.name, state: () => href()});
    const select = (label, key, options) => h('select', {'aria-label': label, onchange: (event) => go({[key]: event.target.value})}, Object.entries(options).map(([value, title]) => h('option', {value}, title)));
    this.metric = select('Metric', 'name', {});
    this.axis = select('Over', 'axis', AXES);
    this.smooth = select('Smoothing', 'smooth', SMOOTH);
    this.curves = new Lines({});
    this.sides = ['base', 'candidate'].map((role) => h('input', {type: 'text', name: role, 'aria-label': `${role === 'base' ? 'Base' : 'Candidate'}: a run, a range or an attribute`, placeholder: role === 'base' ? '-14d..-7d' : 'attribute.tenant:acme'}));
    this.comparison = panel('Comparison', {tools: this.note}, h('form', {class: 'tools sides', onsubmit: (event) => {
      event.preventDefault();
      const [base, candidate] = this.sides.map((side) => side.value.trim());
      go({base, candidate});
    }}, h('span', {class: 'muted'}, 'Runs, ranges or values:'), this.sides, h('button', {type: 'submit'}, 'Compare')), this.moved.root);
    const parts = [panel('Runs', {class: 'bounded'}, this.table.root), panel('Curves', {tools: h('div', {class: 'tools'}, this.metric, this.axis, this.smooth)}, this.curves.root)];
    // Whoever comes for a comparison sees it first.
    parts.splice(this.state.base && this.state.candidate ? 0 : 2, 0, this.comparison);
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Runs'), parts);
  }

  destroy() {
    this.curves.destroy();
  }

  async load(state, filter, signal) {
    this.state = state;
    this.sides.filter((side) => side !== document.activeElement).forEach((side) => {
      side.value = state[side.name] ?? '';
    });
    const {run, ...rest} = filter;
    const both = state.base && state.candidate;
    // Runs are compared over their whole length: the range chooses which ones are listed.
    const {from, to, ...choice} = rest;
    const [list, comparison, summary] = await Promise.all([api.runs(rest, signal), both ? api.soft(api.compareRuns(state.base, state.candidate, choice, signal), null) : null, api.summary(rest, signal)]);
    this.table.fill(list.runs ?? []);
    const rows = [...(comparison?.metrics ?? [])].sort((a, b) => Number(b.significant) - Number(a.significant) || moved(b) - moved(a));
    this.moved.fill(rows, both ? 'These runs have no metric in common.' : 'Choose a base and a candidate above to see which metrics moved.');
    const significant = rows.filter((row) => row.significant).length;
    text(this.note, both ? `${sideName(state.base)} → ${sideName(state.candidate)}: ${whole(significant)} of ${whole(rows.length)} metrics moved significantly` : '\u00a0');
    await this.fillCurves(state, rest, list.runs ?? [], both && rows.length ? rows.map((row) => row.name).sort() : summary.metrics ?? [], signal);
    return null;
  }

  /** One metric of several runs on one axis: of the chosen ones, else of those with the most values. */
  async fillCurves(state, filter, runs, names, signal) {
    const metric = names.includes(state.name) ? state.name : names.find((one) => /loss/.test(one)) ?? principal(names);
    const axes = {...AXES, ...(names.includes('step') && {step: 'Step'}), ...Object.fromEntries(names.filter((one) => /(^|[._])(step|epoch|iteration)s?$/.test(one)).map((one) => [one, one]))};
    const axis = state.axis in axes ? state.axis : names.includes('step') ? 'step' : 'elapsed';
    const offered = JSON.stringify([names, axes]);
    if (this.offered !== offered) {
      this.offered = offered;
      show(this.metric, names.map((value) => h('option', {value}, value)));
      show(this.axis, Object.entries(axes).map(([value, title]) => h('option', {value}, title)));
    }
    this.metric.value = metric ?? '';
    this.axis.value = axis;
    this.smooth.value = state.smooth ?? '';
    this.curves.root.hidden = !metric;
    if (!metric) {
      return;
    }
    const picked = [state.base, state.candidate].filter((run) => runs.some((one) => one.run === run));
    const params = {...filter, by: 'run', top: TOP, axis, buckets: 80};
    const answers = picked.length ? await Promise.all(picked.map((run) => api.soft(api.series(metric, {...params, run}, signal), {}))) : [await api.soft(api.series(metric, params, signal), {})];
    const marks = axis === 'time' && api.asked.count < 5 ? await loadDeploys(filter, signal) : [];
    const lines = answers.flatMap((answer) => answer.series ?? []);
    const place = (point) => (axis === 'time' ? Date.parse(point.at) / 1000 : point[axis] ?? point.x ?? point.at);
    const x = [...new Set(lines.flatMap((one) => one.points.map(place)))].sort((a, b) => a - b);
    const column = (one) => {
      const values = new Map(one.points.map((point) => [place(point), point.avg]));
      return x.map((at) => values.get(at) ?? null);
    };
    const raw = lines.map(column);
    const weight = Number(state.smooth) || 0;
    const named = lines.map(({key}, i) => ({label: key ?? 'unknown', colour: COLOURS[i % COLOURS.length]}));
    this.curves.set(weight ? [...named, ...named.map((line) => ({...line, label: `${line.label} as recorded`, kind: 'edge'}))] : named, {
      kind: {title: h('h3', null, name(metric)), unit: unitOf(metric), ...(axis !== 'time' && {x: axis === 'elapsed' ? 'seconds' : 'count'})},
      x, marks, range: x.length ? [x[0], Math.max(x.at(-1), x[0] + 1e-9)] : [0, 1], columns: weight ? [...raw.map((values) => smoothed(values, weight)), ...raw] : raw, source: api.seriesSource(metric, params),
      label: `${metric} of ${whole(lines.length)} runs over ${axes[axis]}.`,
    });
  }
}

/** The exponential moving average, corrected for its beginning as Adam does. */
function smoothed(values, weight) {
  let sum = 0;
  let count = 0;
  return values.map((value) => {
    if (value === null) {
      return null;
    }
    sum = sum * weight + value * (1 - weight);
    count++;
    return sum / (1 - weight ** count);
  });
}

/** A side of a comparison for people: instants of a range in local time. */
const sideName = (side) => side.split('..').map((part) => (/^\d{4}-\d\d-\d\dT/.test(part) ? local(part) : part)).join(' to ');

const moved = (row) => (row.ratio > 0 ? Math.abs(Math.log(row.ratio)) : 0);

function change(row) {
  if (!Number.isFinite(row.ratio)) {
    return '–';
  }
  const percent = (row.ratio - 1) * 100;
  const tone = !row.significant || percent === 0 ? '' : Math.sign(percent) === direction(row.name) ? 'better' : direction(row.name) === 0 ? '' : 'worse';
  const word = tone ? ` ${tone}` : '';
  return h('span', {class: `change ${tone}`.trim()}, `${percent > 0 ? '+' : ''}${digits(percent)} %${word}`);
}
