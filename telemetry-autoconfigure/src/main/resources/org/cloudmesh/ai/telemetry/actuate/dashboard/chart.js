/* Time lines on uPlot (a global of uPlot.iife.min.js), each with a legend that follows the pointer and its figures as a table. */
import {h, show, text} from './dom.js';
import {digits, local, quantity, whole} from './format.js';
import {go, read} from './state.js';

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
 * A chart over time.
 *
 * Options: title (text or element), unit, height, fixed (top of the scale), gaps (whether each one shows), and lines: label, colour, kind
 * (line, edge or bars), dash, band (index of the line up to which the space is filled), fill.
 */
export class Chart {
  constructor(options) {
    this.options = options;
    this.marks = [];
    this.width = 0;
    this.readout = options.lines.map(() => h('span', {class: 'value'}));
    this.pointed = h('span', {class: 'pointed'});
    this.legend = h('ul', {class: 'legend', 'aria-hidden': 'true'}, options.lines.map((line, i) =>
      h('li', null, h('i', {class: `swatch ${line.kind ?? 'line'} s-${line.colour}`}), line.label, ' ', this.readout[i])), h('li', {class: 'when'}, this.pointed));
    this.host = h('div', {class: `plot ${options.height ? '' : 'tall'}`.trim(), role: 'img', 'aria-label': 'Loading'});
    this.host.chart = this;
    this.message = h('p', {class: 'over', hidden: true});
    this.table = h('table');
    this.figures = h('details', {class: 'figures', ontoggle: () => this.tabulate()},
      h('summary', null, 'Figures'), h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Figures of the chart'}, this.table));
    this.root = h('figure', {class: 'chart'}, h('figcaption', null, options.title, this.legend), h('div', {class: 'stage'}, this.host, this.message), this.figures);
    resizing.observe(this.host);
    charts.add(this);
  }

  /**
   * Shows figures.
   *
   * @param data x (seconds), one column for each line, range [from, to] in seconds, marks, label (the text alternative),
   *     and empty (what to say when there is nothing)
   */
  set({x, columns, range, marks = [], label, empty}) {
    this.data = [x, ...columns];
    this.range = range;
    this.marks = marks;
    const nothing = !columns.some((column) => column.some((value) => value !== null && value !== undefined));
    this.say(nothing ? empty ?? 'No values in this range.' : '');
    this.host.setAttribute('aria-label', `${label}${marks.length ? ` ${marks.length} marked events.` : ''}`);
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

  height() {
    return this.host.clientHeight || this.options.height || 200;
  }

  draw() {
    if (!this.data || !this.width || !this.host.isConnected) {
      return;
    }
    if (!this.plot) {
      this.plot = new uPlot(this.settings(), this.data, this.host);
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
    const {lines, unit, fixed} = this.options;
    return {
      width: this.width,
      height: this.height(),
      padding: [10, 20, 0, 0],
      legend: {show: false},
      scales: {
        x: {time: true, auto: false, range: (plot, min, max) => [min, max]},
        y: {range: (plot, min, max) => this.scale(min, max, fixed, unit)},
        n: {range: (plot, min, max) => [0, Math.max(1, max ?? 1) * 5]},
      },
      axes: [
        {stroke: () => colour('muted'), font: '11px system-ui, sans-serif', size: 26, gap: 5, grid: {stroke: () => colour('grid'), width: 1}, ticks: {show: false}, values: ticks, space: 70},
        {stroke: () => colour('muted'), font: '11px system-ui, sans-serif', size: AXIS, gap: 6, grid: {stroke: () => colour('grid'), width: 1}, ticks: {show: false}, space: 34,
          values: (plot, splits) => splits.map((split) => quantity(split, unit))},
      ],
      series: [{}, ...lines.map((line) => this.line(line))],
      bands: lines.flatMap((line, i) => (line.band === undefined ? [] : [{series: [i + 1, line.band + 1], fill: () => colour(line.fill)}])),
      cursor: {
        y: false,
        points: {size: 6, width: 1.5},
        drag: {x: true, y: false, setScale: false},
        sync: {key: 'time', setSeries: false, filters: {pub: (type) => type === 'mousemove' || type === 'mouseleave'}},
        bind: {dblclick: () => () => zoomOut(this.range)},
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
      return [0, 1];
    }
    if (FROM_ZERO.includes(unit) && min >= 0) {
      return [0, max === 0 ? 1 : max * 1.08];
    }
    return min === max ? uPlot.rangeNum(min - Math.abs(min || 1) * 0.1, max + Math.abs(max || 1) * 0.1, 0.1, false) : uPlot.rangeNum(min, max, 0.1, false);
  }

  zoom(plot) {
    const {left, width} = plot.select;
    if (width > 4) {
      const from = plot.posToVal(left, 'x');
      const to = plot.posToVal(left + width, 'x');
      go({from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString()});
    }
    if (width > 0) {
      plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    }
  }

  mark(plot) {
    const {ctx, bbox} = plot;
    const taken = new Set();
    ctx.save();
    for (const mark of this.marks) {
      const x = Math.round(plot.valToPos(mark.at, 'x', true));
      const key = `${Math.round(x / 2)}${mark.failed}`;
      if (x < bbox.left || x > bbox.left + bbox.width || taken.has(key)) {
        continue;
      }
      taken.add(key);
      const unit = devicePixelRatio;
      ctx.strokeStyle = ctx.fillStyle = colour(mark.failed ? 'bad' : 'mark');
      if (mark.failed) {
        ctx.fillRect(x - unit, bbox.top - 6 * unit, 2 * unit, 6 * unit);
        continue;
      }
      ctx.lineWidth = unit;
      ctx.setLineDash([3 * unit, 3 * unit]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(x - 4 * unit, bbox.top - 6 * unit);
      ctx.lineTo(x + 4 * unit, bbox.top - 6 * unit);
      ctx.lineTo(x, bbox.top + unit);
      ctx.fill();
    }
    ctx.restore();
  }

  values(index) {
    const {lines, unit} = this.options;
    lines.forEach((line, i) => {
      const value = index === null || index === undefined ? null : this.data[i + 1]?.[index];
      text(this.readout[i], value === null || value === undefined ? '' : line.kind === 'bars' ? whole(value) : quantity(value, line.unit ?? unit));
    });
    const at = index === null || index === undefined ? null : this.data[0][index];
    text(this.pointed, at === null ? '' : [local(at * 1000), ...this.near(at)].join(' · '));
  }

  near(at) {
    const reach = (this.range[1] - this.range[0]) / 100;
    return this.marks.filter((mark) => Math.abs(mark.at - at) < reach).slice(0, 2).map((mark) => mark.text);
  }

  /** The figures stand in the table only while somebody looks at them: a screen reader finds the sum of them in the label. */
  tabulate() {
    if (!this.figures.open || !this.data) {
      return;
    }
    const [x, ...columns] = this.data;
    const {lines, unit} = this.options;
    show(this.table, h('caption', {class: 'hidden'}, 'Figures of the chart'),
      h('thead', null, h('tr', null, h('th', {scope: 'col'}, 'Time'), lines.map((line) => h('th', {scope: 'col', class: 'num'}, line.label)))),
      h('tbody', null, x.map((at, row) => columns.some((column) => column[row] !== null && column[row] !== undefined && column[row] !== 0) && h('tr', null,
        h('th', {scope: 'row'}, instant(at * 1000)),
        columns.map((column, i) => h('td', {class: 'num', data: {value: column[row] ?? ''}},
          column[row] === null || column[row] === undefined ? '–' : lines[i].kind === 'bars' ? whole(column[row]) : quantity(column[row], lines[i].unit ?? unit)))))));
  }
}

/** An instant as local time, with UTC on hover. */
export function instant(at, millis = false) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) {
    return h('span', null, String(at ?? '–'));
  }
  return h('time', {datetime: date.toISOString(), title: typeof at === 'string' ? at : date.toISOString()}, local(date, millis));
}

/** Leaves a zoom; a range of one's own becomes three times as wide. */
export function zoomOut(range) {
  const state = read();
  if (state.range !== 'own' && (state.from || state.to)) {
    go({from: null, to: null});
  } else if (range) {
    const width = range[1] - range[0];
    go({range: 'own', from: new Date((range[0] - width) * 1000).toISOString(), to: new Date(Math.min(range[1] + width, Date.now() / 1000) * 1000).toISOString()});
  }
}

const two = (number) => String(number).padStart(2, '0');

function ticks(plot, splits, axis, space, step) {
  let day = null;
  return splits.map((split) => {
    const date = new Date(split * 1000);
    const today = date.toDateString();
    const first = day !== null && day !== today;
    day = today;
    if (step >= 86400 || (first && step >= 3600)) {
      return `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    }
    return step >= 60 ? `${two(date.getHours())}:${two(date.getMinutes())}` : step >= 1 ? `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` : digits(split % 60);
  });
}
