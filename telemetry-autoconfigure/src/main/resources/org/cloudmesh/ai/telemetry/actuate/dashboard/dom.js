/* Elements are made from text and properties alone: nothing that was recorded is ever parsed as markup. */

/** Makes an element; properties that start with "on" are listeners, data goes to the data set, the rest are attributes. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  apply(element, props);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an SVG element. */
export function svg(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  apply(element, props);
  element.append(...children.flat());
  return element;
}

function apply(element, props) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (key === 'data') {
      Object.assign(element.dataset, value);
    } else if (key === 'value' && 'value' in element && !(element instanceof SVGElement)) {
      element.value = value;
    } else {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
}

/** Shows these children, and only these; children that are there already stay, with their focus and their scroll. */
export function show(parent, ...children) {
  const wanted = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  if (wanted.length !== parent.childNodes.length || wanted.some((child, i) => parent.childNodes[i] !== child)) {
    parent.replaceChildren(...wanted);
  }
}

/** A name that may break after its dots and underscores; its text stays as it is. */
export function name(value) {
  const parts = String(value).split(/(?<=[._:/-])/);
  return h('span', null, parts.flatMap((part, i) => (i === 0 ? [part] : [document.createElement('wbr'), part])));
}

/** Sets text without disturbing a node that shows it already. */
export function text(element, value) {
  if (element.textContent !== value) {
    element.textContent = value;
  }
}

/**
 * A table that is filled again and again: rows whose key and content stay are left alone, so focus and selection survive.
 *
 * @param columns objects with title, cell(row), and optionally num, cls, sort(row), off when it is not shown at first, and when() which
 *     says whether there is anything to show
 * @param options caption, key(row), open(row) for a row that leads somewhere, empty for the words when there is nothing, and choose(value)
 *     where columns can be chosen: it remembers which are off
 */
export class Table {
  constructor(columns, options) {
    this.columns = columns;
    this.options = options;
    this.rows = new Map();
    this.sorting = options.sorting ?? null;
    this.off = new Set(options.choose?.() ?? columns.filter((column) => column.off).map((column) => column.title));
    this.head = h('tr');
    this.arrange();
    this.chooser = options.choose && h('details', {class: 'popover'}, h('summary', null, 'Columns'), h('fieldset', null, h('legend', {class: 'hidden'}, 'Columns'), columns.map(({title}) => h('label', null,
      h('input', {type: 'checkbox', checked: !this.off.has(title), onchange: (event) => {
        this.off[event.target.checked ? 'delete' : 'add'](title);
        options.choose([...this.off]);
        this.fill(this.data ?? []);
      }}), ' ', title))));
    this.body = h('tbody');
    this.table = h('table', {class: options.cls},
      h('caption', {class: 'hidden'}, options.caption), h('thead', null, this.head), this.body);
    this.none = h('p', {class: 'empty', hidden: true});
    this.root = h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': options.caption}, this.table, this.none);
  }

  arrange() {
    const there = this.visible();
    this.arranged = there.map(({title}) => title).join('\n');
    show(this.head, there.map((column) => this.heading(column, this.columns.indexOf(column))));
  }

  visible() {
    return this.columns.filter(({title, when}) => !this.off.has(title) && (when?.() ?? true));
  }

  heading(column, index) {
    const cell = h('th', {scope: 'col', class: column.num ? 'num' : null});
    if (column.sort) {
      cell.append(h('button', {type: 'button', class: 'sort', onclick: () => this.sortBy(index)}, column.title));
    } else {
      cell.append(column.title);
    }
    return cell;
  }

  sortBy(index) {
    const down = this.sorting?.index === index ? !this.sorting.down : Boolean(this.columns[index].num);
    this.sorting = {index, down};
    this.fill(this.data);
  }

  fill(data, empty) {
    this.data = data;
    if (this.arranged !== this.visible().map(({title}) => title).join('\n')) {
      this.arrange();
      this.rows.clear();
    }
    const rows = [...data];
    if (this.sorting) {
      const {index, down} = this.sorting;
      const value = this.columns[index].sort;
      rows.sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1));
      [...this.head.children].forEach((cell) => {
        if (cell.textContent === this.columns[index].title) {
          cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        } else {
          cell.removeAttribute('aria-sort');
        }
      });
    }
    const next = new Map();
    for (const row of rows) {
      const key = String(this.options.key(row));
      const content = JSON.stringify(row) + (this.options.state?.(row) ?? '');
      const known = this.rows.get(key);
      next.set(key, known?.content === content ? known : {content, element: this.row(row)});
    }
    this.rows = next;
    show(this.body, [...next.values()].map((entry) => entry.element));
    this.table.hidden = rows.length === 0;
    this.none.hidden = rows.length > 0;
    text(this.none, rows.length > 0 ? '' : empty ?? this.options.empty ?? 'Nothing here.');
  }

  row(row) {
    const open = this.options.open;
    const element = h('tr', {
      class: [open ? 'open' : '', this.options.rowClass?.(row) ?? ''].join(' ').trim() || null,
      onclick: open && ((event) => {
        if (!event.target.closest('a, button, input, select') && !String(getSelection())) {
          open(row);
        }
      }),
    });
    for (const column of this.visible()) {
      const content = column.cell(row);
      element.append(h(column.head ? 'th' : 'td', {
        scope: column.head ? 'row' : null, class: [column.num ? 'num' : '', column.cls ?? ''].join(' ').trim() || null,
      }, content ?? '–'));
    }
    return element;
  }
}

function compare(a, b) {
  if (a === b) {
    return 0;
  }
  if (a === null || a === undefined) {
    return -1;
  }
  if (b === null || b === undefined) {
    return 1;
  }
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

/** A long text begins with its first characters; the rest comes when asked for. */
export function clipped(value, most = 2000) {
  const whole = String(value);
  const span = h('span', {class: 'pre'}, whole.slice(0, most));
  return whole.length <= most ? span : h('span', null, span, h('button', {type: 'button', onclick: (event) => {
    span.textContent = whole;
    event.target.remove();
  }}, `Show all ${whole.length.toLocaleString('en')} characters`));
}

/** Calls a listener when nothing more has come for a moment. */
export function settled(listener, millis = 250) {
  let timer;
  return (...all) => {
    clearTimeout(timer);
    timer = setTimeout(() => listener(...all), millis);
  };
}

/** A part of the page with a heading. */
export function panel(title, props, ...children) {
  return h('section', {class: `panel ${props?.class ?? ''}`.trim()}, h('div', {class: 'panel-head'}, h('h2', null, title), props?.tools), ...children);
}

/** A figure with a label and a line that explains it. */
export class Tile {
  constructor(label, name) {
    this.figure = h('dd', {class: 'figure', data: {figure: name}}, '–');
    this.note = h('dd', {class: 'note'}, '\u00a0');
    this.root = h('div', {class: 'tile'}, h('dt', null, label), this.figure, this.note);
  }

  /** @param href where the figure leads; nowhere when there is none */
  set(figure, note, tone, href) {
    if (href) {
      this.link ??= h('a');
      this.link.href = href;
      text(this.link, figure);
      show(this.figure, this.link);
    } else {
      text(this.figure, figure);
    }
    text(this.note, note || '\u00a0');
    this.note.title = note ?? '';
    this.root.className = `tile ${tone ?? ''}`.trim();
  }
}
