/* Rules that watch what is recorded: which fire, since when, and how far from the threshold the others are. */
import * as api from './api.js';
import {instant} from './chart.js';
import {h, panel, Table} from './dom.js';
import {digits} from './format.js';

const RULE = `telemetry:
  alerts:
    - name: too-many-failures
      metric: gen_ai.client.operation.duration
      aggregate: success-rate
      window: 15m
      below: 0.95`;
const ORDER = ['firing', 'unknown', 'ok'];
const SHADE = {firing: 'failed', ok: 'completed', unknown: 'other'};

export class View {
  constructor() {
    this.table = new Table([
      {title: 'State', sort: (alert) => ORDER.indexOf(alert.state), cell: (alert) => h('span', {class: `status st-${SHADE[alert.state] ?? 'other'}`}, alert.state)},
      {title: 'Alert', head: true, cls: 'wrap', sort: (alert) => alert.name, cell: (alert) => alert.name},
      {title: 'For', cls: 'wrap', sort: (alert) => alert.key, cell: (alert) => alert.key},
      {title: 'Value', num: true, sort: (alert) => alert.value, cell: (alert) => (alert.value === null ? '–' : digits(alert.value))},
      {title: 'Threshold', num: true, cell: (alert) => digits(alert.threshold)},
      {title: 'Since', num: true, sort: (alert) => alert.since, cell: (alert) => (alert.since ? instant(alert.since) : '–')},
    ], {caption: 'Alerts', key: (alert) => `${alert.name} ${alert.key ?? ''}`, sorting: {index: 0, down: false}});
    this.list = panel('Alerts', null, this.table.root);
    this.empty = h('section', {class: 'panel first', hidden: true}, h('h2', null, 'No alert is set up'),
      h('p', null, 'A rule watches a metric once a minute. For example, in application.yml:'), h('pre', {tabindex: '0'}, RULE));
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Alerts'), this.empty, this.list);
  }

  async load(state, filter, signal) {
    const {alerts} = await api.alerts(signal, 0);
    this.empty.hidden = alerts.length > 0;
    this.list.hidden = alerts.length === 0;
    this.table.fill(alerts);
    return null;
  }
}
