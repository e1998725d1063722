/* All that a view shows is in the address, so a copied address shows the same and the back button works. */

export const VIEWS = ['overview', 'metrics', 'records', 'runs', 'ai'];
export const RANGES = {'15m': '15 m', '1h': '1 h', '24h': '24 h', '7d': '7 d', all: 'All'};
export const SECONDS = {'15m': 900, '1h': 3600, '24h': 86400, '7d': 604800};
export const FILTERS = ['command', 'run', 'status', 'event', 'metric'];
const REPEATED = ['attribute', 'system'];
const SINGLE = ['range', 'from', 'to', 'live', ...FILTERS, 'name', 'by', 'record', 'at', 'base', 'candidate'];
/** What one view knows and another does not. */
const OWN = ['name', 'by', 'record', 'at', 'base', 'candidate'];

/** Reads the state off the address. */
export function read() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const params = new URLSearchParams(query);
  const state = {view: VIEWS.includes(path) ? path : 'overview', range: '1h'};
  for (const key of SINGLE) {
    if (params.get(key)) {
      state[key] = params.get(key);
    }
  }
  for (const key of REPEATED) {
    state[key] = params.getAll(key).filter(Boolean);
  }
  if (!(state.range in RANGES) && state.range !== 'own') {
    state.range = '1h';
  }
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
  for (const key of [...FILTERS, ...REPEATED]) {
    params[key] = state[key];
  }
  if (state.from || state.to) {
    params.from = state.from;
    params.to = state.to;
  } else if (state.range !== 'all' && state.range !== 'own') {
    params.from = `-${state.range}`;
  }
  return params;
}

/** Whether the view looks at a fixed piece of the past, which does not change any more. */
export function past(state) {
  return Boolean(state.to) && Date.parse(state.to) <= Date.now();
}
