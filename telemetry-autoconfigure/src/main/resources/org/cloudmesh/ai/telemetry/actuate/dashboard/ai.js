/* Calls of models, tools and vector stores: how many, how fast, which failed and why. */
import * as api from './api.js';
import {h, panel, show, Table, text, Tile} from './dom.js';
import {measure, money, share, short, span, whole} from './format.js';
import {brevity, columns, GroupBy, groupLink, groupNote} from './parts.js';
import {go, href} from './state.js';
import {extent, fillPercentiles, loadMarks, Outcomes, percentiles, within} from './timeline.js';

const CALLS = {
  'gen_ai.client.operation.duration': 'Models', 'gen_ai.client.operation.time_to_first_chunk': 'First chunks',
  'spring.ai.tool.duration': 'Tools', 'db.vector.client.operation.duration': 'Vector stores',
};
const DURATION = Object.keys(CALLS)[0];
const COST = 'gen_ai.usage.cost';
const MODEL = 'attribute.gen_ai.request.model';
const TOOL = 'attribute.gen_ai.tool.name';
const BY = {
  [MODEL]: 'Model', 'attribute.gen_ai.provider.name': 'Provider', 'attribute.gen_ai.operation.name': 'Operation', [TOOL]: 'Tool',
  'attribute.gen_ai.conversation.id': 'Conversation', 'attribute.user': 'User', 'attribute.tenant': 'Tenant', 'attribute.error.type': 'Error', status: 'Status', run: 'Run',
};
const SPLITS = {status: 'outcome', 'attribute.error.type': 'error', 'attribute.http.response.status_code': 'status code of failures'};
const SHOWN = 10;
const CODE = 'telemetry.record().event("gen_ai.client.operation")\n    .metric("gen_ai.client.operation.duration", seconds)\n    .attribute("gen_ai.request.model", "llama-3").emit()';

export class View {
  constructor() {
    const tiles = ['calls', 'errors', 'p50', 'p95', 'p99'];
    this.tiles = Object.fromEntries(tiles.map((key) => [key, new Tile(key.charAt(0) === 'p' ? key : key.charAt(0).toUpperCase() + key.slice(1), key)]));
    const select = (label, options, change) => h('select', {'aria-label': label, onchange: (event) => change(event.target.value)}, Object.entries(options).map(([value, title]) => h('option', {value}, title)));
    this.what = select('Calls of', CALLS, (name) => go({name: name === DURATION ? null : name, by: null}));
    this.split = select('Outcomes by', SPLITS, (value) => go({axis: value === 'status' ? null : value}));
    this.largest = select('Largest by', {'': 'Slowest', [COST]: 'Most expensive'}, (value) => go({order: value}));
    this.outcomes = new Outcomes(h('div', {class: 'tools'}, h('h3', null, 'Calls by'), this.split));
    this.stack = h('div');
    this.by = new GroupBy(BY, MODEL);
    const value = (title, key) => ({title, num: true, sort: (row) => row[key], cell: (row) => measure(this.metric, row[key])});
    this.groups = new Table([
      {title: 'Group', head: true, cls: 'wrap', sort: (row) => row.key, cell: (row) => groupLink(this.grouping, row.key)},
      {title: 'Calls', num: true, sort: (row) => row.count, cell: (row) => whole(row.count)},
      value('p50', 'p50'), value('p95', 'p95'), value('p99', 'p99'), value('Longest', 'max'), value('In all', 'sum'),
    ], {caption: 'Calls by group', key: (row) => row.key ?? '', state: () => href() + this.metric, sorting: {index: 1, down: true}});
    this.note = h('p', {class: 'count'});
    const [time, status] = columns();
    this.top = new Table([
      time, {title: 'Model', cls: 'wrap', cell: (record) => record.attributes?.['gen_ai.request.model'] ?? record.attributes?.['gen_ai.tool.name'] ?? record.event ?? '–'},
      {title: 'Duration', num: true, cell: (record) => measure(this.metric, record.metrics[this.metric])},
      {title: 'Tokens', num: true, cell: tokens},
      {title: 'Cost', num: true, cell: ({metrics, attributes}) => money(metrics[COST], attributes?.['gen_ai.usage.cost.currency'])},
      status, {title: 'Error', cell: (record) => brevity(record.attributes?.['error.type'])},
      {title: 'Request', cell: (record) => record.attributes?.trace_id && h('a', {href: href({view: 'traces', id: record.attributes.trace_id})}, 'Show')},
    ], {caption: 'Largest calls', key: (record) => record.id, state: () => href() + this.metric, open: (record) => go({view: 'records', record: record.id, at: record.timestamp})});
    this.content = h('div', null,
      h('dl', {class: 'tiles'}, Object.values(this.tiles).map((tile) => tile.root)),
      panel('Over time', {class: 'lines'}, this.outcomes.root, this.stack),
      panel('Calls', {tools: this.by.root}, this.groups.root, this.note),
      panel('Largest', {tools: this.largest}, this.top.root));
    this.empty = h('section', {class: 'panel first', hidden: true}, h('h2', null, 'No such calls in this range'),
      h('p', null, 'Calls through Spring AI and LangChain4j are recorded by themselves. Choose a wider range, or record a call in code:'), h('pre', {tabindex: '0'}, CODE));
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'AI'), h('div', {class: 'tools head'}, h('span', {class: 'muted'}, 'Calls of'), this.what), this.empty, this.content);
  }

  destroy() {
    [this.chart, this.outcomes].forEach((chart) => chart?.destroy());
  }

  async load(state, params, signal) {
    const {metric: ignored, ...filter} = params;
    const metric = CALLS[state.name] ? state.name : DURATION;
    const by = this.grouping = state.by ?? (metric.startsWith('spring.ai.tool') ? TOOL : MODEL);
    const split = state.axis in SPLITS ? state.axis : 'status';
    this.what.value = metric;
    this.split.value = split;
    this.largest.value = state.order ?? '';
    this.by.show(by);
    const summary = await api.summary(filter, signal);
    this.content.hidden = !(summary.metrics ?? []).includes(metric);
    this.empty.hidden = !this.content.hidden;
    if (this.content.hidden) {
      return summary;
    }
    if (this.metric !== metric) {
      this.metric = metric;
      this.chart?.destroy();
      this.chart = percentiles(metric, h('h3', null, h('a', {href: href({view: 'metrics', name: metric})}, 'How long they took')), 170);
      show(this.stack, this.chart.root);
    }
    const range = extent(state, summary);
    const shape = {...within(filter, range), by: split, top: 6, buckets: 60, ...(split !== 'status' && {status: 'failed'})};
    const [figures, series, largest, marks] = await Promise.all([
      api.soft(api.metric(metric, {...filter, by, top: 50}, signal), {}), api.soft(api.series(metric, shape, signal), {points: []}),
      api.soft(api.records({...filter, metric: state.order ?? metric, top: state.order ?? metric, limit: SHOWN}, signal), {records: []}), loadMarks(filter, summary, range, signal)]);
    const seconds = (value) => measure(metric, value);
    this.tiles.calls.set(short(figures.count ?? null), `${CALLS[metric].toLowerCase()}, in all ${span(figures.sum ?? 0)}`);
    const failed = (series.series ?? []).filter((one) => split !== 'status' || one.key === 'failed').flatMap((one) => one.points).reduce((sum, point) => sum + point.count, 0);
    this.tiles.errors.set(whole(failed), figures.count ? `${share(failed / figures.count)} of all calls` : '', failed ? 'warn' : '', failed ? href({view: 'records', status: 'failed', metric}) : null);
    ['p50', 'p95', 'p99'].forEach((key) => this.tiles[key].set(seconds(figures[key]), key === 'p99' ? `longest ${seconds(figures.max)}` : ''));
    text(this.chart.root.querySelector('h3 a'), split === 'status' ? 'How long they took' : 'How long failures took');
    const source = api.seriesSource(metric, shape);
    this.outcomes.fill(series, split, range, marks, source);
    fillPercentiles(this.chart, metric, series, range, marks, source);
    this.groups.fill(figures.groups ?? [], 'No calls in this range.');
    text(this.note, groupNote(figures));
    const key = state.order ?? metric;
    this.top.fill([...largest.records].sort((a, b) => (b.metrics[key] ?? 0) - (a.metrics[key] ?? 0)), 'No call has this.');
    return summary;
  }
}

const tokens = ({metrics}) => {
  const [input, output] = [metrics['gen_ai.usage.input_tokens'], metrics['gen_ai.usage.output_tokens']];
  return input === undefined && output === undefined ? '–' : `${short(input ?? 0)} + ${short(output ?? 0)}`;
};
