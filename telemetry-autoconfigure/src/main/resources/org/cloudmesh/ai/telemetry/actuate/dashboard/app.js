/* The frame of the page: views, range, refreshing. It is drawn at once; figures follow. */
import * as api from './api.js';
import {zoomOut} from './chart.js';
import {h, show, text} from './dom.js';
import {Filters} from './filters.js';
import {forInput, local} from './format.js';
import {CALENDAR, filter, go, href, past, RANGES, read, stores, VIEWS} from './state.js';

const REFRESH = 5000;

const $ = (id) => document.getElementById(id);
const filters = new Filters($('filters'));
let current = null;
let view = null;
let loading = null;
let timer = null;
let tries = 0;
let took = 0;
const told = h('span');
let origin = '';
let framed = '';

const links = Object.entries(VIEWS).map(([name, title]) => [name, h('a', {href: '#'}, title)]);
$('nav').append(...links.map(([, link]) => link));

const buttons = Object.entries(RANGES).map(([range, title]) => [range, h('button', {type: 'button', 'aria-pressed': 'false', onclick: () => go({range, from: null, to: null})}, title)]);
const from = h('input', {type: 'datetime-local', step: '1', id: 'own-from'});
const to = h('input', {type: 'datetime-local', step: '1', id: 'own-to'});
const own = h('details', {class: 'popover'}, h('summary', null, 'Custom'),
  h('form', {onsubmit: applyOwn}, h('div', {class: 'days'}, Object.entries(CALENDAR).map(([range, title]) => h('button', {type: 'button', onclick: () => {
    own.open = false;
    go({range, from: null, to: null});
  }}, title))), h('label', {for: 'own-from'}, 'From', from), h('label', {for: 'own-to'}, 'To (empty: now)', to), h('button', {type: 'submit', class: 'primary'}, 'Show')));
const out = h('button', {type: 'button', class: 'zoom-out', hidden: true, onclick: () => zoomOut()}, 'Zoom out');
const liveWord = h('span', null, 'Live');
const live = h('button', {type: 'button', class: 'live', 'aria-pressed': 'true', onclick: () => go({live: read().live === 'off' ? null : 'off'}, true)}, h('span', {class: 'dot', 'aria-hidden': 'true'}), liveWord);
$('range').append(h('div', {class: 'segments', role: 'group', 'aria-label': 'Range'}, buttons.map(([, button]) => button), own), out, live);

const sides = ['local', 'fleet'].map((side) => [side, h('button', {type: 'button', onclick: () => go({store: stores[side] === stores.first ? null : stores[side]})}, side === 'local' ? 'This node' : 'Fleet')]);
const where = h('div', {class: 'segments', role: 'group', 'aria-label': 'Whose records', hidden: true}, sides.map(([, button]) => button));
$('origin').after(where);

function applyOwn(event) {
  event.preventDefault();
  if (from.value) {
    own.open = false;
    go({range: 'custom', from: new Date(from.value).toISOString(), to: to.value ? new Date(to.value).toISOString() : null});
  }
}

function frame(state) {
  for (const [name, link] of links) {
    link.href = href({view: name});
    link.hidden = name === 'nodes' && !stores.fleet && state.view !== name;
    if (name === state.view) {
      link.setAttribute('aria-current', 'page');
      $('nav').scrollLeft = link.offsetLeft - $('nav').offsetLeft - 60;
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const zoomed = state.range !== 'custom' && Boolean(state.from || state.to);
  buttons.forEach(([range, button]) => button.setAttribute('aria-pressed', String(state.range === range && !zoomed)));
  own.classList.toggle('active', state.range === 'custom' || state.range in CALENDAR || zoomed);
  text(own.firstChild, !zoomed && CALENDAR[state.range] || 'Custom');
  own.firstChild.title = state.from ? `${local(state.from)} – ${state.to ? local(state.to) : 'now'}` : '';
  if (state.from) {
    from.value = forInput(state.from);
    to.value = state.to ? forInput(state.to) : '';
  }
  out.hidden = !zoomed;
  framed = JSON.stringify([origin, stores]);
  const alone = !stores.fleet || !stores.local;
  where.hidden = alone;
  document.body.classList.toggle('fleet', !alone);
  $('origin').hidden = !alone;
  text($('origin'), origin && `this node · ${origin}`);
  $('origin').title = origin && `Run ${origin}`;
  sides.forEach(([side, button]) => button.setAttribute('aria-pressed', String((state.store ?? stores.first) === stores[side])));
  const on = state.live !== 'off';
  live.setAttribute('aria-pressed', String(on));
  live.disabled = past(state);
  live.title = past(state) ? 'This range has passed: nothing to refresh' : on ? 'Refreshes every 5 seconds while the page is visible' : 'Not refreshing';
  filters.update(state);
}

async function route() {
  const state = read();
  const first = current === null;
  current = state;
  frame(state);
  let View;
  try {
    // A view comes over the wire when it is first looked at; a browser remembers an address that failed, so the next try has another.
    ({View} = await import(`./${state.view}.js${tries ? `?${tries}` : ''}`));
  } catch {
    tries++;
    if (current === state) {
      // What the last view showed would stand beneath this one's name.
      view?.destroy?.();
      view = null;
      show($('main'), h('p', {class: 'empty'}, 'This view is not loaded yet.'));
      away(true);
      problem(api.AWAY);
      clearTimeout(timer);
      timer = setTimeout(route, REFRESH);
    }
    return;
  }
  if (current !== state) {
    return;
  }
  if (!view || view.name !== state.view) {
    view?.destroy?.();
    view = new View();
    view.name = state.view;
    show($('main'), view.root);
    if (!first) {
      scrollTo(0, 0);
    }
  }
  document.title = `${state.name ? `${state.name} · ` : ''}${VIEWS[state.view]} · Telemetry`;
  load();
}

async function load() {
  clearTimeout(timer);
  if (!view) {
    return route();
  }
  loading?.abort();
  const mine = new AbortController();
  loading = mine;
  document.body.classList.add('loading');
  const begun = performance.now();
  try {
    api.refusals.clear();
    api.asked.count = 0;
    const answer = await view.load(current, filter(current), mine.signal);
    if (loading === mine) {
      problem([...api.refusals].join(' '));
      away(false);
      learn(answer);
      text($('stamp'), `As of ${local(Date.now())}`);
    }
  } catch (failure) {
    if (loading === mine && failure.name !== 'AbortError') {
      if (failure.status === 503 && (failure.summary || !origin)) {
        learn(failure.summary ?? await api.summary().catch(() => null));
      }
      away(failure.status === 0);
      problem(failure instanceof api.Problem ? failure.message : `The page failed: ${failure.message}`, failure.status === 503);
      if (!(failure instanceof api.Problem)) {
        console.error(failure);
      }
    }
  } finally {
    if (loading === mine) {
      watch();
      took = performance.now() - begun;
      loading = null;
      document.body.dataset.shown = location.hash;
      document.body.classList.remove('loading');
      schedule();
    }
  }
}

/** Takes from a summary what the frame shows: this run, the stores to choose from, names to suggest. */
function learn(summary) {
  if (!summary?.store) {
    return;
  }
  origin = summary.run ?? '';
  filters.suggest(summary);
  if (framed !== JSON.stringify([origin, stores])) {
    frame(current);
  }
}

/**
 * What the frame wants to know and no view has asked: how many alerts fire, at most once a minute, and whether there is a fleet. A view
 * that asked much already is not burdened with it.
 */
async function watch() {
  try {
    if (api.asked.count < 5 && !origin) {
      learn(await api.summary(filter(current)));
    }
    if (api.asked.count < 5) {
      const {alerts} = await api.alerts();
      const firing = alerts.filter((alert) => alert.state === 'firing').length;
      text(links.find(([name]) => name === 'alerts')[1], firing ? `Alerts ${firing}` : 'Alerts');
    }
  } catch {
    // The views say what is wrong.
  }
}

/** Nothing looks well while the application does not answer. */
function away(gone) {
  document.body.classList.toggle('away', gone);
  text(liveWord, gone ? 'Away' : 'Live');
}

/** @param unavailable whether the store could not answer: this node's own file may */
function problem(message, unavailable = false) {
  const instead = unavailable && stores.fleet && stores.local && (current.store ?? stores.first) === stores.fleet;
  text(told, message);
  show($('problem'), told, instead && [' ', h('button', {type: 'button', onclick: () => go({store: stores.local})}, 'Show this node alone')]);
  $('problem').hidden = message === '';
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden && ((current.live !== 'off' && !past(current)) || document.body.classList.contains('away'))) {
    // Looking costs the application at most a tenth of the time.
    timer = setTimeout(load, Math.max(REFRESH, 9 * took));
  }
}

addEventListener('hashchange', route);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
  } else if (current.live !== 'off' && !past(current)) {
    load();
  }
});
document.addEventListener('click', (event) => {
  document.querySelectorAll('.popover[open]').forEach((one) => {
    one.open = one.contains(event.target);
  });
});
document.addEventListener('keydown', (event) => {
  const open = event.key === 'Escape' && document.querySelector('.popover[open]');
  if (open) {
    open.open = false;
    open.firstChild.focus();
  }
});
// The address carries the state of the view, so the link must not change it.
$('skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('main').focus();
});
route();
