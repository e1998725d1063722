/* All metrics, or one of them: over time, its distribution, in groups, with the machine beneath. */
import * as api from './api.js';
import {buckets, Chart, instant} from './chart.js';
import {h, name, panel, show, svg, Table, Tile} from './dom.js';
import {isoSeconds, local, measure, short, unitOf, whole} from './format.js';
import {GroupBy, groupFilter, groupLink} from './parts.js';
import {go, href} from './state.js';
import {extent, fillMachine, fillPercentiles, loadMarks, machine, percentiles} from './timeline.js';

const BY = {'': 'Nothing', status: 'Status', event: 'Event', run: 'Run', command: 'Command'};
const PERCENTILES = ['min', 'p50', 'p90', 'p95', 'p99', 'max'];
const COLOURS = ['p50', 'gpu', 'cpu', 'memory', 'mark'];

/* Groups of a metric as a table: figures, and a strip from min to max with the middle marked. */
function groupTable(metric, caption, link) {
  const top = {value: 0};
  const table = new Table([
    {title: 'Group', head: true, cls: 'wrap', sort: (group) => group.key, cell: (group) => link(group)},
    {title: 'Count', num: true, sort: (group) => group.count, cell: (group) => whole(group.count)},
    {title: 'p50', num: true, sort: (group) => group.p50, cell: (group) => measure(metric, group.p50)},
    {title: 'p95', num: true, sort: (group) => group.p95, cell: (group) => measure(metric, group.p95)},
    {title: 'p99', num: true, sort: (group) => group.p99, cell: (group) => measure(metric, group.p99)},
    {title: 'Sum', num: true, sort: (group) => group.sum, cell: (group) => measure(metric, group.sum)},
    {title: 'Spread', cls: 'spread', cell: (group) => strip(group, top.value)},
  ], {caption, key: (group) => group.key ?? '', state: () => `${top.value}${href()}`, sorting: {index: 1, down: true}});
  return {root: table.root, fill: (groups, empty) => {
    top.value = Math.max(0, ...groups.map((group) => group.p99 ?? 0));
    table.fill(groups, empty);
  }};
}

function strip(group, top) {
  const at = (value) => Math.max(0, Math.min(100, (100 * value) / (top || 1)));
  const box = (from, to, cls) => svg('rect', {x: at(from), y: cls === 'mid' ? 2 : 4, width: Math.max(0.8, at(to) - at(from)), height: cls === 'mid' ? 10 : 6, class: cls});
  return svg('svg', {class: 'strip', viewBox: '0 0 100 14', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
    box(group.min ?? 0, group.p99 ?? 0, 'far'), box(group.p50 ?? 0, group.p95 ?? 0, 'near'), box(group.p50 ?? 0, (group.p50 ?? 0) + top / 120, 'mid'));
}

export class View {
  constructor() {
    this.root = h('div');
  }

  destroy() {
    this.part?.destroy();
  }

  async load(state, filter, signal) {
    const wanted = state.name ?? '';
    if (this.shown !== wanted) {
      this.part?.destroy();
      this.part = wanted ? new MetricDetail(wanted) : new MetricList();
      this.shown = wanted;
      show(this.root, this.part.root);
    }
    return this.part.load(state, filter, signal);
  }
}

class MetricList {
  constructor() {
    this.search = h('input', {type: 'search', placeholder: 'Find a metric', 'aria-label': 'Find a metric', oninput: () => this.fill()});
    const figure = (key) => ({title: key, num: true, sort: (metric) => metric[key], cell: (metric) => measure(metric.name, metric[key])});
    this.table = new Table([
      {title: 'Metric', head: true, cls: 'wrap', sort: (metric) => metric.name, cell: (metric) => h('a', {href: href({name: metric.name})}, name(metric.name))},
      {title: 'Count', num: true, sort: (metric) => metric.count, cell: (metric) => whole(metric.count)},
      figure('min'), figure('avg'), figure('max'), figure('last'),
      {title: 'Last seen', num: true, sort: (metric) => metric.lastSeen, cell: (metric) => instant(metric.lastSeen)},
    ], {caption: 'Metrics', key: (metric) => metric.name, state: () => href(), open: (metric) => go({name: metric.name}), sorting: {index: 1, down: true}});
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Metrics'), panel('Metrics', {tools: this.search}, this.table.root));
    this.metrics = [];
  }

  destroy() {}

  async load(state, filter, signal) {
    const answer = await api.metrics(filter, signal);
    this.metrics = answer.metrics;
    this.fill();
    return null;
  }

  fill() {
    const asked = this.search.value.trim().toLowerCase();
    this.table.fill(this.metrics.filter((metric) => metric.name.toLowerCase().includes(asked)),
      asked && this.metrics.length ? 'No metric has this in its name.' : 'No metric in this range. Choose a wider range, or record one: telemetry.emit("accuracy", 0.92).');
  }
}

class MetricDetail {
  constructor(metric) {
    this.name = metric;
    this.title = h('h1', null, name(metric));
    this.tiles = ['count', 'p50', 'p95', 'p99', 'avg', 'sum'].map((key) => [key, new Tile(key, key)]);
    this.chart = percentiles(metric, h('h3', null, 'Percentiles over time'));
    this.groupsChart = h('div');
    this.machine = machine();
    this.distribution = new Table([
      {title: 'Percentile', head: true, cell: (row) => row.key},
      {title: 'Value', num: true, cell: (row) => h('span', {data: {value: row.value}}, measure(metric, row.value))},
      {title: 'Size', cls: 'spread', cell: (row) => svg('svg', {class: 'strip', viewBox: '0 0 100 14', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
        svg('rect', {x: 0, y: 3, width: Math.max(0.8, row.share * 100), height: 8, class: 'near'}))},
    ], {caption: 'Distribution', key: (row) => row.key});
    this.by = new GroupBy(BY, '');
    this.known = new Set();
    this.groups = groupTable(metric, 'Groups', (group) => groupLink(this.grouping, group.key));
    this.root = h('div', {class: 'metric'},
      h('div', {class: 'title'}, h('a', {href: href({name: null, by: null}), class: 'back'}, 'Metrics'), this.title),
      h('dl', {class: 'tiles small'}, this.tiles.map(([, tile]) => tile.root)),
      panel('Over time', {class: 'lines'}, this.chart.root, this.groupsChart, this.machine.root),
      h('div', {class: 'columns even'}, panel('Distribution', null, this.distribution.root), panel('Groups', {tools: this.by.root}, this.groups.root)));
  }

  destroy() {
    this.chart.destroy();
    this.machine.destroy();
    this.lines?.destroy();
  }

  async load(state, params, signal) {
    const {metric: ignored, ...filter} = params;
    const by = this.grouping = state.by ?? '';
    const summarised = api.summary({...filter, metric: this.name}, signal);
    const [figures, series, context, sample, summary] = await Promise.all([
      api.metric(this.name, {...filter, by}, signal), api.series(this.name, {...filter, buckets: buckets()}, signal),
      api.context({from: filter.from, to: filter.to}, signal), this.known.size ? null : api.records({...filter, metric: this.name, limit: 20}, signal), summarised]);
    const range = extent(state, summary);
    for (const [key, tile] of this.tiles) {
      tile.figure.dataset.value = figures[key] ?? '';
      tile.set(key === 'count' ? short(figures.count) : measure(this.name, figures[key]), key === 'count' ? `${local(range[0] * 1000)} on` : '');
    }
    const top = Math.max(...PERCENTILES.map((key) => Math.abs(figures[key] ?? 0))) || 1;
    this.distribution.fill(figures.count ? PERCENTILES.map((key) => ({key, value: figures[key], share: Math.abs(figures[key] ?? 0) / top})) : []);
    (sample?.records ?? []).forEach((record) => Object.keys(record.attributes ?? {}).forEach((name) => this.known.add(name)));
    this.by.show(by, [...this.known].sort());
    this.groups.fill(by ? figures.groups ?? [] : [], by ? 'No groups in this range.' : 'Choose what to group by: the status, the run, the model or any other attribute.');
    const marks = await loadMarks(filter, summary, signal);
    fillPercentiles(this.chart, this.name, series, range, marks);
    fillMachine(this.machine, context, range, marks);
    await this.compareGroups(by, figures.groups ?? [], filter, range, marks, signal);
    return summary;
  }

  /** p95 of the largest groups, one line each. */
  async compareGroups(by, groups, filter, range, marks, signal) {
    const keys = by ? [...groups].sort((a, b) => b.count - a.count).map((group) => group.key).filter((key) => key !== null && key !== undefined).slice(0, COLOURS.length) : [];
    const asked = JSON.stringify([by, keys]);
    if (asked !== this.compared) {
      this.lines?.destroy();
      this.compared = asked;
      this.lines = keys.length < 2 ? null : new Chart({
        title: h('h3', null, 'p95 by group'), height: 150, unit: unitOf(this.name), lines: keys.map((key, i) => ({label: key, colour: COLOURS[i]})),
      });
      show(this.groupsChart, this.lines?.root);
    }
    if (!this.lines) {
      return;
    }
    const chart = this.lines;
    const answers = await Promise.all(keys.map((key) => {
      const group = groupFilter(by, key);
      const merged = group.attribute ? {...filter, attribute: [...(filter.attribute ?? []), ...group.attribute]} : {...filter, ...group};
      return api.series(this.name, {...merged, from: new Date(range[0] * 1000).toISOString(), to: new Date(range[1] * 1000).toISOString(), buckets: Math.round(buckets() / 2)}, signal);
    }));
    const half = (isoSeconds(answers[0].bucket) ?? 0) / 2;
    chart.set({
      x: answers[0].points.map((point) => Date.parse(point.at) / 1000 + half), range, marks,
      columns: answers.map((answer) => answers[0].points.map((point, i) => answer.points[i]?.p95 ?? null)),
      label: `p95 of ${this.name} by group: ${keys.join(', ')}`,
    });
  }
}
