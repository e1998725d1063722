/* The machines of a fleet: each start of a program, when it was last heard of, and what it says of itself. */
import * as api from './api.js';
import {instant} from './chart.js';
import {h, name, panel, Table} from './dom.js';
import {quantity, short, whole} from './format.js';
import {href, stores} from './state.js';

const FLEET = `telemetry:
  backend: jdbc    # PostgreSQL, through the application's own DataSource`;
/** In seconds; a node that runs says something of itself every few. */
const SILENT = 60;

/** What is to be said of a node: what is wrong there, else whether it still runs. */
function condition({degraded, lastSeen}) {
  return degraded ? ['failed', degraded] : api.now() - Date.parse(lastSeen) > SILENT * 1000 ? ['other', 'silent'] : ['completed', 'well'];
}

/** What to say in an address so that the fleet answers. */
const fleet = () => ({store: stores.fleet === stores.first ? null : stores.fleet});

export class View {
  constructor() {
    const percent = (title, value) => ({title, num: true, sort: (node) => value(node.system ?? {}), cell: (node) => quantity(value(node.system ?? {}), 'percent')});
    const count = (title, key) => ({title, num: true, sort: (node) => node[key], cell: (node) => (node[key] ? h('span', {class: key === 'records' ? null : 'worse'}, key === 'records' ? short(node[key]) : whole(node[key])) : whole(node[key]))});
    this.table = new Table([
      {title: 'Node', head: true, cls: 'wrap', sort: (node) => node.node, cell: (node) => h('a', {href: href({view: 'overview', node: node.node, ...fleet()})}, name(node.node))},
      {title: 'State', cls: 'wrap', sort: (node) => condition(node)[1], cell: (node) => {
        const [shade, words] = condition(node);
        return h('span', {class: `status st-${shade}`}, words);
      }},
      {title: 'Command', cls: 'wrap', sort: (node) => node.command, cell: (node) => node.command},
      {title: 'Run', cls: 'wrap', sort: (node) => node.run, cell: (node) => node.run && h('a', {href: href({view: 'records', run: node.run, ...fleet()})}, name(node.run))},
      {title: 'Last heard', num: true, sort: (node) => node.lastSeen, cell: (node) => instant(node.lastSeen)},
      count('Records', 'records'), count('Behind', 'behind'), count('Dropped', 'dropped'),
      percent('CPU', (system) => system.cpu_percent ?? null),
      percent('Memory', (system) => (system.memory_total ? 100 * system.memory_used / system.memory_total : null)),
      percent('GPU', (system) => system.gpu_percent ?? null),
    ], {caption: 'Nodes', key: (node) => node.process, state: (node) => href() + condition(node)[1], sorting: {index: 4, down: true}});
    this.count = h('p', {class: 'count'});
    this.list = panel('Nodes', {tools: this.count}, this.table.root);
    this.empty = h('section', {class: 'panel first', hidden: true}, h('h2', null, 'This node stands alone'),
      h('p', null, 'With one line in application.yml, this page answers for all nodes:'), h('pre', {tabindex: '0'}, FLEET));
    this.root = h('div', null, h('h1', {class: 'hidden'}, 'Nodes'), this.empty, this.list);
  }

  async load(state, filter, signal) {
    const answer = await api.nodes(signal, 0).catch((failure) => (failure.status === 404 ? null : Promise.reject(failure)));
    this.empty.hidden = answer !== null;
    this.list.hidden = answer === null;
    if (answer) {
      this.table.fill(answer.nodes, 'No node has sent anything yet.');
      this.count.textContent = `${whole(new Set(answer.nodes.map(({node}) => node)).size)} nodes, ${whole(answer.nodes.length)} starts`;
    }
    return null;
  }
}
