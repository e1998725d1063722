/* What calls cost, or how many tokens they took: over hours or days, by model, tenant or any attribute. Two currencies are never added up. */
import * as api from './api.js';
import {h, panel, show, Table, text, Tile} from './dom.js';
import {digits, local, money, share, short, whole} from './format.js';
import {GroupBy, groupLink, groupNote} from './parts.js';
import {calendar, go, href, SECONDS} from './state.js';
import {COLOURS, Lines, loadDeploys, middles} from './timeline.js';

const COST = 'gen_ai.usage.cost';
const WHAT = {
  [COST]: 'Cost', 'gen_ai.usage.input_tokens': 'Input tokens', 'gen_ai.usage.output_tokens': 'Output tokens',
  'gen_ai.usage.cache_read.input_tokens': 'Cached tokens', 'gen_ai.usage.reasoning.output_tokens': 'Reasoning tokens',
};
const MODEL = 'attribute.gen_ai.request.model';
const CURRENCY = 'gen_ai.usage.cost.currency';
const BY = {
  [MODEL]: 'Model', 'attribute.gen_ai.provider.name': 'Provider', 'attribute.tenant': 'Tenant', 'attribute.user': 'User',
  'attribute.gen_ai.conversation.id': 'Conversation', command: 'Command', run: 'Run',
};
const WHY = {price: 'the model has no price', usage: 'tokens were not told', cached: 'cached tokens were not told'};
const PRICES = `telemetry:
  observations:
    prices:
      - model: gpt-5-mini
        input: 0.25    # for a million tokens
        output: 2.00`;
const HOUR = 3600;
const DAY = 86400;
const TOP = 6;
const LISTED = 50;

export class View {
  constructor() {
    this.tiles = {cost: new Tile('Cost', 'cost'), calls: new Tile('Calls with it', 'priced'), average: new Tile('A call', 'average'), missing: new Tile('Without cost', 'missing')};
    this.currencies = h('div', {class: 'segments', role: 'group', 'aria-label': 'Currency', hidden: true});
    this.what = h('select', {'aria-label': 'What', onchange: () => go({name: this.what.value === COST ? null : this.what.value})}, Object.entries(WHAT).map(([value, title]) => h('option', {value}, title)));
    this.by = new GroupBy(BY, MODEL);
    this.title = h('h3');
    this.lines = new Lines({title: this.title, stack: true, open: (index) => this.open(index)});
    this.table = new Table([
      {title: 'Group', head: true, cls: 'wrap', sort: (row) => row.key, cell: (row) => groupLink(this.grouping, row.key)},
      {title: 'Calls', num: true, sort: (row) => row.count, cell: (row) => whole(row.count)},
      {title: 'Sum', num: true, sort: (row) => row.sum, cell: (row) => this.amount(row.sum)},
      {title: 'Share', num: true, sort: (row) => row.sum, cell: (row) => share(this.sum ? row.sum / this.sum : null)},
      {title: 'A call', num: true, sort: (row) => row.avg, cell: (row) => this.amount(row.avg)},
      {title: 'Largest', num: true, sort: (row) => row.max, cell: (row) => this.amount(row.max)},
    ], {caption: 'By group', key: (row) => row.key ?? '', state: () => `${href()}${this.sum}${this.currency}`, sorting: {index: 2, down: true}});
    this.note = h('p', {class: 'count'});
    this.why = h('dl', {class: 'facts'});
    this.budgets = h('dl', {class: 'facts'});
    this.whyPanel = panel('Calls without cost, and why', null, this.why);
    this.budgetPanel = panel('Budgets', null, this.budgets);
    this.content = h('div', null,
      h('dl', {class: 'tiles'}, Object.values(this.tiles).map((tile) => tile.root)),
      panel('Over time', {class: 'lines', tools: h('div', {class: 'tools'}, this.currencies, this.by.root)}, this.lines.root),
      panel('By group', null, this.table.root, this.note), this.whyPanel, this.budgetPanel);
    this.empty = h('section', {class: 'panel first', hidden: true}, h('h2', null, 'Nothing of this in the range'),
      h('p', null, 'Tokens are recorded by themselves. Costs need a price for each model, in application.yml, or a list at telemetry.observations.prices-location:'), h('pre', {tabindex: '0'}, PRICES));
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Cost'), h('div', {class: 'tools head'}, this.what), this.empty, this.content);
  }

  destroy() {
    this.lines.destroy();
  }

  amount(value) {
    return this.metric === COST ? money(value, this.currency) : value === null || value === undefined ? '–' : Number.isInteger(value) ? short(value) : digits(value);
  }

  open(index) {
    const [from, to] = [this.edges[index], this.edges[index + 1]];
    go({view: 'traces', range: 'custom', from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString()});
  }

  async load(state, params, signal) {
    const {metric: ignored, ...filter} = params;
    const metric = this.metric = state.name in WHAT ? state.name : COST;
    const by = this.grouping = state.by ?? MODEL;
    this.what.value = metric;
    this.by.show(by);
    // Asking for a metric that nobody recorded is an error, and here the ordinary state before there are prices.
    const [currencies, missing, alerts] = await Promise.all([
      api.metric(metric, {...filter, by: `attribute.${CURRENCY}`}, signal).catch((failure) => (failure.status === 404 ? null : Promise.reject(failure))),
      metric === COST ? api.metric('gen_ai.client.operation.duration', {...filter, by: 'attribute.gen_ai.usage.unavailable'}, signal).catch((failure) => (failure.status === 404 ? null : Promise.reject(failure))) : null,
      metric === COST ? api.alerts(signal).catch(() => null) : null]);
    this.empty.hidden = Boolean(currencies?.count);
    this.content.hidden = !currencies?.count && !missing?.count;
    this.fillMissing(missing, currencies?.count ?? 0);
    if (!currencies?.count) {
      this.lines.root.hidden = true;
      this.tiles.cost.set('–', 'no call has a price');
      return null;
    }
    this.lines.root.hidden = false;
    const groups = metric === COST ? currencies.groups ?? [] : [];
    const chosen = groups.find((group) => group.key === state.currency) ?? groups[0];
    this.currency = chosen?.key ?? '';
    this.currencies.hidden = groups.length < 2;
    show(this.currencies, groups.length < 2 ? [] : groups.map(({key}) => h('button', {type: 'button', 'aria-pressed': String(key === chosen.key), onclick: () => go({currency: key})}, key ?? 'unknown')));
    const own = groups.length > 1 && chosen.key ? {...filter, attribute: [...(filter.attribute ?? []), `${CURRENCY}:${chosen.key}`]} : filter;
    const grid = this.grid(state);
    // One question for chart and table: to go through all calls by an attribute of many values is what costs most here.
    const shape = {...own, ...grid.params, by, top: TOP, order: 'sum', groups: LISTED};
    const [series, marks] = await Promise.all([api.soft(api.series(metric, shape, signal), {points: []}), loadDeploys(filter, signal)]);
    const figures = this.figures(series);
    const one = chosen ?? currencies;
    this.sum = figures.sum;
    const others = groups.filter((group) => group !== chosen).map((group) => money(group.sum, group.key ?? 'of no known currency'));
    this.tiles.cost.set(this.amount(one.sum), others.length ? `and ${others.join(', ')}` : metric === COST ? '' : WHAT[metric].toLowerCase());
    this.tiles.calls.set(short(one.count), '');
    this.tiles.average.set(this.amount(one.avg), `largest ${this.amount(one.max)}`);
    this.fillLines(series, grid, alerts, marks, api.seriesSource(metric, shape));
    this.table.fill(figures.groups ?? [], 'No groups in this range.');
    text(this.note, groupNote(figures, (value) => this.amount(value)));
    return null;
  }

  /** Hours for up to three days, days beyond, both as the calendar has them. */
  grid(state) {
    const now = api.now();
    const [begin, end] = state.from || state.to ? [] : calendar(state.range) ?? [];
    const from = Date.parse(state.from ?? '') || begin || (SECONDS[state.range] && now - SECONDS[state.range] * 1000);
    if (!from) {
      return {params: {buckets: 60}, width: null};
    }
    const to = Date.parse(state.to ?? '') || end || now;
    const width = to - from > 3.2 * DAY * 1000 ? DAY : HOUR;
    // An open range would end with the last call, and an hour without any would not be seen.
    const until = state.to || end < now ? {} : {to: new Date(now).toISOString()};
    return {params: {bucket: width === DAY ? 'day' : 'hour', zone: Intl.DateTimeFormat().resolvedOptions().timeZone, ...until}, width};
  }

  /** The groups over the whole range, and what those beyond them come to. */
  figures({points = [], groups = [], groupCount}) {
    const add = (all, rows) => rows.reduce(({count, sum}, row) => ({count: count + row.count, sum: sum + (row.sum ?? (row.avg ?? 0) * row.count)}), all);
    const whole = add({count: 0, sum: 0}, points);
    const shown = add({count: 0, sum: 0}, groups);
    return {groups, groupCount, sum: whole.sum, others: {count: whole.count - shown.count, sum: whole.sum - shown.sum}};
  }

  fillLines(answer, grid, alerts, marks, source) {
    const groups = answer.series ?? [];
    const points = groups[0]?.points ?? answer.points ?? [];
    const sum = (point) => (point?.count ? point.avg * point.count : null);
    const x = middles(answer, points);
    const half = x.length ? x[0] - Date.parse(points[0].at) / 1000 : 0;
    this.edges = [...x.map((at) => at - half), (x.at(-1) ?? 0) + half];
    const columns = groups.map((group) => points.map((point, i) => sum(group.points[i])));
    const lines = groups.map(({key}, i) => ({label: key ?? 'without', colour: COLOURS[i % COLOURS.length]}));
    // What the shown groups do not come to belongs to the others.
    const rest = (answer.points ?? []).map((point, i) => (sum(point) ?? 0) - columns.reduce((all, column) => all + (column[i] ?? 0), 0));
    if (groups.length && rest.some((value, i) => value > 1e-9 * (sum(answer.points[i]) ?? 0))) {
      columns.push(rest.map((value) => (value > 0 ? value : null)));
      lines.push({label: 'others', colour: 'mark'});
    }
    const most = Math.max(...points.map((point, i) => columns.reduce((all, column) => all + (column[i] ?? 0), 0)), 0);
    const budgets = (alerts?.alerts ?? []).filter((alert) => /cost|spend|budget/i.test(alert.name));
    const level = budgets.find((alert) => alert.threshold > 0 && alert.threshold < 4 * most);
    show(this.budgets, budgets.flatMap((alert) => [h('dt', null, [alert.name, alert.key].filter(Boolean).join(' ')), h('dd', {class: alert.state === 'firing' ? 'worse' : null}, `${alert.value === null ? '–' : digits(alert.value)} of ${digits(alert.threshold)}, ${alert.state}`)]));
    this.budgetPanel.hidden = budgets.length === 0;
    text(this.title, `${WHAT[this.metric]}${this.currency ? ` in ${this.currency}` : ''}${grid.width ? `, each ${grid.width === DAY ? 'day' : 'hour'}` : ''}`);
    this.lines.set(lines, {
      kind: {unit: this.metric === COST ? 'cost' : 'count'}, x, columns, source, marks, range: [this.edges[0], this.edges.at(-1)], level: level && {value: level.threshold, text: `${level.name} ${digits(level.threshold)}`},
      label: `${WHAT[this.metric]} over time by group${x.length ? `, from ${local(this.edges[0] * 1000)} to ${local(this.edges.at(-1) * 1000)}` : ''}: ${lines.map(({label}) => label).join(', ')}.`,
    });
  }

  fillMissing(answer, priced) {
    const reasons = (answer?.groups ?? []).filter((group) => group.key !== null);
    const count = Math.max(0, (answer?.count ?? 0) - priced);
    this.tiles.missing.root.hidden = this.metric !== COST;
    this.tiles.missing.set(whole(count), answer?.count ? `of ${whole(answer.count)} calls` : '', count ? 'warn' : '');
    this.whyPanel.hidden = this.metric !== COST || count === 0;
    const told = reasons.reduce((sum, group) => sum + group.count, 0);
    show(this.why, reasons.map(({key, count: calls}) => [
      h('dt', null, h('a', {href: href({view: 'records', attribute: [`gen_ai.usage.unavailable:${key}`]})}, `${whole(calls)} calls`)), h('dd', null, key.split(',').map((one) => WHY[one.trim()] ?? one).join(', '))]),
      count > told && [h('dt', null, `${whole(count - told)} calls`), h('dd', null, 'failed or cancelled before they had a cost, or have no tokens')]);
  }
}
