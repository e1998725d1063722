/* Calls of models and tools: how many, how fast, how many tokens, at what cost, and which failed. */
import * as api from './api.js';
import {buckets, Chart} from './chart.js';
import {h, panel, Table, Tile} from './dom.js';
import {isoSeconds, local, measure, quantity, share, short, span, whole} from './format.js';
import {columns, groupLink, GroupBy, number} from './parts.js';
import {go, href} from './state.js';
import {extent, fillMachine, fillPercentiles, loadMarks, machine, percentiles} from './timeline.js';

const DURATION = 'gen_ai.client.operation.duration';
const FIRST = 'gen_ai.client.operation.time_to_first_chunk';
const INPUT = 'gen_ai.usage.input_tokens';
const OUTPUT = 'gen_ai.usage.output_tokens';
const CACHED = 'gen_ai.usage.cache_read.input_tokens';
const COST = 'gen_ai.usage.cost';
const TOOL = 'spring.ai.tool.duration';
const UNAVAILABLE = 'attribute.gen_ai.usage.unavailable';
const CURRENCY = 'attribute.gen_ai.usage.cost.currency';
const MODEL = 'attribute.gen_ai.request.model';
const BY = {
  [MODEL]: 'Model', 'attribute.gen_ai.provider.name': 'Provider', 'attribute.gen_ai.operation.name': 'Operation',
  'attribute.gen_ai.conversation.id': 'Conversation', 'attribute.user': 'User', 'attribute.error.type': 'Error', status: 'Status', run: 'Run',
};
const SAMPLE = 1000;
const SHOWN = 8;

export class View {
  constructor() {
    this.tiles = {
      calls: new Tile('Calls', 'calls'), errors: new Tile('Errors', 'errors'), latency: new Tile('p95', 'p95'), first: new Tile('First chunk p95', 'first'),
      tokens: new Tile('Tokens', 'tokens'), cost: new Tile('Cost', 'cost'),
    };
    this.chart = percentiles(DURATION, h('h3', null, h('a', {href: href({view: 'metrics', name: DURATION})}, 'Duration of calls')), 170);
    this.tokens = new Chart({title: h('h3', null, 'Tokens'), height: 120, unit: 'count', lines: [{label: 'input', colour: 'p50'}, {label: 'output', colour: 'cpu'}]});
    this.machine = machine();
    this.by = new GroupBy(BY, MODEL);
    this.groups = new Table([
      {title: 'Group', head: true, cls: 'wrap', sort: (row) => row.key, cell: (row) => groupLink(this.grouping, row.key)},
      number('Calls', 'calls', whole), number('Errors', 'errors', whole), number('p50', 'p50', span), number('p95', 'p95', span), number('First chunk p95', 'first', span),
      number('Input', 'input', short), number('Output', 'output', short), number('Cached', 'cached', short), number('Cost', 'cost', (value) => quantity(value, 'cost')),
    ], {caption: 'Calls by group', key: (row) => row.key ?? '', state: () => href(), sorting: {index: 1, down: true}});
    this.tools = new Table([
      {title: 'Tool', head: true, cls: 'wrap', cell: (row) => row.key ?? 'unknown'},
      number('Calls', 'calls', whole), number('Errors', 'errors', whole), number('p50', 'p50', span), number('p95', 'p95', span),
    ], {caption: 'Tools', key: (row) => row.key ?? '', empty: 'No tool was called.'});
    const calls = (caption) => new Table([
      columns()[0],
      {title: 'Model', cls: 'wrap', cell: (record) => record.attributes?.['gen_ai.request.model'] ?? record.event ?? '–'},
      {title: 'Duration', num: true, cell: (record) => measure(DURATION, record.metrics[DURATION])},
      {title: 'Tokens', num: true, cell: (record) => tokens(record)},
      {title: 'Cost', num: true, cell: (record) => quantity(record.metrics[COST], 'cost')},
      columns()[1],
    ], {caption, key: (record) => record.id, state: () => href(), open: (record) => go({view: 'records', record: record.id, at: record.timestamp})});
    this.slowest = calls('Slowest calls');
    this.dearest = calls('Dearest calls');
    this.slowNote = h('p', {class: 'count'}, '\u00a0');
    this.content = h('div', null,
      h('dl', {class: 'tiles'}, Object.values(this.tiles).map((tile) => tile.root)),
      panel('Calls', {tools: this.by.root}, this.groups.root),
      panel('Over time', {class: 'lines'}, this.chart.root, this.tokens.root, this.machine.root),
      h('div', {class: 'columns even'}, panel('Slowest calls', {tools: this.slowNote}, this.slowest.root), panel('Dearest calls', null, this.dearest.root)),
      panel('Tools', null, this.tools.root));
    this.empty = h('section', {class: 'panel first', hidden: true}, h('h2', null, 'No model calls in this range'),
      h('p', null, 'Calls through Spring AI and LangChain4j are recorded by themselves once their observations are on the class path. Choose a wider range, or record a call of your own: ', h('code', null, 'telemetry.record().event("gen_ai.client.operation").metric("gen_ai.client.operation.duration", seconds).attribute("gen_ai.request.model", "llama-3").emit()'), '.'));
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'AI'), this.empty, this.content);
  }

  destroy() {
    [this.chart, this.tokens, this.machine].forEach((chart) => chart.destroy());
  }

  async load(state, params, signal) {
    const {metric: ignored, ...filter} = params;
    const by = this.grouping = state.by ?? MODEL;
    this.by.show(by);
    const [{metrics}, summary] = await Promise.all([api.metrics(filter, signal), api.summary({...filter, metric: DURATION}, signal)]);
    const known = new Set(metrics.map((metric) => metric.name));
    this.empty.hidden = known.has(DURATION) || known.has(TOOL);
    this.content.hidden = !this.empty.hidden;
    if (this.content.hidden) {
      return null;
    }
    // Asking for a metric that nobody recorded is an error; these are asked for only when they are there.
    const ask = (name, more) => (known.has(name) ? api.metric(name, {...filter, by, ...more}, signal) : null);
    const line = (name) => (known.has(name) ? api.series(name, {...filter, buckets: buckets()}, signal) : {points: []});
    const failing = (summary.statuses?.failed ?? 0) > 0 && (!filter.status || filter.status === 'failed');
    const unpriced = {by: MODEL, attribute: [...(filter.attribute ?? []), 'gen_ai.usage.unavailable:price']};
    const [unavailable, pricedOfThem, currencies, models, calls, failed, first, input, output, cached, cost, tools, toolsFailed, times, tokensIn, tokensOut, context, sample, marks] = await Promise.all([
      ask(DURATION, {by: UNAVAILABLE}), ask(COST, {by: UNAVAILABLE}), ask(COST, {by: CURRENCY}), ask(DURATION, unpriced),
      ask(DURATION), failing ? ask(DURATION, {status: 'failed'}) : null, ask(FIRST), ask(INPUT), ask(OUTPUT), ask(CACHED), ask(COST),
      ask(TOOL, {by: 'attribute.gen_ai.tool.name'}), filter.status ? null : ask(TOOL, {by: 'attribute.gen_ai.tool.name', status: 'failed'}),
      line(DURATION), line(INPUT), line(OUTPUT), api.context({from: filter.from, to: filter.to}, signal),
      api.records({...filter, metric: DURATION, limit: SAMPLE}, signal), loadMarks(filter, summary, signal)]);
    const missing = missingCosts(unavailable, pricedOfThem, models);
    const sums = (currencies?.groups ?? []).filter((group) => group.key !== null);
    this.fillTiles({calls, failed, first, input, output, cached, cost, summary, missing, sums});
    const groups = new Map((calls?.groups ?? []).map((group) => [group.key, {key: group.key ?? null, calls: group.count, errors: 0, p50: group.p50, p95: group.p95}]));
    const add = (answer, key, value) => (answer?.groups ?? []).forEach((group) => groups.has(group.key) && (groups.get(group.key)[key] = value(group)));
    add(failed, 'errors', (group) => group.count);
    add(first, 'first', (group) => group.p95);
    add(input, 'input', (group) => group.sum);
    add(output, 'output', (group) => group.sum);
    add(cached, 'cached', (group) => group.sum);
    // Amounts of two currencies are not added up.
    add(sums.length > 1 ? null : cost, 'cost', (group) => group.sum);
    this.groups.fill([...groups.values()], 'No calls in this range.');
    const errors = new Map((toolsFailed?.groups ?? []).map((group) => [group.key, group.count]));
    this.tools.fill((tools?.groups ?? []).map((group) => ({key: group.key ?? null, calls: group.count, errors: errors.get(group.key) ?? 0, p50: group.p50, p95: group.p95})));
    const range = extent(state, summary);
    fillPercentiles(this.chart, DURATION, times, range, marks);
    this.fillTokens(tokensIn, tokensOut, range, marks);
    fillMachine(this.machine, context, range, marks);
    const top = (key) => [...sample.records].filter((record) => record.metrics[key] > 0).sort((a, b) => b.metrics[key] - a.metrics[key]).slice(0, SHOWN);
    this.slowest.fill(top(DURATION), 'No calls in this range.');
    this.dearest.fill(top(COST), 'No call has a cost. Costs come from the price table in application.yml.');
    this.slowNote.textContent = sample.next ? `of the newest ${whole(sample.records.length)}` : `of all ${whole(sample.records.length)}`;
    return summary;
  }

  fillTokens(input, output, range, marks) {
    const half = (isoSeconds(input.bucket ?? output.bucket) ?? 0) / 2;
    const points = input.points.length ? input.points : output.points;
    const total = (answer) => points.map((point, i) => (answer.points[i]?.count ? answer.points[i].avg * answer.points[i].count : null));
    this.tokens.set({x: points.map((point) => Date.parse(point.at) / 1000 + half), columns: [total(input), total(output)], range, marks, label: 'Tokens over time, in each bucket', empty: 'No tokens were reported.'});
  }

  fillTiles({calls, failed, first, input, output, cached, cost, summary, missing, sums}) {
    const seconds = (value) => (value === null || value === undefined ? '–' : span(value));
    const errors = failed?.count ?? 0;
    this.tiles.calls.set(short(calls?.count ?? 0), summary?.from ? `since ${local(summary.from)}` : 'in this range');
    this.tiles.errors.set(whole(errors), calls?.count ? `${share(errors / calls.count)} of all calls` : '', errors ? 'warn' : '');
    this.tiles.latency.set(seconds(calls?.p95), `p50 ${seconds(calls?.p50)}, p99 ${seconds(calls?.p99)}`);
    this.tiles.first.set(seconds(first?.p95), first ? `p50 ${seconds(first.p50)} of ${whole(first.count)} streams` : 'no streams');
    this.tiles.tokens.set(short((input?.sum ?? 0) + (output?.sum ?? 0)), `${short(input?.sum ?? 0)} in, ${short(output?.sum ?? 0)} out${cached?.sum ? `, ${short(cached.sum)} cached` : ''}`);
    const amounts = sums.length > 1 ? sums.map((group) => `${quantity(group.sum, 'cost')} ${group.key}`).join(', ') : cost ? quantity(cost.sum, 'cost') : '–';
    const note = !cost ? 'no price table' : sums.length > 1 ? 'by currency' : `${quantity(cost.avg, 'cost')} a call`;
    this.tiles.cost.set(amounts, missing.count ? `${whole(missing.count)} of ${whole(calls?.count ?? missing.count)} calls without cost: ${missing.reasons.join(', ')}` : note);
  }
}

/** Counts the calls whose cost cannot be known, and says why. */
function missingCosts(unavailable, priced, models) {
  const costs = new Map((priced?.groups ?? []).map((group) => [group.key, group.count]));
  const groups = (unavailable?.groups ?? []).filter((group) => group.key !== null)
    .map((group) => ({key: group.key, count: group.count - (costs.get(group.key) ?? 0)})).filter((group) => group.count > 0);
  const has = (what) => groups.some((group) => group.key.split(',').includes(what));
  const names = (models?.groups ?? []).filter((group) => group.key !== null).map((group) => group.key);
  const reasons = [];
  if (has('price')) {
    reasons.push(names.length === 0 ? 'a model has no price' : names.length === 1 ? `model ${names[0]} has no price` : `models ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''} have no price`);
  }
  if (has('usage')) {
    reasons.push('tokens not told');
  }
  if (has('cached')) {
    reasons.push('cached tokens not told');
  }
  return {count: groups.reduce((sum, group) => sum + group.count, 0), reasons};
}

function tokens(record) {
  const input = record.metrics[INPUT];
  const output = record.metrics[OUTPUT];
  return input === undefined && output === undefined ? '–' : `${short(input ?? 0)} + ${short(output ?? 0)}`;
}
