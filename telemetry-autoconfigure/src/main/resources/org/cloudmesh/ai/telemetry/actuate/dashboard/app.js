/* The frame of the page: views, range, refreshing. It is drawn at once; figures follow. */
import * as api from './api.js';
import {zoomOut} from './chart.js';
import {h, show, text} from './dom.js';
import {Filters} from './filters.js';
import {forInput, local} from './format.js';
import {filter, go, href, past, RANGES, read} from './state.js';

const REFRESH = 5000;
const VIEWS = {overview: 'Overview', metrics: 'Metrics', records: 'Records', runs: 'Runs', ai: 'AI'};

const $ = (id) => document.getElementById(id);
const filters = new Filters($('filters'));
let current = null;
let view = null;
let loading = null;
let timer = null;

const links = Object.entries(VIEWS).map(([name, title]) => [name, h('a', {href: '#'}, title)]);
$('nav').append(...links.map(([, link]) => link));

const buttons = Object.entries(RANGES).map(([range, title]) => [range, h('button', {type: 'button', 'aria-pressed': 'false', onclick: () => go({range, from: null, to: null})}, title)]);
const from = h('input', {type: 'datetime-local', step: '1', id: 'own-from'});
const to = h('input', {type: 'datetime-local', step: '1', id: 'own-to'});
const own = h('details', {class: 'popover'}, h('summary', null, 'Own'),
  h('form', {onsubmit: applyOwn}, h('label', {for: 'own-from'}, 'From', from), h('label', {for: 'own-to'}, 'To (empty: now)', to), h('button', {type: 'submit', class: 'primary'}, 'Show')));
const out = h('button', {type: 'button', class: 'zoom-out', hidden: true, onclick: () => zoomOut()}, 'Zoom out');
const live = h('button', {type: 'button', class: 'live', 'aria-pressed': 'true', onclick: () => go({live: read().live === 'off' ? null : 'off'}, true)}, h('span', {class: 'dot', 'aria-hidden': 'true'}), 'Live');
$('range').append(h('div', {class: 'segments', role: 'group', 'aria-label': 'Range'}, buttons.map(([, button]) => button), own), out, live);

function applyOwn(event) {
  event.preventDefault();
  if (from.value) {
    own.open = false;
    go({range: 'own', from: new Date(from.value).toISOString(), to: to.value ? new Date(to.value).toISOString() : null});
  }
}

function frame(state) {
  for (const [name, link] of links) {
    link.href = href({view: name});
    if (name === state.view) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const zoomed = state.range !== 'own' && Boolean(state.from || state.to);
  buttons.forEach(([range, button]) => button.setAttribute('aria-pressed', String(state.range === range && !zoomed)));
  own.classList.toggle('active', state.range === 'own' || zoomed);
  own.firstChild.title = state.from ? `${local(state.from)} – ${state.to ? local(state.to) : 'now'}` : '';
  if (state.from) {
    from.value = forInput(state.from);
    to.value = state.to ? forInput(state.to) : '';
  }
  out.hidden = !zoomed;
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
  // A view comes over the wire when it is first looked at.
  const {View} = await import(`./${state.view}.js`);
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
  loading?.abort();
  const mine = new AbortController();
  loading = mine;
  document.body.classList.add('loading');
  try {
    const answer = await view.load(current, filter(current), mine.signal);
    if (loading === mine) {
      problem('');
      if (answer?.run) {
        text($('origin'), answer.run);
        $('origin').title = `Run ${answer.run}`;
      }
      filters.suggest(answer);
      text($('stamp'), `As of ${local(Date.now())}`);
    }
  } catch (failure) {
    if (loading === mine && failure.name !== 'AbortError') {
      problem(failure instanceof api.Problem ? failure.message : `The page failed: ${failure.message}`);
      if (!(failure instanceof api.Problem)) {
        console.error(failure);
      }
    }
  } finally {
    if (loading === mine) {
      loading = null;
      document.body.dataset.shown = location.hash;
      document.body.classList.remove('loading');
      schedule();
    }
  }
}

function problem(message) {
  text($('problem'), message);
  $('problem').hidden = message === '';
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden && current.live !== 'off' && !past(current)) {
    timer = setTimeout(load, REFRESH);
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
  if (own.open && !own.contains(event.target)) {
    own.open = false;
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && own.open) {
    own.open = false;
    own.firstChild.focus();
  }
});
// The address carries the state of the view, so the link must not change it.
$('skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('main').focus();
});
route();
