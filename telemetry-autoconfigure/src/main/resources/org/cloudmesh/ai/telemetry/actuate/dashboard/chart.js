/* Time lines on uPlot (a global of uPlot.iife.min.js), each with a legend that follows the pointer and its data as a table. */
import {address, refusals} from './api.js';
import {h, show, text} from './dom.js';
import {digits, local, quantity, whole} from './format.js';
import {go, read, remembered} from './state.js';

const {uPlot} = globalThis;
const FROM_ZERO = ['seconds', 'ms', 'us', 'ns', 'bytes', 'rate', 'cost', 'count', 'percent'];
const AXIS = 62;
const charts = new Set();
let colours = new Map();

/** A colour of the style sheet, in the scheme of the moment. */
function colour(name) {
  if (!colours.has(name)) {
    colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  }
  return colours.get(name);
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  colours = new Map();
  charts.forEach((chart) => chart.plot?.redraw());
});

const resizing = new ResizeObserver((entries) => {
  for (const {target, contentRect} of entries) {
    target.chart?.fit(contentRect.width);
  }
});

/** How many buckets of a series this width of the page can show. */
export function buckets() {
  return Math.max(30, Math.min(120, Math.round(innerWidth / 12)));
}

/**
 * A chart over time, or over x when it is given a unit.
 *
 * Options: title (text or element), unit, height, fixed (top of the scale), gaps (whether each one shows), stack (whether columns
 * stand on each other), keep (name under which hidden lines are remembered), open(index) (what a click on a bucket does), and lines:
 * label, colour, kind (line, edge or bars), dash, band (index of the line up to which the space is filled), fill.
 */
export class Chart {
  constructor(options) {
    this.options = options;
    this.marks = [];
    this.width = 0;
    this.off = new Set(options.keep ? remembered(options.keep) ?? [] : []);
    this.readout = options.lines.map(() => h('span', {class: 'value'}));
    this.pointed = h('span', {class: 'pointed'});
    this.switches = options.lines.map((line, i) => h('button', {type: 'button', 'aria-pressed': String(!this.off.has(line.label)), title: 'Show or hide', onclick: () => this.toggle(i)},
      h('i', {class: `swatch ${options.stack ? 'bars' : line.kind ?? 'line'} s-${line.colour}`}), line.label, ' ', this.readout[i]));
    this.log = !options.stack && !options.fixed && h('button', {type: 'button', 'aria-pressed': 'false', title: 'Logarithmic scale', onclick: () => this.setLog()}, 'log');
    this.legend = h('ul', {class: 'legend'}, this.switches.map((button) => h('li', null, button)), h('li', {class: 'when'}, this.pointed), this.log && h('li', null, this.log));
    this.host = h('div', {class: `plot ${options.height ? '' : 'tall'}`.trim(), role: 'img', 'aria-label': 'Loading'});
    this.host.chart = this;
    this.message = h('p', {class: 'over', hidden: true});
    this.table = h('table');
    this.copied = h('span', {role: 'status'});
    this.figures = h('details', {class: 'figures', ontoggle: () => this.tabulate()}, h('summary', null, 'Data'),
      h('div', {class: 'tools'}, h('button', {type: 'button', onclick: () => this.csv()}, 'CSV'), h('button', {type: 'button', onclick: () => this.png()}, 'PNG'),
        h('button', {type: 'button', onclick: () => this.curl()}, 'Copy as curl'), this.copied),
      h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Data of the chart'}, this.table));
    this.root = h('figure', {class: 'chart'}, h('figcaption', null, options.title, this.legend), h('div', {class: 'stage'}, this.host, this.message), this.figures);
    resizing.observe(this.host);
    charts.add(this);
  }

  /**
   * Shows figures.
   *
   * @param data x (seconds), one column for each line, range [from, to] in seconds, marks, label (the text alternative),
   *     empty (what to say when there is nothing), level (a line across: value and text), and source (path and parameters)
   */
  set({x, columns, range, marks = [], label, empty, level, source}) {
    this.raw = columns;
    this.x = x;
    this.range = range;
    this.marks = marks;
    this.level = level;
    this.source = source ?? this.source;
    const nothing = !columns.some((column) => column.some((value) => value !== null && value !== undefined));
    this.say(!nothing ? '' : refusals.size ? 'The server has not answered.' : empty ?? 'No values in this range.');
    const within = marks.filter((mark) => mark.at >= range[0] && mark.at < range[1]);
    this.host.setAttribute('aria-label', `${label}${within.length ? ` ${within.length} marked events.` : ''}${level ? ` The line is ${level.text}.` : ''}`);
    this.draw();
    this.tabulate();
  }

  /** Says why there are no figures. */
  fail(message) {
    this.say(message);
  }

  say(words) {
    text(this.message, words);
    this.message.hidden = words === '';
  }

  toggle(index) {
    const {label} = this.options.lines[index];
    this.off[this.off.has(label) ? 'delete' : 'add'](label);
    if (this.options.keep) {
      remembered(this.options.keep, [...this.off]);
    }
    this.switches[index].setAttribute('aria-pressed', String(!this.off.has(label)));
    this.plot?.setSeries(index + 1, {show: !this.off.has(label)});
    this.draw();
  }

  setLog() {
    this.logarithmic = !this.logarithmic;
    this.log.setAttribute('aria-pressed', String(this.logarithmic));
    this.plot?.destroy();
    this.plot = null;
    this.draw();
  }

  fit(width) {
    if (width > 0 && Math.abs(width - this.width) >= 1) {
      this.width = width;
      if (this.plot) {
        this.plot.setSize({width, height: this.height()});
      } else {
        this.draw();
      }
    }
  }

  /** The columns as they are drawn: stacked ones reach down to the last, which stands at the bottom. */
  drawn() {
    const {stack, lines} = this.options;
    if (!stack) {
      return this.logarithmic ? this.raw.map((column, i) => (lines[i].kind === 'bars' ? column : column.map((value) => (value > 0 ? value : null)))) : this.raw;
    }
    const sums = this.x.map(() => 0);
    return [...this.raw.keys()].reverse().map((i) => this.x.map((at, row) => (sums[row] += this.off.has(lines[i].label) ? 0 : this.raw[i][row] ?? 0) || null)).reverse();
  }

  height() {
    return this.host.clientHeight || this.options.height || 200;
  }

  draw() {
    if (!this.raw || !this.width || !this.host.isConnected) {
      return;
    }
    this.data = [this.x, ...this.drawn()];
    if (!this.plot) {
      this.plot = new uPlot(this.settings(), this.data, this.host);
      this.touch(this.plot);
    } else {
      this.plot.setData(this.data, false);
    }
    this.plot.setScale('x', {min: this.range[0], max: this.range[1]});
    this.values(this.plot.cursor.idx);
  }

  destroy() {
    charts.delete(this);
    resizing.unobserve(this.host);
    this.plot?.destroy();
  }

  settings() {
    const {lines, unit, fixed, x} = this.options;
    return {
      width: this.width,
      height: this.height(),
      padding: [10, 20, 0, 0],
      legend: {show: false},
      scales: {
        x: {time: x === undefined, auto: false, range: (plot, min, max) => [min, max]},
        y: {distr: this.logarithmic ? 3 : 1, range: (plot, min, max) => this.scale(min, max, fixed, unit)},
        n: {range: (plot, min, max) => [0, Math.max(1, max ?? 1) * 5]},
      },
      axes: [
        {stroke: () => colour('muted'), font: '11px system-ui, sans-serif', size: 26, gap: 5, grid: {stroke: () => colour('grid'), width: 1}, ticks: {show: false}, values: x === undefined ? ticks : (plot, splits) => splits.map((split) => quantity(split, x)), space: 70},
        {stroke: () => colour('muted'), font: '11px system-ui, sans-serif', size: AXIS, gap: 6, grid: {stroke: () => colour('grid'), width: 1}, ticks: {show: false}, space: 34,
          values: (plot, splits) => splits.map((split) => (split === null ? '' : quantity(split, unit))),
          // uPlot knows no steps as wide as these.
          ...(this.raw.flat().some((value) => Math.abs(value) > 1e15) && {splits: (plot, index, min, max) => [0, 1, 2, 3, 4].map((i) => min + ((max - min) / 4) * i)})},
      ],
      series: [{}, ...lines.map((line) => ({...this.line(line), show: !this.off.has(line.label)}))],
      bands: lines.flatMap((line, i) => (line.band === undefined ? [] : [{series: [i + 1, line.band + 1], fill: () => colour(line.fill)}])),
      cursor: {
        y: false,
        points: {size: 6, width: 1.5},
        drag: {x: true, y: false, setScale: false},
        sync: {key: x === undefined ? 'time' : null, setSeries: false, filters: {pub: (type) => type === 'mousemove' || type === 'mouseleave'}},
        bind: {dblclick: () => () => x === undefined && zoomOut(this.range)},
      },
      hooks: {
        setCursor: [(plot) => this.values(plot.cursor.idx)],
        setSelect: [(plot) => this.zoom(plot)],
        draw: [(plot) => this.mark(plot)],
      },
    };
  }

  line(line) {
    const stroke = () => colour(line.colour);
    if (this.options.stack) {
      return {scale: 'y', stroke: () => 'transparent', fill: stroke, width: 0, paths: uPlot.paths.bars({size: [0.85, 120]}), points: {show: false}};
    }
    if (line.kind === 'bars') {
      return {scale: 'n', stroke: () => 'transparent', fill: stroke, width: 0, paths: uPlot.paths.bars({size: [0.7, 24]}), points: {show: false}};
    }
    const few = (plot, index) => plot.data[index].reduce((count, value) => count + (value === null ? 0 : 1), 0) <= 60;
    return {
      scale: 'y', stroke, width: line.kind === 'edge' ? 1 : 1.75, dash: line.dash,
      points: {show: line.kind === 'edge' ? false : few, size: 4, width: 0, fill: stroke},
      // One empty bucket between two full ones is sparse traffic, not an outage: the line goes on.
      gaps: (plot, index, from, to, found) => (this.options.gaps ? found : found.filter(([start, end]) => end - start > 3.5 * (plot.bbox.width / Math.max(1, plot.data[0].length)))),
    };
  }

  scale(min, max, fixed, unit) {
    if (fixed) {
      return [0, Math.max(fixed, max ?? 0)];
    }
    if (min === null || max === null) {
      return [this.logarithmic ? 0.1 : 0, 1];
    }
    if (this.logarithmic) {
      return uPlot.rangeLog(min, max, 10, true);
    }
    if (this.level && !this.options.stack) {
      max = Math.max(max, this.level.value);
    }
    // Smaller ones than this are drawn as 0: uPlot has no scale for them.
    if (Math.max(Math.abs(min), Math.abs(max)) < 1e-15) {
      return [min < 0 ? -1 : 0, min < 0 ? 0 : 1];
    }
    if (this.options.stack) {
      return [0, Math.max(max, this.level?.value ?? 0) * 1.08];
    }
    if (FROM_ZERO.includes(unit) && min >= 0) {
      return [0, max === 0 ? 1 : max * 1.08];
    }
    return min === max ? uPlot.rangeNum(min - Math.abs(min || 1) * 0.1, max + Math.abs(max || 1) * 0.1, 0.1, false) : uPlot.rangeNum(min, max, 0.1, false);
  }

  zoom(plot) {
    const {left, width} = plot.select;
    if (width > 4 && this.options.x === undefined) {
      const from = plot.posToVal(left, 'x');
      const to = plot.posToVal(left + width, 'x');
      go({from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString()});
    }
    if (width > 0) {
      plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
      this.dragged = performance.now();
    }
  }

  /** A finger that moves across chooses a range, as the mouse does; one that moves up or down scrolls the page. */
  touch(plot) {
    let begin = null;
    const at = (event) => Math.max(0, Math.min(plot.over.clientWidth, event.clientX - plot.over.getBoundingClientRect().left));
    const on = (type, listener) => plot.over.addEventListener(type, (event) => event.pointerType === 'touch' && listener(event));
    on('pointerdown', (event) => {
      begin = event.isPrimary ? at(event) : null;
    });
    on('pointermove', (event) => {
      if (begin !== null) {
        const end = at(event);
        plot.setSelect({left: Math.min(begin, end), top: 0, width: Math.abs(end - begin), height: plot.over.clientHeight}, false);
        plot.setCursor({left: end, top: 10});
      }
    });
    on('pointerup', () => {
      begin = null;
      this.zoom(plot);
    });
    on('pointercancel', () => {
      begin = null;
      plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    });
    let opening;
    plot.over.addEventListener('click', (event) => {
      const {idx} = plot.cursor;
      clearTimeout(opening);
      // A second click makes it a double one, which leads out of a zoom.
      if (this.options.open && event.detail < 2 && idx !== null && idx !== undefined && performance.now() - (this.dragged ?? -1000) > 300) {
        opening = setTimeout(() => this.options.open(idx), 300);
      }
    });
  }

  /** Few marks are lines with a head; many are ticks above the plot, the closer the more. */
  mark(plot) {
    const {ctx, bbox} = plot;
    const unit = devicePixelRatio;
    const taken = new Set();
    const there = this.marks.map((mark) => ({...mark, x: Math.round(plot.valToPos(mark.at, 'x', true))})).filter(({x}) => x >= bbox.left && x <= bbox.left + bbox.width);
    const line = (x1, y1, x2, y2) => {
      ctx.lineWidth = unit;
      ctx.setLineDash([3 * unit, 3 * unit]);
      ctx.beginPath();
      ctx.moveTo(x1, y1);
      ctx.lineTo(x2, y2);
      ctx.stroke();
    };
    ctx.save();
    for (const {x, failed} of there) {
      const key = `${Math.round(x / 2)}${failed}`;
      if (taken.has(key)) {
        continue;
      }
      taken.add(key);
      ctx.strokeStyle = ctx.fillStyle = colour(failed ? 'bad' : 'mark');
      if (failed || there.length > 40) {
        ctx.fillRect(x - unit, bbox.top - 6 * unit, 2 * unit, 6 * unit);
        continue;
      }
      line(x, bbox.top, x, bbox.top + bbox.height);
      ctx.beginPath();
      ctx.moveTo(x - 4 * unit, bbox.top - 6 * unit);
      ctx.lineTo(x + 4 * unit, bbox.top - 6 * unit);
      ctx.lineTo(x, bbox.top + unit);
      ctx.fill();
    }
    if (this.level) {
      const y = plot.valToPos(this.level.value, 'y', true);
      ctx.strokeStyle = ctx.fillStyle = colour('bad');
      line(bbox.left, y, bbox.left + bbox.width, y);
      ctx.font = `${11 * unit}px system-ui, sans-serif`;
      ctx.textAlign = 'left';
      ctx.textBaseline = 'bottom';
      ctx.fillText(this.level.text, bbox.left + 4 * unit, y - 4 * unit);
    }
    ctx.restore();
  }

  /** A value as the legend and the table show it. */
  shown(line, value) {
    return value === null || value === undefined ? '–' : line.kind === 'bars' ? whole(value) : quantity(value, line.unit ?? this.options.unit);
  }

  at(x) {
    return this.options.x === undefined ? local(x * 1000) : quantity(x, this.options.x);
  }

  values(index) {
    const none = index === null || index === undefined;
    this.options.lines.forEach((line, i) => text(this.readout[i], none || (this.raw[i]?.[index] ?? null) === null ? '' : this.shown(line, this.raw[i][index])));
    const at = none ? null : this.x[index] ?? null;
    text(this.pointed, at === null ? '' : [this.at(at), ...this.near(at)].join(' · '));
  }

  near(at) {
    const reach = (this.range[1] - this.range[0]) / 100;
    return this.marks.filter((mark) => Math.abs(mark.at - at) < reach).slice(0, 2).map((mark) => mark.text);
  }

  /** The data stand in the table only while somebody looks at them: a screen reader finds the sum of them in the label. */
  tabulate() {
    if (!this.figures.open || !this.raw) {
      return;
    }
    const {lines} = this.options;
    show(this.table, h('caption', {class: 'hidden'}, 'Data of the chart'),
      h('thead', null, h('tr', null, h('th', {scope: 'col'}, this.options.x === undefined ? 'Time' : 'x'), lines.map((line) => h('th', {scope: 'col', class: 'num'}, line.label)))),
      h('tbody', null, this.x.map((at, row) => this.raw.some((column) => column[row] !== null && column[row] !== undefined && column[row] !== 0) && h('tr', null,
        h('th', {scope: 'row'}, this.options.x === undefined ? instant(at * 1000) : this.at(at)),
        this.raw.map((column, i) => h('td', {class: 'num', data: {value: column[row] ?? ''}}, this.shown(lines[i], column[row])))))));
  }

  csv() {
    const quoted = (value) => `"${/^[=+@-]/.test(value) && !Number.isFinite(Number(value)) ? "'" : ''}${value.replaceAll('"', '""')}"`;
    const rows = [[this.options.x === undefined ? 'time' : 'x', ...this.options.lines.map((line) => line.label)],
      ...this.x.map((at, row) => [this.options.x === undefined ? new Date(at * 1000).toISOString() : at, ...this.raw.map((column) => column[row] ?? '')])];
    download(new Blob([rows.map((row) => row.map((value) => quoted(String(value))).join(',')).join('\r\n')], {type: 'text/csv'}), 'chart.csv');
  }

  /** The picture as it is seen, on the page's own background. */
  png() {
    const {canvas} = this.plot.ctx;
    const copy = h('canvas', {width: canvas.width, height: canvas.height});
    const ctx = copy.getContext('2d');
    ctx.fillStyle = colour('panel');
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.drawImage(canvas, 0, 0);
    copy.toBlob((blob) => download(blob, 'chart.png'));
  }

  async curl() {
    const command = `curl '${address(...this.source ?? ['']).replaceAll("'", '%27')}'`;
    try {
      await navigator.clipboard.writeText(command);
      text(this.copied, 'Copied');
    } catch {
      text(this.copied, command);
    }
  }
}

function download(blob, name) {
  const href = URL.createObjectURL(blob);
  h('a', {href, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

/** An instant as local time, with UTC on hover. */
export function instant(at, millis = false) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) {
    return h('span', null, String(at ?? '–'));
  }
  return h('time', {datetime: date.toISOString(), title: typeof at === 'string' ? at : date.toISOString()}, local(date, millis));
}

/** Leaves a zoom; a custom range becomes three times as wide. */
export function zoomOut(range) {
  const state = read();
  if (state.range !== 'custom' && (state.from || state.to)) {
    go({from: null, to: null});
  } else if (range) {
    const width = range[1] - range[0];
    go({range: 'custom', from: new Date((range[0] - width) * 1000).toISOString(), to: new Date(Math.min(range[1] + width, Date.now() / 1000) * 1000).toISOString()});
  }
}

const two = (number) => String(number).padStart(2, '0');

function ticks(plot, splits, axis, space, step) {
  let day = null;
  return splits.map((split) => {
    const date = new Date(split * 1000);
    const today = date.toDateString();
    const first = day !== today && (day !== null || splits.at(-1) - splits[0] > 86400 || today !== new Date().toDateString());
    day = today;
    if (step >= 86400 || (first && step >= 3600)) {
      return `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    }
    return step >= 60 ? `${two(date.getHours())}:${two(date.getMinutes())}` : step >= 1 ? `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` : digits(split % 60);
  });
}
