/* All metrics, or one of them: over time, its distribution, in groups, with the machine beneath. */
import * as api from './api.js';
import {buckets, instant} from './chart.js';
import {h, name, panel, settled, show, svg, Table, text, Tile} from './dom.js';
import {local, measure, short, unitOf, whole} from './format.js';
import {GroupBy, groupLink, groupNote} from './parts.js';
import {go, href, remembered} from './state.js';
import {COLOURS, extent, fillMachine, fillPercentiles, Lines, loadMarks, machine, middles, percentiles, readings, within} from './timeline.js';

const BY = {'': 'Nothing', status: 'Status', event: 'Event', run: 'Run', command: 'Command'};
const PERCENTILES = ['min', 'p50', 'p90', 'p95', 'p99', 'max'];

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
    this.search = h('input', {type: 'search', placeholder: 'Find a metric', 'aria-label': 'Find a metric', oninput: settled(() => this.ask())});
    const figure = (key) => ({title: key, num: true, sort: (metric) => metric[key], cell: (metric) => measure(metric.name, metric[key])});
    this.table = new Table([
      {title: 'Metric', head: true, cls: 'wrap', sort: (metric) => metric.name, cell: (metric) => [metric.pinned && '★ ', h('a', {href: href({name: metric.name})}, name(metric.name))].filter(Boolean)},
      {title: 'Count', num: true, sort: (metric) => metric.count, cell: (metric) => whole(metric.count)},
      figure('min'), figure('avg'), figure('max'), figure('last'),
      {title: 'Last seen', num: true, sort: (metric) => metric.lastSeen, cell: (metric) => instant(metric.lastSeen)},
    ], {caption: 'Metrics', key: (metric) => metric.name, state: () => href(), open: (metric) => go({name: metric.name}), sorting: {index: 1, down: true}});
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Metrics'), panel('Metrics', {tools: this.search}, this.table.root));
    this.metrics = [];
  }

  destroy() {}

  async load(state, filter, signal) {
    this.filter = filter;
    const answer = await api.metrics(filter, signal);
    this.metrics = answer.metrics;
    this.truncated = answer.truncated;
    this.fill();
    return null;
  }

  /** Names beyond those that an answer holds are looked for on the server, by how they begin. */
  async ask() {
    this.fill();
    const asked = this.search.value.trim();
    if (this.truncated && asked) {
      const found = await api.metrics({...this.filter, metric: `${asked}*`}).catch(() => null);
      const known = new Set(this.metrics.map((metric) => metric.name));
      this.metrics = [...this.metrics, ...(found?.metrics ?? []).filter((metric) => !known.has(metric.name))];
      this.fill();
    }
  }

  fill() {
    const asked = this.search.value.trim().toLowerCase();
    const pins = remembered('pins') ?? [];
    this.table.fill(this.metrics.filter((metric) => metric.name.toLowerCase().includes(asked)).map((metric) => ({...metric, pinned: pins.includes(metric.name)})).sort((a, b) => b.pinned - a.pinned),
      asked && this.metrics.length ? this.truncated ? 'No metric begins with this, or has it in its name among the first 1,000.' : 'No metric has this in its name.' : 'No metric in this range. Choose a wider range, or record one: telemetry.emit("accuracy", 0.92).');
  }
}

class MetricDetail {
  constructor(metric) {
    this.name = metric;
    this.title = h('h1', null, name(metric));
    this.tiles = ['count', 'p50', 'p95', 'p99', 'avg', 'sum'].map((key) => [key, new Tile(key, key)]);
    this.chart = percentiles(metric, h('h3', null, 'Percentiles over time'));
    this.lines = new Lines({title: h('h3', null, 'p95 by group'), height: 150, unit: unitOf(metric)});
    this.machine = machine();
    this.distribution = new Table([
      {title: 'Percentile', head: true, cell: (row) => row.key},
      {title: 'Value', num: true, cell: (row) => h('span', {data: {value: row.value}}, measure(metric, row.value))},
      {title: 'Size', cls: 'spread', cell: (row) => svg('svg', {class: 'strip', viewBox: '0 0 100 14', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
        svg('rect', {x: 0, y: 3, width: Math.max(0.8, row.share * 100), height: 8, class: 'near'}))},
    ], {caption: 'Distribution', key: (row) => row.key});
    this.by = new GroupBy(BY, '');
    this.pin = h('button', {type: 'button', onclick: () => this.togglePin()});
    this.drawPin();
    this.note = h('p', {class: 'count'});
    this.groups = groupTable(metric, 'Groups', (group) => groupLink(this.grouping, group.key));
    this.root = h('div', {class: 'metric'},
      h('div', {class: 'title'}, h('a', {href: href({name: null, by: null}), class: 'back'}, 'Metrics'), this.title, this.pin),
      h('dl', {class: 'tiles small'}, this.tiles.map(([, tile]) => tile.root)),
      panel('Over time', {class: 'lines'}, this.chart.root, this.lines.root, this.machine.root),
      h('div', {class: 'columns even'}, panel('Distribution', null, this.distribution.root), panel('Groups', {tools: this.by.root}, this.groups.root, this.note)));
  }

  togglePin() {
    const pins = remembered('pins') ?? [];
    remembered('pins', pins.includes(this.name) ? pins.filter((one) => one !== this.name) : [...pins, this.name]);
    this.drawPin();
  }

  drawPin() {
    const pinned = (remembered('pins') ?? []).includes(this.name);
    this.pin.setAttribute('aria-pressed', String(pinned));
    text(this.pin, pinned ? '★ Pinned' : '☆ Pin');
  }

  destroy() {
    [this.chart, this.lines, this.machine].forEach((chart) => chart.destroy());
  }

  async load(state, params, signal) {
    const {metric: ignored, ...filter} = params;
    const by = this.grouping = state.by ?? '';
    const summary = await api.summary(filter, signal);
    const range = extent(state, summary);
    const shape = {...within(filter, range), buckets: buckets()};
    // Groups take the place of the machine: a view asks no more than five questions.
    const grouped = {...shape, by, top: 4, buckets: 40};
    this.machine.root.hidden = Boolean(by);
    let answers;
    try {
      answers = await Promise.all([api.metric(this.name, {...filter, by, top: by && 50}, signal), api.soft(api.series(this.name, shape, signal), {points: []}),
        by ? api.soft(api.series(this.name, grouped, signal), {}) : readings(filter, signal),
        loadMarks(filter, summary, range, signal)]);
    } catch (failure) {
      if (failure.status === 404) {
        show(this.root, h('p', {class: 'empty'}, `Nobody has recorded a metric named ${this.name}. `, h('a', {href: href({name: null, by: null})}, 'All metrics')));
      }
      throw failure;
    }
    const [figures, series, other, marks] = answers;
    for (const [key, tile] of this.tiles) {
      tile.figure.dataset.value = figures[key] ?? '';
      tile.set(key === 'count' ? short(figures.count) : measure(this.name, figures[key]), key === 'count' ? `${local(range[0] * 1000)} on` : '');
    }
    const top = Math.max(...PERCENTILES.map((key) => Math.abs(figures[key] ?? 0))) || 1;
    this.distribution.fill(figures.count ? PERCENTILES.map((key) => ({key, value: figures[key], share: Math.abs(figures[key] ?? 0) / top})) : []);
    this.by.show(by);
    this.groups.fill(by ? figures.groups ?? [] : [], by ? 'No groups in this range.' : 'Choose what to group by: the status, the run, the model or any other attribute.');
    text(this.note, by ? groupNote(figures) : '');
    fillPercentiles(this.chart, this.name, series, range, marks, api.seriesSource(this.name, shape));
    if (!by) {
      fillMachine(this.machine, other, range, marks);
    }
    // p95 of the largest groups, one line each.
    const lines = by ? other.series ?? [] : [];
    this.lines.root.hidden = lines.length < 2;
    if (lines.length > 1) {
      this.lines.set(lines.map(({key}, i) => ({label: key ?? 'without', colour: COLOURS[i]})), {
        x: middles(other, lines[0].points), range, marks, source: api.seriesSource(this.name, grouped), columns: lines.map((one) => one.points.map((point) => point.p95 ?? null)),
        label: `p95 of ${this.name} by group: ${lines.map(({key}) => key).join(', ')}`,
      });
    }
    return summary;
  }
}
