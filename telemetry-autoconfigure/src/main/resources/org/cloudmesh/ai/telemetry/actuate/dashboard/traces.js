/* Requests: each with all that belongs to it, one of them as a waterfall, and a conversation as it was spoken. */
import * as api from './api.js';
import {instant} from './chart.js';
import {clipped, h, name, panel, show, Table, text} from './dom.js';
import {digits, measure, money, short, span, whole} from './format.js';
import {brevity, conversation, learnNodes, nodeOf, status} from './parts.js';
import {go, href} from './state.js';
import {fillMachine, machine} from './timeline.js';

const PAGE = 50;
const CONVERSATION = 'gen_ai.conversation.id';
const INPUT = 'gen_ai.input.messages';
const OUTPUT = 'gen_ai.output.messages';
const COST = 'gen_ai.usage.cost';

export class View {
  constructor() {
    this.root = h('div');
  }

  destroy() {
    this.part?.destroy();
  }

  load(state, filter, signal) {
    const wanted = state.id ?? '';
    if (!this.part || this.shown !== wanted) {
      this.part?.destroy();
      this.part = wanted ? new Waterfall(wanted) : new Requests();
      this.shown = wanted;
      show(this.root, this.part.root);
    }
    return this.part.load(state, filter, signal);
  }
}

class Requests {
  constructor() {
    const column = (title, key, cell, more) => ({title, sort: (trace) => trace[key], cell: (trace) => (trace[key] === null || trace[key] === undefined ? '–' : cell(trace[key], trace)), ...more});
    this.table = new Table([
      column('Started', 'started', (at, trace) => h('a', {href: href({id: trace.trace})}, instant(at, true)), {cls: 'when'}),
      column('Request', 'event', (event) => name(event), {cls: 'wrap'}),
      column('Status', 'status', status),
      column('Duration', 'duration', span, {num: true}),
      column('Records', 'records', whole, {num: true}),
      {title: 'Models', cls: 'models', cell: (trace) => h('div', {class: 'clamp'}, (trace.models ?? []).join(', ') || '–')},
      column('Input', 'inputTokens', short, {num: true}), column('Output', 'outputTokens', short, {num: true}),
      {title: 'Cost', num: true, sort: (trace) => trace.cost, cell: (trace) => amount(trace)},
      {title: 'Scores', cls: 'wrap', cell: (trace) => Object.entries(trace.scores ?? {}).map(([key, value]) => `${key} ${digits(value)}`).join(', ')},
    ], {caption: 'Requests', key: (trace) => trace.trace, state: () => href(), open: (trace) => go({id: trace.trace}), empty: 'No request in this range. Records belong to one when they are made within tracked work: telemetry.track("answer", () -> client.call(..)).'});
    this.count = h('p', {class: 'count'});
    this.older = h('button', {type: 'button', hidden: true, onclick: () => this.more()}, 'Load older requests');
    this.talk = panel('Conversation', {class: 'talk'});
    this.talk.hidden = true;
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Requests'), this.talk, panel('Requests', {tools: this.count}, this.table.root, h('div', {class: 'actions'}, this.older)));
    this.list = [];
  }

  destroy() {}

  async load(state, filter, signal) {
    const spoken = state.attribute.find((one) => one.startsWith(`${CONVERSATION}:`));
    const asked = JSON.stringify([filter, state.range]);
    const [answer, calls] = await Promise.all([api.soft(api.traces({...filter, limit: PAGE}, signal), {traces: this.list, next: this.next}), spoken ? api.records({...filter, metric: 'gen_ai.client.operation.duration', limit: PAGE}, signal) : null]);
    // Older pages that were asked for stay.
    const known = new Set(answer.traces.map((trace) => trace.trace));
    const kept = this.asked === asked ? this.list.filter((trace) => !known.has(trace.trace)) : [];
    this.next = kept.length ? this.next : answer.next;
    this.list = [...answer.traces, ...kept];
    this.asked = asked;
    this.fill();
    this.talk.hidden = !calls;
    if (calls) {
      show(this.talk, this.talk.firstChild, messages([...calls.records].reverse()));
    }
    return null;
  }

  async more() {
    const answer = await api.traces({limit: PAGE, cursor: this.next});
    this.list = [...this.list, ...answer.traces];
    this.next = answer.next;
    this.fill();
  }

  fill() {
    this.table.fill(this.list, api.refusals.size ? 'The server has not answered.' : undefined);
    this.older.hidden = !this.next;
    text(this.count, `${whole(this.list.length)} shown${this.next ? ', more to load' : ''}`);
  }
}

const amount = ({cost, currency, costs}) => (costs ? Object.entries(costs).map(([key, value]) => money(value, key)).join(', ') : cost === null || cost === undefined ? '–' : money(cost, currency));

/** What was asked and answered, in order, where content is recorded. */
function messages(records) {
  const told = records.filter(({attributes}) => attributes?.[INPUT] || attributes?.[OUTPUT]);
  return told.length === 0 ? h('p', {class: 'empty'}, 'What was said is not recorded. telemetry.observations.content: true records it.') : h('ol', {class: 'messages'}, told.flatMap(({attributes, timestamp}) => [
    attributes[INPUT] && h('li', {class: 'asked'}, h('span', {class: 'muted'}, 'Asked'), clipped(attributes[INPUT], 1000)),
    attributes[OUTPUT] && h('li', {class: 'answered'}, h('span', {class: 'muted'}, attributes['gen_ai.request.model'] ?? 'Answered', timestamp && [' · ', instant(timestamp)]), clipped(attributes[OUTPUT], 1000))].filter(Boolean)));
}

class Waterfall {
  constructor(id) {
    this.id = id;
    this.head = h('dl', {class: 'facts'});
    this.rows = h('ol', {class: 'waterfall'});
    this.talk = panel('What was said', null);
    this.machine = machine(110);
    this.root = h('div', null, h('div', {class: 'title'}, h('a', {href: href({id: null}), class: 'back'}, 'Requests'), h('h1', null, 'Request')),
      panel('In short', null, this.head), panel('What it did', {class: 'lines'}, this.rows, this.machine.root), this.talk);
  }

  destroy() {
    this.machine.destroy();
  }

  async load(state, filter, signal) {
    if (this.done) {
      return null;
    }
    const trace = await api.trace(this.id, signal);
    await learnNodes(signal);
    const nodes = [...new Set(trace.spans.map(nodeOf).filter(Boolean))];
    const start = Date.parse(trace.started) / 1000;
    const length = Math.max(trace.duration ?? 0, ...trace.spans.map((span) => Date.parse(span.started) / 1000 + (span.duration ?? 0) - start), 0.001);
    const range = [start - length * 0.02, start + length * 1.02];
    const conversations = [...new Set(trace.spans.map((span) => span.attributes?.[CONVERSATION]).filter(Boolean))];
    const scores = (trace.scores ?? []).map((score) => [score.name ?? 'score', score.value === undefined ? '' : digits(score.value), score.label, score.explanation].filter(Boolean).join(' '));
    show(this.head, [['Trace', this.id], ['Started', instant(trace.started, true)], ['Took', span(trace.duration ?? length)], ['Node', nodes.join(', ')],
      ...totals(trace.spans), ['Conversation', conversations.length > 0 && conversations.map((one) => h('a', {href: conversation(one)}, one))], ['Scores', scores.join('; ')]]
      .flatMap(([label, value]) => (value && value.length !== 0 ? [h('dt', null, label), h('dd', null, value)] : [])));
    show(this.rows, trace.spans.map((one) => row(one, range)));
    const calls = trace.spans.filter(({attributes}) => attributes?.[INPUT] || attributes?.[OUTPUT]);
    this.talk.hidden = calls.length === 0;
    show(this.talk, this.talk.firstChild, messages(calls));
    const context = await api.context({node: nodes.length === 1 ? nodes[0] : null, from: new Date((range[0] - 65) * 1000).toISOString(), to: new Date((range[1] + 65) * 1000).toISOString()}, signal);
    fillMachine(this.machine, context, range, [], nodes.length === 1);
    this.done = Date.now() / 1000 - start - length > 60;
    return null;
  }
}

/** What all pieces of work come to; two currencies are told apart. */
function totals(spans) {
  const sums = new Map();
  const add = (key, value) => value !== undefined && sums.set(key, (sums.get(key) ?? 0) + value);
  for (const {metrics = {}, attributes = {}} of spans) {
    add('input', metrics['gen_ai.usage.input_tokens']);
    add('output', metrics['gen_ai.usage.output_tokens']);
    add(`cost ${attributes['gen_ai.usage.cost.currency'] ?? ''}`, metrics[COST]);
  }
  const failed = spans.filter((one) => one.status === 'failed').length;
  return [['Status', failed ? h('span', {class: 'worse'}, `${whole(failed)} of ${whole(spans.length)} pieces of work failed`) : null],
    ['Tokens', sums.has('input') || sums.has('output') ? `${whole(sums.get('input') ?? 0)} + ${whole(sums.get('output') ?? 0)}` : null],
    ['Cost', [...sums].filter(([key]) => key.startsWith('cost ')).map(([key, sum]) => money(sum, key.slice(5))).join(', ')]];
}

/** One piece of work: its name and figures, and a bar on the time axis of the whole. */
function row(one, [from, to]) {
  const {attributes = {}, metrics = {}} = one;
  const begin = Date.parse(one.started) / 1000;
  const at = (time) => (100 * (time - from)) / (to - from);
  const left = Math.max(0, Math.min(99.5, at(begin)));
  const width = Math.max(0.4, Math.min(100 - left, at(begin + (one.duration ?? 0)) - at(begin)));
  const bar = h('div', {class: `bar-of ${one.status === 'failed' ? 'bad-bar' : one.status === 'cancelled' ? 'warn-bar' : ''}`});
  // Set as properties: the policy of the page forbids style attributes.
  bar.style.marginLeft = `${left}%`;
  bar.style.width = `${width}%`;
  const tokens = [metrics['gen_ai.usage.input_tokens'], metrics['gen_ai.usage.output_tokens']];
  const figures = [one.duration !== null && one.duration !== undefined && span(one.duration), tokens[0] !== undefined && `${short(tokens[0])} + ${short(tokens[1] ?? 0)} tokens`,
    metrics[COST] !== undefined && money(metrics[COST], attributes['gen_ai.usage.cost.currency'])].filter(Boolean).join(' · ');
  const what = attributes['gen_ai.tool.name'] ?? attributes['gen_ai.request.model'];
  const label = h('summary', null, h('span', {class: `status st-${one.status}`}, h('span', {class: 'hidden'}, `${one.status} `), name(one.event ?? 'record')), what && h('strong', null, what),
    attributes['error.type'] && h('span', {class: 'worse'}, brevity(attributes['error.type'])), h('span', {class: 'muted'}, figures));
  label.style.paddingLeft = `${Math.min(8, one.depth ?? 0) * 14}px`;
  const facts = (entries) => h('dl', {class: 'facts'}, entries.map(([key, value]) => [h('dt', null, name(key)), h('dd', null, value)]));
  return h('li', null, h('details', null, label, facts([['started', instant(one.started, true)], ...Object.entries(metrics).map(([key, value]) => [key, measure(key, value)]),
    ...Object.entries(attributes).filter(([key]) => key !== INPUT && key !== OUTPUT).map(([key, value]) => [key, clipped(value, 500)])])), h('div', {class: 'track'}, bar));
}
