/* The filters, the same for every view, and the export of what they choose. */
import * as api from './api.js';
import {h, settled, show} from './dom.js';
import {FILTERS, filter, go, read} from './state.js';

const LABELS = {command: 'Command', run: 'Run', status: 'Status', event: 'Event', metric: 'Has metric', attribute: 'Attribute', text: 'Text', trace: 'Trace', node: 'Node', system: 'Machine'};
const HINTS = {attribute: 'name:value', system: 'gpu_percent>90'};
const PLACES = {...HINTS, text: 'part of a message, event or value', event: 'name, or beginning*', metric: 'name, or beginning*'};

/** The row of filters beneath the header. */
export class Filters {
  constructor(root) {
    this.known = {};
    this.chips = h('ul', {class: 'chips', 'aria-label': 'Active filters'});
    this.kind = h('select', {'aria-label': 'Filter by', onchange: () => this.hint()}, Object.entries(LABELS).map(([key, label]) => h('option', {value: key}, label)));
    this.options = h('datalist', {id: 'filter-values'});
    this.value = h('input', {type: 'text', 'aria-label': 'Filter value', list: 'filter-values', autocomplete: 'off', spellcheck: 'false', oninput: settled(() => this.ask())});
    this.form = h('form', {class: 'add', onsubmit: (event) => this.add(event)}, this.kind, this.value, this.options, h('button', {type: 'submit'}, 'Add filter'));
    this.exports = ['ndjson', 'csv'].map((format) => [format, h('a', {download: true, href: '#'}, format === 'csv' ? 'CSV' : 'NDJSON')]);
    root.append(this.form, this.chips, h('div', {class: 'export'}, h('span', null, 'Export'), this.exports.map(([, link]) => link)));
    this.hint();
  }

  update(state) {
    const active = [...FILTERS.filter((key) => state[key]).map((key) => [key, state[key]]),
      ...state.attribute.map((value) => ['attribute', value]), ...state.system.map((value) => ['system', value])];
    const asked = JSON.stringify(active);
    if (asked !== this.shown) {
      this.shown = asked;
      show(this.chips, active.map(([key, value]) => h('li', null, h('span', {class: 'key'}, LABELS[key]), h('span', {class: 'val'}, value),
        h('button', {type: 'button', 'aria-label': `Remove filter ${LABELS[key]} ${value}`, onclick: () => this.remove(key, value)}, '×'))));
    }
    const params = filter(state);
    if (state.view === 'metrics' && state.name) {
      params.metric = state.name;
    }
    this.exports.forEach(([format, link]) => {
      link.href = api.address('export', {format, ...params});
    });
  }

  /** Takes names to suggest from a summary. */
  suggest(summary) {
    if (!summary) {
      return;
    }
    const {names} = this;
    this.known = {command: names(summary.commands), status: names(summary.statuses), event: names(summary.events), metric: names(summary.metrics), run: summary.run ? [summary.run] : []};
    if (document.activeElement !== this.value) {
      this.hint();
    }
  }

  hint() {
    const key = this.kind.value;
    this.value.placeholder = PLACES[key] ?? 'value';
    this.offer(this.known[key] ?? []);
  }

  offer(values) {
    const known = values.slice(0, 200);
    const asked = JSON.stringify(known);
    if (asked !== this.offered) {
      this.offered = asked;
      show(this.options, known.map((value) => h('option', {value})));
    }
  }

  /** What begins as it was typed, of all that the server knows. */
  async ask() {
    const kind = this.kind.value;
    const typed = this.value.value.trim();
    const params = filter(read());
    const [, attribute, begin] = /^([^:]+):(.*)$/s.exec(typed) ?? [];
    try {
      let found = this.known[kind] ?? [];
      if (kind === 'attribute') {
        const {attributes} = await api.attributes(attribute ? {...params, attribute: [...params.attribute, `${attribute}:${begin}*`]} : params);
        found = attribute ? attributes.find((one) => one.name === attribute)?.values.map(({value}) => `${attribute}:${value}`) ?? [] : attributes.map((one) => `${one.name}:`);
      } else if (kind === 'run') {
        found = (await api.runs({...params, run: null})).runs.map(({run}) => run);
      } else if (kind === 'node') {
        found = [...new Set((await api.nodes()).nodes.map(({node}) => node))];
      } else if (typed && (kind === 'event' || kind === 'metric') && !typed.endsWith('*')) {
        const summary = await api.summary({...params, [kind]: `${typed}*`});
        found = this.names(kind === 'event' ? summary.events : summary.metrics);
      }
      if (this.kind.value === kind) {
        this.offer(found.filter(Boolean));
      }
    } catch {
      // Without suggestions one can still type.
    }
  }

  names(value) {
    return Array.isArray(value) ? value.map((one) => one?.name ?? one) : Object.keys(value ?? {});
  }

  add(event) {
    event.preventDefault();
    const key = this.kind.value;
    const value = this.value.value.trim();
    if (value === '') {
      this.value.focus();
      return;
    }
    this.value.value = '';
    go({[key]: key in HINTS ? [...new Set([...read()[key], value])] : value});
  }

  remove(key, value) {
    go({[key]: key in HINTS ? read()[key].filter((one) => one !== value) : null});
    this.value.focus();
  }
}
