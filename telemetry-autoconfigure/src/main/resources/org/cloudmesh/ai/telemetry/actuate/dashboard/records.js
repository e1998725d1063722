/* Single records: the newest first, followed live, and one of them in full. */
import * as api from './api.js';
import {instant} from './chart.js';
import {clipped, h, name, panel, show, Table, text} from './dom.js';
import {bytes, digits, measure, quantity, short, whole} from './format.js';
import {brevity, columns, conversation, learnNodes, nodeOf, status} from './parts.js';
import {filter, go, href, read, remembered} from './state.js';
import {fillMachine, machine} from './timeline.js';

const PAGE = 50;
const KEPT = 2000;

export class View {
  constructor() {
    this.list = [];
    this.table = new Table(columns(), {
      caption: 'Records', choose: (off) => remembered('columns', off), key: (record) => record.id, cls: 'records', state: (record) => `${href()}${String(record.id) === read().record}`,
      rowClass: (record) => (String(record.id) === read().record ? 'selected' : ''),
      open: (record) => go({record: record.id, at: record.timestamp}),
      empty: 'No record matches. Choose a wider range or remove a filter.',
    });
    this.count = h('p', {class: 'count', 'aria-live': 'off'}, '\u00a0');
    this.older = h('button', {type: 'button', hidden: true, onclick: () => this.more()}, 'Load older records');
    this.fresh = h('button', {type: 'button', class: 'fresh primary', hidden: true, onclick: () => this.catchUp()});
    this.detail = new RecordDetail();
    this.common = new InCommon();
    this.root = h('div', {class: 'split'}, h('h1', {class: 'hidden'}, 'Records'), this.common.root, panel('Records', {class: 'grow', tools: h('div', {class: 'tools'}, this.count, this.table.chooser)}, this.fresh, this.table.root, h('div', {class: 'actions'}, this.older)), this.detail.root);
  }

  destroy() {
    this.detail.destroy();
  }

  async load(state, filter, signal) {
    this.filter = filter;
    const asked = JSON.stringify([filter, state.range]);
    const [answer, summary] = await Promise.all([api.records({...filter, limit: PAGE}, signal), api.summary(filter, signal), this.detail.load(state, signal), this.common.load(state, filter, signal)]);
    await learnNodes(signal);
    const known = new Set(this.list.map((record) => record.id));
    const fresh = answer.records.filter((record) => !known.has(record.id));
    const follows = this.asked === asked && this.list.length > 0;
    this.total = summary.records;
    this.newest = answer;
    if (follows && fresh.length > 0 && this.reading(state)) {
      // What somebody reads stays where it is until they ask for more.
      this.fresh.hidden = false;
      text(this.fresh, `${fresh.length === PAGE ? `${PAGE} or more` : whole(fresh.length)} new: show`);
    } else if (!follows || fresh.length > 0) {
      this.catchUp();
    }
    this.asked = asked;
    this.fill();
    return summary;
  }

  /** Whether somebody reads what is shown: further down, with a record open, or with the pointer on the table. */
  reading(state) {
    return Boolean(state.record) || scrollY > 60 || this.table.body.matches(':hover, :focus-within');
  }

  catchUp() {
    const known = new Set(this.list.map((record) => record.id));
    const fresh = this.newest.records.filter((record) => !known.has(record.id));
    const joined = this.asked !== undefined && fresh.length < this.newest.records.length && this.asked === JSON.stringify([this.filter, read().range]);
    this.list = joined ? [...fresh, ...this.list].slice(0, KEPT) : this.newest.records;
    this.next = !joined ? this.newest.next : this.list.length === KEPT ? null : this.next;
    if (!this.fresh.hidden) {
      this.fresh.hidden = true;
      scrollTo(0, 0);
    }
    this.fill();
  }

  async more() {
    this.older.disabled = true;
    try {
      const answer = await api.records({limit: PAGE, cursor: this.next});
      const known = new Set(this.list.map((record) => record.id));
      this.list = [...this.list, ...answer.records.filter((record) => !known.has(record.id))];
      this.next = answer.next;
      this.fill();
    } catch (failure) {
      text(this.count, failure.message);
    } finally {
      this.older.disabled = false;
    }
  }

  fill() {
    this.table.fill(this.list);
    this.older.hidden = !this.next;
    text(this.count, this.total === undefined ? '' : `${whole(this.list.length)} of ${whole(Math.max(this.total, this.list.length))}`);
  }
}

/** What the chosen records have in common: the most frequent values of their attributes, each of which leads further. */
class InCommon {
  constructor() {
    this.body = h('div', {class: 'common'});
    this.root = h('details', {class: 'panel', ontoggle: () => this.load(read(), filter(read()))}, h('summary', null, h('h2', null, 'In common')), this.body);
  }

  /** Asks once a minute at most, and again when other records are chosen; it is worth no error. Unasked it opens for failures, where there is room. */
  async load(state, filter, signal) {
    if (this.status !== state.status) {
      this.status = state.status;
      this.root.open = state.status === 'failed' && innerWidth > 720;
    }
    if (!this.root.open) {
      return;
    }
    const answer = await api.recent('attributes', filter, signal).catch(() => ({attributes: []}));
    const telling = answer.attributes.filter(({records, values: [most]}) => most?.records > 1 && most.records >= records / 33).sort((a, b) => Number(/error|status/.test(b.name)) - Number(/error|status/.test(a.name))).slice(0, 8);
    show(this.body, telling.length === 0 ? h('p', {class: 'empty'}, 'Nothing that many of them have.') : telling.map(({name: attribute, values}) => h('dl', null, h('dt', {title: attribute}, name(attribute)), values.slice(0, 4).map(({value, records}) => h('dd', null,
      h('a', {href: href({attribute: [...new Set([...read().attribute, `${attribute}:${value}`])], record: null, at: null}), title: value}, /type$/.test(attribute) ? brevity(value) : value.slice(0, 200)), h('span', null, short(records)))))));
  }
}

/** One microsecond later, so that a range holds just this instant. */
function after(timestamp) {
  const match = /^(.*\.)(\d{6})Z$/.exec(timestamp);
  if (!match || match[2] === '999999') {
    return new Date(Date.parse(timestamp) + 1).toISOString();
  }
  return `${match[1]}${String(Number(match[2]) + 1).padStart(6, '0')}Z`;
}

class RecordDetail {
  constructor() {
    this.body = h('div');
    this.machine = machine(110);
    this.close = h('button', {type: 'button', class: 'quiet', 'aria-label': 'Close the record', onclick: () => go({record: null, at: null})}, '×');
    this.root = panel('Record', {class: 'detail', tools: this.close}, this.body, this.machine.root);
    this.root.hidden = true;
  }

  destroy() {
    this.machine.destroy();
  }

  async load(state, signal) {
    this.root.hidden = !state.record;
    if (!state.record) {
      this.shown = null;
      return;
    }
    if (this.shown !== state.record) {
      this.shown = state.record;
      const at = Date.parse(state.at);
      const around = {from: new Date(at - 300000).toISOString(), to: new Date(at + 300000).toISOString()};
      try {
        await learnNodes(signal);
        const node = nodeOf({id: state.record});
        const [answer, context] = await Promise.all([api.records({from: state.at, to: after(state.at), limit: 1000}, signal), api.context({...around, node}, signal)]);
        const record = answer.records.find((one) => String(one.id) === state.record);
        this.fill(record);
        if (this.root.getBoundingClientRect().top < 0) {
          this.root.scrollIntoView();
        }
        fillMachine(this.machine, context, [(at - 300000) / 1000, (at + 300000) / 1000], [{at: at / 1000, failed: record?.status === 'failed', text: 'this record'}], node);
      } catch (failure) {
        this.shown = null;
        throw failure;
      }
    }
  }

  fill(record) {
    if (!record) {
      show(this.body, h('p', {class: 'empty'}, 'This record is not there any more: retention has removed it, or another store answers now.'));
      return;
    }
    const facts = (entries) => h('dl', {class: 'facts'}, entries.filter(([, value]) => value !== null && value !== undefined).map(([key, value]) => [h('dt', null, key), h('dd', null, value)]));
    const group = (title, entries) => entries.length > 0 && [h('h3', null, title), facts(entries)];
    const {system = {}, user = {}, attributes = {}, metrics = {}} = record;
    const trace = attributes?.trace_id;
    show(this.body,
      facts([['Time', instant(record.timestamp, true)], ['UTC', record.timestamp], ['Status', status(record.status)], ['Event', record.event], ['Command', record.command],
        ['Node', nodeOf(record)], ['Run', record.run && h('a', {href: href({view: 'records', run: record.run, record: null, at: null})}, record.run)], ['Id', String(record.id)], ['Message', record.message && clipped(record.message)]]),
      group('Metrics', Object.entries(metrics).map(([key, value]) => [h('a', {href: href({view: 'metrics', name: key})}, name(key)), h('span', {title: String(value)}, measure(key, value))])),
      group('Attributes', Object.entries(attributes ?? {}).map(([key, value]) => [name(key), h('a', {href: href({attribute: [`${key}:${value}`], record: null, at: null}), title: 'Show records with this attribute'}, String(value).slice(0, 2000))])),
      trace && h('p', null, h('a', {href: href({view: 'traces', id: trace})}, 'The whole request')),
      attributes?.['gen_ai.conversation.id'] && h('p', null, h('a', {href: conversation(attributes['gen_ai.conversation.id'])}, 'The whole conversation')),
      group('Machine', Object.entries(system ?? {}).filter(([name]) => name !== 'gpus').map(([name, value]) => [name, machineValue(name, value)])),
      (system?.gpus ?? []).map((card, i) => group(`GPU ${i}`, Object.entries(card).map(([name, value]) => [name, machineValue(name, value)]))),
      group('User', Object.entries(user ?? {}).map(([name, value]) => [name, String(value ?? 'unknown')])),
      h('details', {class: 'figures', ontoggle: (event) => show(event.target, event.target.firstChild, h('pre', {tabindex: '0'}, JSON.stringify(record, null, 2)))}, h('summary', null, 'As JSON')));
  }
}

function machineValue(name, value) {
  if (value === null || value === undefined) {
    return h('span', {class: 'muted'}, 'unknown');
  }
  if (typeof value !== 'number') {
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return /memory|heap|swap|disk/.test(name) ? bytes(value) : /percent/.test(name) ? quantity(value, 'percent') : /temperature/.test(name) ? quantity(value, 'celsius') : digits(value);
}
