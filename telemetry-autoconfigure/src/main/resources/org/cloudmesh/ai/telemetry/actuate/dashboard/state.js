/* All that a view shows is in the address, so a copied address shows the same and the back button works. */

export const VIEWS = {overview: 'Overview', traces: 'Requests', ai: 'AI', cost: 'Cost', metrics: 'Metrics', records: 'Records', runs: 'Runs', alerts: 'Alerts', nodes: 'Nodes'};
export const CALENDAR = {today: 'Today', yesterday: 'Yesterday', 'this-month': 'This month', 'last-month': 'Last month'};
export const RANGES = {'15m': '15 m', '1h': '1 h', '24h': '24 h', '7d': '7 d', all: 'All'};
export const SECONDS = {'15m': 900, '1h': 3600, '24h': 86400, '7d': 604800};
export const FILTERS = ['command', 'run', 'status', 'event', 'metric', 'trace', 'node', 'text'];
const REPEATED = ['attribute', 'system'];
/** What one view knows and another does not. */
const OWN = ['name', 'by', 'record', 'at', 'base', 'candidate', 'id', 'currency', 'axis', 'smooth', 'order'];
const SINGLE = ['range', 'from', 'to', 'live', 'store', ...FILTERS, ...OWN];

/** The stores that can be chosen: the fleet's and this node's own, null where there is none, and the one that answers unasked. */
export const stores = {fleet: null, local: null, first: null};

/** Whether what is shown comes from several machines. */
export const wide = (state = read()) => stores.fleet !== null && (state.store ?? stores.first) === stores.fleet && !state.node;

/** Reads the state off the address. */
export function read() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const params = new URLSearchParams(query);
  const state = {view: path in VIEWS ? path : 'overview', range: '1h'};
  for (const key of SINGLE) {
    if (params.get(key)) {
      state[key] = params.get(key);
    }
  }
  for (const key of REPEATED) {
    state[key] = params.getAll(key).filter(Boolean);
  }
  state.range = state.range === 'own' ? 'custom' : state.range in RANGES || state.range in CALENDAR || state.range === 'custom' ? state.range : '1h';
  return state;
}

/** The address of this state with some changes; another view leaves behind what only the old one knows. */
export function href(changes = {}) {
  const before = read();
  const kept = changes.view && changes.view !== before.view ? Object.fromEntries(Object.entries(before).filter(([key]) => !OWN.includes(key))) : before;
  const state = {...kept, ...changes};
  const params = new URLSearchParams();
  for (const key of SINGLE) {
    const value = state[key];
    if (value !== null && value !== undefined && value !== '' && !(key === 'range' && value === '1h')) {
      params.set(key, value);
    }
  }
  for (const key of REPEATED) {
    (state[key] ?? []).forEach((value) => params.append(key, value));
  }
  const query = String(params);
  return `#/${state.view}${query ? `?${query}` : ''}`;
}

/** Goes to a changed state. */
export function go(changes, replace = false) {
  const target = href(changes);
  if (replace) {
    history.replaceState(null, '', target);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = target;
  }
}

/** The parameters that every path of the interface takes. */
export function filter(state) {
  const params = {};
  for (const key of ['store', ...FILTERS, ...REPEATED]) {
    params[key] = state[key];
  }
  if (state.from || state.to) {
    params.from = state.from;
    params.to = state.to;
  } else if (state.range in CALENDAR) {
    params.from = state.range;
    params.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  } else if (state.range !== 'all' && state.range !== 'custom') {
    params.from = `-${state.range}`;
  }
  return params;
}

/** Begin and end of a calendar range in milliseconds, by this browser's clock and zone; null for another range. */
export function calendar(range) {
  const at = new Date();
  const begin = (month, day) => +new Date(at.getFullYear(), at.getMonth() + month, day);
  const day = at.getDate();
  return {today: [begin(0, day), Date.now()], yesterday: [begin(0, day - 1), begin(0, day)], 'this-month': [begin(0, 1), Date.now()], 'last-month': [begin(-1, 1), begin(0, 1)]}[range] ?? null;
}

/** Whether the view looks at a fixed piece of the past, which does not change any more. */
export function past(state) {
  const to = state.to ? Date.parse(state.to) : state.from ? null : calendar(state.range)?.[1];
  return Boolean(to) && to < Date.now() - 500;
}

/** What this browser remembers between visits, such as pinned metrics. */
export function remembered(key, value) {
  try {
    if (value !== undefined) {
      localStorage.setItem(`telemetry.${key}`, JSON.stringify(value));
    }
    return JSON.parse(localStorage.getItem(`telemetry.${key}`));
  } catch {
    return value ?? null;
  }
}
