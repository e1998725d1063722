/* What is slow, what fails, since when, and what the machine was doing. */
import * as api from './api.js';
import {instant} from './chart.js';
import {h, name, panel, show, Table, Tile} from './dom.js';
import {bytes, digits, local, quantity, share, short, span, whole} from './format.js';
import {status} from './parts.js';
import {go, href, past, remembered, wide} from './state.js';
import {describe, extent, fillMachine, fillPercentiles, loadMarks, machine, Outcomes, percentiles, principal, readings, within} from './timeline.js';

/** How many records a second, in words that stay true for few. */
function pace(perSecond) {
  return perSecond >= 1 ? `${digits(perSecond)} /s` : perSecond * 60 >= 1 ? `${digits(perSecond * 60)} /min` : `${digits(perSecond * 3600)} /h`;
}

/** What is wrong with the recorder: with the store that answers, or with another one. */
function trouble(pipeline) {
  return [pipeline, pipeline.degraded, ...Object.values(pipeline.stores ?? {})].find((one) => one?.reason) ?? null;
}

/** Leads to what changed with an event: as long before it as there is after it, at most a day. */
function comparison(at) {
  const moment = (seconds) => new Date(seconds * 1000).toISOString();
  const length = Math.max(60, Math.min(86400, api.now() / 1000 - at));
  return h('a', {href: href({view: 'runs', base: `${moment(at - length)}..${moment(at)}`, candidate: `${moment(at)}..${moment(at + length)}`})}, 'Compare');
}

export class View {
  constructor() {
    this.tiles = {
      throughput: new Tile('Throughput', 'throughput'), records: new Tile('Records', 'records'), success: new Tile('Success rate', 'success'),
      machine: new Tile('Machine now', 'machine'), health: new Tile('Recorder', 'health'),
    };
    this.outcomes = new Outcomes(h('h3', null, 'Ended: ok, cancelled, failed'));
    this.stack = h('div', {class: 'stack'});
    this.machine = machine();
    this.select = h('select', {'aria-label': 'Metric', onchange: () => go({name: this.select.value})});
    this.lines = panel('Over time', {class: 'lines', tools: this.select}, this.outcomes.root, this.stack, this.machine.root);
    this.events = new Table([
      {title: 'Time', cell: (mark) => h('a', {href: href({view: 'records', record: mark.record.id, at: mark.record.timestamp})}, instant(mark.record.timestamp))},
      {title: 'Event', cell: (mark) => name(mark.record.event ?? mark.record.command), cls: 'wrap'},
      {title: 'Change', cell: ({at}) => comparison(at)},
    ], {caption: 'Events that mark the charts', key: (mark) => mark.record.id, empty: 'No rare events in this range. Mark a deploy: telemetry.event("deploy", Status.COMPLETED).'});
    this.statuses = new Table([
      {title: 'Status', head: true, cell: ([value]) => h('a', {href: href({view: 'records', status: value})}, status(value))},
      {title: 'Records', num: true, cell: ([, count]) => whole(count)},
    ], {caption: 'Records by status', key: ([name]) => name, state: () => href({view: 'records'})});
    this.names = new Table([
      {title: 'Event', head: true, cls: 'wrap', cell: ([event]) => h('a', {href: href({view: 'records', event})}, name(event))},
      {title: 'Records', num: true, cell: ([, count]) => whole(count)},
    ], {caption: 'Records by event', key: ([name]) => name, state: () => href({view: 'records'}), empty: 'No events.'});
    this.pipeline = h('dl', {class: 'facts'});
    this.content = h('div', {class: 'columns'}, this.lines,
      h('div', {class: 'side'}, panel('Marked events', null, this.events.root), panel('By status', null, this.statuses.root), panel('By event', null, this.names.root), panel('Recorder', null, this.pipeline)));
    this.empty = h('section', {class: 'panel first', hidden: true}, h('h2', null, 'Nothing recorded yet'),
      h('p', null, 'Inject the bean ', h('code', null, 'Telemetry'), ' and call ', h('code', null, 'telemetry.emit("accuracy", 0.92)'), ', or wrap a call: ', h('code', null, 'telemetry.track("inference", () -> model.call(prompt))'), '.'),
      h('p', null, 'Records show up here within seconds.'));
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Overview'), h('dl', {class: 'tiles'}, Object.values(this.tiles).map((tile) => tile.root)), this.empty, this.content);
  }

  destroy() {
    [this.chart, this.outcomes, this.machine].forEach((chart) => chart?.destroy());
  }

  async load(state, filter, signal) {
    const summary = await api.summary(filter, signal);
    if (summary.store?.available === false) {
      // Nothing of the store's can be shown, but what the recorder itself knows.
      this.fillPipeline(summary);
      throw Object.assign(new api.Problem(`The store cannot be read: ${summary.store.reason}`, 503), {summary});
    }
    const range = extent(state, summary);
    const names = summary.metrics ?? [];
    const metric = names.includes(state.name) ? state.name : principal(names);
    const nothing = summary.records === 0 && (summary.pipeline?.accepted ?? 0) === 0;
    this.empty.hidden = !nothing || Boolean(state.command || state.run || state.status || state.event || state.metric || state.attribute.length || state.system.length);
    this.content.hidden = !this.empty.hidden;
    this.arrange(metric, names);
    const params = {...within(filter, range), by: 'status', top: 4, buckets: 60};
    const [series, context, marks] = await Promise.all([metric ? api.soft(api.series(metric, params, signal), {points: []}) : {points: []}, readings(filter, signal), loadMarks(filter, summary, range, signal)]);
    this.fillTiles(summary, context, range, past(state));
    if (metric) {
      const source = api.seriesSource(metric, params);
      this.outcomes.fill(series, 'status', range, marks, source);
      fillPercentiles(this.chart, metric, series, range, marks, source);
    }
    const byCount = (counts) => Object.entries(counts ?? {}).sort((a, b) => b[1] - a[1]);
    this.statuses.fill(byCount(summary.statuses));
    this.names.fill(byCount(summary.events).slice(0, 12));
    this.fillPipeline(summary);
    fillMachine(this.machine, context, range, marks);
    this.events.fill(marks.slice(0, 14));
    return summary;
  }

  arrange(metric, names) {
    const offered = JSON.stringify(names);
    if (this.offered !== offered) {
      this.offered = offered;
      const pins = remembered('pins') ?? [];
      show(this.select, [...names.filter((one) => pins.includes(one)), ...names.filter((one) => !pins.includes(one))].map((value) => h('option', {value}, `${pins.includes(value) ? '★ ' : ''}${value}`)));
    }
    this.select.hidden = this.outcomes.root.hidden = !metric;
    if (this.metric !== metric || !this.shown) {
      this.metric = metric;
      this.chart?.destroy();
      this.chart = metric && percentiles(metric, h('h3', null, h('a', {href: href({view: 'metrics', name: metric})}, name(metric))), 200);
      this.shown = metric ? this.chart.root : h('p', {class: 'empty'}, 'No metric in this range. Choose a wider range or fewer filters.');
      show(this.stack, this.shown);
    }
    this.select.value = metric ?? '';
  }

  fillTiles(summary, context, range, over) {
    const pipeline = summary.pipeline ?? {};
    const store = summary.store ?? {};
    const first = Date.parse(summary.from) || range[0] * 1000;
    const last = Date.parse(summary.to) || range[1] * 1000;
    const now = performance.now();
    const since = this.seen && !over && pipeline.accepted >= this.seen.accepted ? (pipeline.accepted - this.seen.accepted) / ((now - this.seen.now) / 1000) : null;
    this.seen = {now, accepted: pipeline.accepted};
    const flying = summary.inFlight;
    this.tiles.throughput.set(pace(summary.records / Math.max(1, range[1] - first / 1000)),
      flying?.count ? `${whole(flying.count)} call${flying.count === 1 ? '' : 's'} under way, the oldest ${span(flying.oldest)}` : since === null ? 'since the first record' : `now ${pace(since)}`);
    this.tiles.records.set(short(summary.records), `${local(first)} to ${local(last)}`);
    const failed = summary.statuses?.failed ?? 0;
    this.tiles.success.set(share(summary.successRate), summary.successRate === null ? 'nothing has ended yet' : `${whole(failed)} failed of ${whole(failed + (summary.statuses?.completed ?? 0))}`, failed ? 'warn' : '', failed ? href({view: 'records', status: 'failed'}) : null);
    this.tiles.machine.root.firstChild.textContent = wide() ? 'This machine now' : 'Machine now';
    const latest = context.samples.reduce((found, sample) => (found === null || sample.at > found.at ? sample : found), null) ?? context.now;
    const present = context.now.cpu === null ? latest : context.now;
    this.tiles.machine.set(present.cpu === null ? '–' : `CPU ${quantity(present.cpu, 'percent')}`, describe(present).split(', ').slice(1).join(', '));
    const dropped = Object.values(pipeline.dropped ?? {}).reduce((sum, count) => sum + count, 0);
    const degraded = trouble(pipeline)?.reason ?? null;
    this.tiles.health.set(degraded ? 'Degraded' : dropped ? `${short(dropped)} dropped` : 'Healthy',
      degraded ?? `${[store.backend, store.bytes && bytes(store.bytes)].filter(Boolean).join(' ')}, ${pipeline.forward ? `${whole(pipeline.forward.behind)} not sent yet` : `${whole(pipeline.queued ?? 0)} queued`}`, degraded ? 'bad' : dropped ? 'warn' : 'good');
  }

  fillPipeline(summary) {
    const pipeline = summary.pipeline ?? {};
    const store = summary.store ?? {};
    const facts = [['Backend', store.backend ?? '–'], ...(store.file ? [['File', store.file], ['Size', bytes(store.bytes)]] : []),
      ['Accepted', whole(pipeline.accepted)], ['Written', whole(pipeline.written)], ['Queued', whole(pipeline.queued)],
      ...(pipeline.forward ? [['Not sent yet', whole(pipeline.forward.behind)], ['Sent', whole(pipeline.forward.sent)], ['Attempts that failed', whole(pipeline.forward.failed)]] : []),
      ...Object.entries(pipeline.dropped ?? {}).map(([reason, count]) => [`Dropped: ${reason}`, whole(count)]),
      ...Object.entries(pipeline.normalised ?? {}).map(([reason, count]) => [`Normalised: ${reason}`, whole(count)])];
    if (summary.future) {
      facts.push(['Dated later than now', h('a', {href: href({view: 'records', range: 'custom', from: new Date().toISOString(), to: '2100-01-01T00:00:00Z'})}, whole(summary.future))]);
    }
    const wrong = trouble(pipeline);
    if (wrong) {
      facts.unshift(['Degraded', wrong.reason], ['Since', instant(wrong.since)]);
    }
    this.pipeline.replaceChildren(...facts.flatMap(([label, value]) => [h('dt', null, label), h('dd', null, value)]));
  }
}
