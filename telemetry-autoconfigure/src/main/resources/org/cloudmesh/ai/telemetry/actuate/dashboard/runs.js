/* Runs of the application, and two of them side by side. */
import * as api from './api.js';
import {instant} from './chart.js';
import {h, name, panel, Table, text} from './dom.js';
import {digits, direction, measure, share, span, whole} from './format.js';
import {go, href, read} from './state.js';

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
      {title: 'Values', num: true, cell: (row) => `${whole(row.base?.count ?? 0)} / ${whole(row.candidate?.count ?? 0)}`},
    ], {caption: 'Metrics of both runs', key: (row) => row.name, state: () => href()});
    this.comparison = panel('Comparison', {tools: this.note}, this.moved.root);
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Runs'), panel('Runs', null, this.table.root), this.comparison);
  }

  async load(state, filter, signal) {
    this.state = state;
    const {run, ...rest} = filter;
    const both = state.base && state.candidate;
    // Runs are compared over their whole length: the range chooses which ones are listed.
    const {from, to, ...choice} = rest;
    const [list, comparison] = await Promise.all([api.runs(rest, signal), both ? api.compareRuns(state.base, state.candidate, choice, signal) : null]);
    this.table.fill(list.runs ?? []);
    const rows = [...(comparison?.metrics ?? [])].sort((a, b) => Number(b.significant) - Number(a.significant) || moved(b) - moved(a));
    this.moved.fill(rows, both ? 'These runs have no metric in common.' : 'Choose a base and a candidate above to see which metrics moved.');
    const significant = rows.filter((row) => row.significant).length;
    text(this.note, both ? `${state.base} → ${state.candidate}: ${whole(significant)} of ${whole(rows.length)} metrics moved significantly` : '\u00a0');
    return null;
  }
}

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
