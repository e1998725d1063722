/* Pieces that several views show. */
import {instant} from './chart.js';
import {h, name, show} from './dom.js';
import {measure} from './format.js';
import {go, href} from './state.js';

/** A status as a word with a colour. */
export function status(value) {
  const known = ['completed', 'failed', 'started', 'cancelled', 'recorded'].includes(value) ? value : 'other';
  return h('span', {class: `status st-${known}`}, value ?? 'recorded');
}

/** The first few metrics of a record in one line. */
function brief(metrics, limit = 3) {
  const entries = Object.entries(metrics ?? {});
  return h('span', null, entries.slice(0, limit).map(([key, value]) => h('span', {class: 'pair'}, h('span', {class: 'key'}, key), ' ', measure(key, value))).flatMap((pair) => [pair, ' ']),
    entries.length > limit && h('span', {class: 'more'}, `+${entries.length - limit}`));
}

/** The columns of a table of records. */
export function columns() {
  return [
    {title: 'Time', cls: 'when', cell: (record) => h('a', {href: href({view: 'records', record: record.id, at: record.timestamp})}, instant(record.timestamp, true))},
    {title: 'Status', cell: (record) => status(record.status)},
    {title: 'Event', cls: 'wrap', cell: (record) => (record.event ? name(record.event) : '–')},
    {title: 'Metrics', cls: 'wrap pairs', cell: (record) => brief(record.metrics)},
    {title: 'Command', cell: (record) => record.command},
    {title: 'Message', cls: 'wrap message', cell: (record) => record.message ?? ''},
  ];
}

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

/** Chooses what groups are made by: some known ones, or any attribute. */
export class GroupBy {
  constructor(choices, initial) {
    this.choices = {...choices};
    this.initial = initial;
    this.select = h('select', {id: 'by', onchange: () => this.choose()});
    this.attribute = h('input', {type: 'text', 'aria-label': 'Attribute to group by', placeholder: 'attribute', hidden: true, onchange: () => this.choose()});
    this.root = h('div', {class: 'tools'}, h('label', {for: 'by'}, 'Group by'), this.select, this.attribute);
    this.show(initial);
  }

  /** Shows what is chosen, and offers further attributes. */
  show(by, attributes = []) {
    for (const name of [...attributes, ...(by.startsWith('attribute.') ? [by.slice(10)] : [])]) {
      this.choices[`attribute.${name}`] ??= name;
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
