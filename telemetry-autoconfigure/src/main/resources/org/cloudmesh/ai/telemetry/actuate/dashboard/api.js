/* The HTTP interface beneath the page's own address, whatever stands before it: context path, base path, proxy prefix. */
import {read, stores} from './state.js';

const ROOT = new URL('..', import.meta.url);

/** What the server answered instead of figures, in words for people. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export const AWAY = 'The application does not answer. It may be stopped or restarting; the page tries again.';

let skew = 0;

/** The server's time, in milliseconds: a range that ends now ends by its clock. */
export const now = () => Date.now() + skew;

/** The address of a path with parameters; null and empty ones are left out, lists are repeated. */
export function address(path, params = {}) {
  const url = path === '' ? new URL(ROOT.href.replace(/\/$/, '')) : new URL(path, ROOT);
  for (const [key, value] of Object.entries({store: read().store, ...params})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') {
        url.searchParams.append(key, one);
      }
    }
  }
  return url.href;
}

/** What could not be answered since this was last emptied, though the rest of a view could. */
export const refusals = new Set();

/** An answer that a view can do without: when the server refuses it, the page says so and shows the rest. */
export async function soft(answer, instead) {
  try {
    return await answer;
  } catch (failure) {
    if (!failure.status) {
      throw failure;
    }
    refusals.add(failure.message);
    return instead;
  }
}

/** How many questions were asked since this was last set to 0. */
export const asked = {count: 0};

/** Asks for JSON. */
export async function get(path, params, signal) {
  let response;
  asked.count++;
  try {
    response = await fetch(address(path, params), {headers: {Accept: 'application/json'}, signal, cache: 'no-store'});
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem(AWAY, 0);
  }
  const date = Date.parse(response.headers.get('Date'));
  if (Math.abs(date - Date.now()) > 5000) {
    skew = date - Date.now();
  }
  if (response.ok) {
    try {
      return await response.json();
    } catch (failure) {
      if (failure.name === 'AbortError') {
        throw failure;
      }
      throw new Problem('The answer is no JSON. Has the session ended? Reload the page to sign in again.', response.status);
    }
  }
  throw new Problem(await reason(response), response.status);
}

async function reason(response) {
  try {
    const problem = await response.json();
    if (problem.detail || problem.title) {
      return problem.detail ?? problem.title;
    }
  } catch {
    // The body is no problem document: the status alone has to do.
  }
  if (response.status === 401 || response.status === 403) {
    return `Not allowed (${response.status}). Sign in, or ask for access to this endpoint.`;
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}

const named = (name) => (name.includes('/') || name.includes('\\') || name.includes(';') || name.includes('%') || name === '.' || name === '..' || name === '_' || /[\u0000-\u001f]/.test(name));

/** A metric's own path; a name that a path cannot carry goes as a parameter, where it stands in for the filter. */
function metricPath(name, rest, params) {
  return named(name) ? [`metrics/_${rest}`, {...params, metric: name}] : [`metrics/${encodeURIComponent(name)}${rest}`, params];
}

/** The overview; it also tells which stores there are. */
export async function summary(filter, signal) {
  const chosen = filter?.store ?? read().store;
  const answer = await get('', filter, signal);
  const known = Object.keys(answer.pipeline?.stores ?? {});
  stores.fleet = known.includes('jdbc') ? 'jdbc' : null;
  stores.local = known.includes('sqlite') ? 'sqlite' : null;
  // What answers when no store is named is not seen while one is.
  stores.first = chosen ? stores.first : answer.store?.backend;
  return answer;
}
export const metrics = (filter, signal) => get('metrics', filter, signal);
export const metric = (name, params, signal) => get(...metricPath(name, '', params), signal);
export const series = (name, params, signal) => get(...metricPath(name, '/series', params), signal);
export const records = (params, signal) => get('records', params, signal);
export const runs = (filter, signal) => get('runs', filter, signal);
export const compareRuns = (base, candidate, filter, signal) => get('runs/compare', {...filter, base, candidate}, signal);
export const traces = (params, signal) => get('traces', params, signal);
export const trace = (id, signal) => get(`traces/${encodeURIComponent(id)}`, {}, signal);
export const attributes = (filter, signal) => get('attributes', filter, signal);

const kept = new Map();

/** An answer that may be some milliseconds old. */
export function recent(path, params, signal, age = 60000) {
  const key = address(path, params);
  const known = kept.get(key);
  if (known && performance.now() - known.at < age) {
    return known.answer;
  }
  if (kept.size > 20) {
    kept.clear();
  }
  const answer = get(path, params, signal);
  kept.set(key, {at: performance.now(), answer});
  answer.catch(() => kept.delete(key));
  return answer;
}

/** Rules are evaluated once a minute. */
export const alerts = (signal, age) => recent('alerts', {}, signal, age);

/** The machines of the fleet, whichever store is looked at. */
export const nodes = (signal, age) => recent('nodes', {store: stores.fleet}, signal, age);

/** Where a series comes from, for those who want to ask themselves. */
export const seriesSource = (name, params) => metricPath(name, '/series', params);

/** Readings of the machine over the range, each as {at (ms), cpu, gpu, memory (percent), system}. */
export async function context(filter, signal) {
  const answer = await get('context', {limit: 120, ...filter}, signal);
  return {now: reading({at: Date.now(), system: answer.present}), samples: (answer.samples ?? []).map(reading)};
}

/** What stands for readings that could not be had. */
export const NO_READINGS = {now: reading({}), samples: []};

function reading(sample) {
  const state = sample.system ?? {};
  const share = (used, total) => (Number.isFinite(used) && total > 0 ? (100 * used) / total : null);
  return {
    at: typeof sample.at === 'string' ? Date.parse(sample.at) : sample.at,
    cpu: state.cpu_percent ?? null,
    gpu: state.gpu_percent ?? null,
    memory: share(state.memory_used, state.memory_total),
    gpuMemory: share(state.gpu_memory_used, state.gpu_memory_total),
    system: state,
  };
}
