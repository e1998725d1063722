/* Pieces that several views show. */
import * as api from './api.js';
import {instant} from './chart.js';
import {h, name, show} from './dom.js';
import {measure, unitOf, whole} from './format.js';
import {filter, go, href, read, wide} from './state.js';

/** A status as a word with a colour. */
export function status(value) {
  const known = ['completed', 'failed', 'started', 'cancelled', 'recorded'].includes(value) ? value : 'other';
  return h('span', {class: `status st-${known}`}, value ?? 'recorded');
}

/** The first few metrics of a record in one line, but for how long it took, which has a column. */
function brief(metrics, limit = 2) {
  const [took] = duration(metrics) ?? [];
  const entries = Object.entries(metrics ?? {}).filter(([key]) => key !== took);
  return h('span', null, entries.slice(0, limit).map(([key, value]) => h('span', {class: 'pair'}, h('span', {class: 'key'}, key), ' ', measure(key, value))).flatMap((pair) => [pair, ' ']),
    entries.length > limit && h('span', {class: 'more'}, `+${entries.length - limit}`));
}

/** The last part of a class name or of a dotted name, with the whole on hover. */
export function brevity(value) {
  return value === undefined || value === null ? '–' : h('span', {title: value}, String(value).slice(0, 300).split(/[.$](?=[^.$]+$)/).at(-1));
}

/** How long a record's work took: its metric that says so, as [name, value]. */
export const duration = (metrics) => Object.entries(metrics ?? {}).find(([key]) => /duration|latency/.test(key) && unitOf(key) !== '');

const nodes = new Map();

/** Learns which machine of a fleet has which records. */
export async function learnNodes(signal) {
  if (wide()) {
    (await api.soft(api.nodes(signal), {nodes: []})).nodes.forEach(({process, node}) => nodes.set(process, node));
  }
}

/** The machine that a record came from: its id begins with that of the process. */
export const nodeOf = ({id}) => nodes.get(String(id).replace(/-[^-]*$/, ''));

/** The columns of a table of records. */
export function columns() {
  return [
    {title: 'Time', cls: 'when', cell: (record) => h('a', {href: href({view: 'records', record: record.id, at: record.timestamp})}, instant(record.timestamp, true))},
    {title: 'Status', sort: (record) => record.status, cell: (record) => status(record.status)},
    {title: 'Event', cls: 'wrap', sort: (record) => record.event, cell: (record) => (record.event ? name(record.event) : '–')},
    {title: 'Node', when: wide, cell: (record) => nodeOf(record) ?? '–'},
    {title: 'Error', cls: 'wrap', sort: (record) => record.attributes?.['error.type'], cell: (record) => brevity(record.attributes?.['error.type'])},
    {title: 'Model', cls: 'wrap', sort: (record) => record.attributes?.['gen_ai.request.model'] ?? record.attributes?.model, cell: (record) => record.attributes?.['gen_ai.request.model'] ?? record.attributes?.model ?? '–'},
    {title: 'Duration', num: true, sort: (record) => duration(record.metrics)?.[1], cell: (record) => (duration(record.metrics) ? measure(...duration(record.metrics)) : '–')},
    {title: 'Metrics', cls: 'wrap pairs', cell: (record) => brief(record.metrics)},
    {title: 'Message', cls: 'wrap message', cell: (record) => h('div', {class: 'clamp'}, (record.message ?? '').slice(0, 300))},
    {title: 'Command', off: true, sort: (record) => record.command, cell: (record) => record.command},
    {title: 'Run', off: true, sort: (record) => record.run, cell: (record) => record.run},
  ];
}

/** Where the requests of a conversation stand. */
export const conversation = (id) => href({view: 'traces', attribute: [`gen_ai.conversation.id:${id}`], range: 'all', from: null, to: null});

/** A column of figures; what is unknown is a dash. */
export function number(title, key, format) {
  return {title, num: true, sort: (row) => row[key] ?? null, cell: (row) => (row[key] === null || row[key] === undefined ? '–' : format(row[key]))};
}

/** What a group is filtered by. */
export function groupFilter(by, key) {
  return by.startsWith('attribute.') ? {attribute: [`${by.slice(10)}:${key}`]} : {[by]: key};
}

/** The name of a group, which leads to what is in it. */
export function groupLink(by, key) {
  return key === null || key === undefined ? h('span', {class: 'muted'}, 'without') : h('a', {href: href({by: null, ...groupFilter(by, key)})}, name(key));
}

/** How many groups there are, and what those beyond the shown ones come to. */
export function groupNote({groups = [], groupCount, others}, format = whole) {
  return groupCount > groups.length ? `${whole(groups.length)} of ${whole(groupCount)} groups; the others have ${whole(others?.count ?? 0)} values${format === whole ? '' : `, ${format(others?.sum)}`}` : '';
}

/** Chooses what groups are made by: some known ones, or any attribute. */
export class GroupBy {
  constructor(choices, initial) {
    this.choices = {...choices};
    this.initial = initial;
    this.select = h('select', {id: 'by', onchange: () => this.choose(), onfocus: () => this.learn()});
    this.attribute = h('input', {type: 'text', 'aria-label': 'Attribute to group by', placeholder: 'attribute', hidden: true, onchange: () => this.choose()});
    this.root = h('div', {class: 'tools'}, h('label', {for: 'by'}, 'Group by'), this.select, this.attribute);
    this.show(initial);
  }

  /** Shows what is chosen, and offers further attributes. */
  show(by, attributes = []) {
    for (const name of [...attributes, ...(by.startsWith('attribute.') ? [by.slice(10)] : [])]) {
      this.choices[`attribute.${name}`] ??= name;
    }
    if (wide()) {
      this.choices.node = 'Node';
    }
    const offered = Object.keys(this.choices).join('\n');
    if (this.offered !== offered) {
      this.offered = offered;
      show(this.select, Object.entries(this.choices).map(([value, label]) => h('option', {value}, label)), h('option', {value: 'other'}, 'Another attribute…'));
    }
    if (this.attribute.hidden || this.shown !== by) {
      this.attribute.hidden = true;
      this.select.value = by;
    }
    this.shown = by;
  }

  /** Asks for the names of attributes when somebody is about to choose one. */
  async learn() {
    if (!this.learned) {
      this.learned = true;
      try {
        const {attributes} = await api.attributes(filter(read()));
        this.show(this.shown, attributes.map((one) => one.name));
      } catch {
        this.learned = false;
      }
    }
  }

  choose() {
    const other = this.select.value === 'other';
    const attribute = this.attribute.value.trim();
    this.attribute.hidden = !other;
    if (!other) {
      go({by: this.select.value === this.initial ? null : this.select.value});
    } else if (attribute) {
      this.attribute.value = '';
      go({by: `attribute.${attribute}`});
    } else {
      this.attribute.focus();
    }
  }
}
