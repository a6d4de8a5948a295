// The dashboard: one subscription, and the parts of the page that show what it brings.

import { Connection } from './connection.js';
import { announce, byId, element, formatCount, setText } from './dom.js';
import { EventDialog } from './event-dialog.js';
import { EventList } from './event-list.js';
import { EventLog } from './event-log.js';
import { FilterBar, filterOf, searchOf, unknownOf } from './filter.js';
import { PublishForm } from './publish.js';
import { RateChart } from './rate-chart.js';
import { Rates } from './rates.js';
import { Subscribers } from './subscribers.js';
import { subscribe } from './thump.js';

const server = new URL('.', location.href);
const log = new EventLog();
const rates = new Rates();

const filterBar = new FilterBar(changeFilter);
const dialog = new EventDialog((wish) => filterBar.narrow(wish));
const list = new EventList(log, (record) => dialog.show(record));
const chart = new RateChart(rates, (type) => filterBar.narrow({ type }));
const subscribers = new Subscribers(server);
const connection = new Connection(() => subscription.retry());
new PublishForm(server);

// ------------------------------------------------------------------ the stream

// What a reader loses by being slow. The others are on purpose, or nobody knows how many they were.
const LOSSES = new Set(['queue_full', 'history_overrun', 'expired']);

let lost = 0;        // events, by this page
let brokenAt = null;
let past = 0;        // sequence number up to which events come from history
let overflow = 'catch_up';   // unless the URL names another
let asking = 0;

const subscription = subscribe(server, {
  ...wanted(filterOf(location.search)),
  name: 'dashboard',
  onEvent(event, text) {
    if (event.seq > past) rates.count(event.type);
    log.add({ kind: 'event', event, text });
    list.changed();
  },
  onGap(gap) {
    const line = gapLine(gap);
    if (LOSSES.has(gap.reason)) countLost(gap);
    log.add({ kind: 'gap', calm: gap.reason === 'conflated', line, at: Date.now(),
              text: JSON.stringify(gap) });
    list.changed();
    announce(line);
  },
  onState(state) {
    connection.show(state);
    if (state.name === 'refused') onRefused();
    else if (state.name === 'live') onLive(state);
    else if (state.name === 'waiting' || state.name === 'closed') onLost(state);
  },
});

function countLost({ to, dropped }) {
  if (to > past) rates.countLost(dropped);
  lost += dropped;
  setText(byId('lost'), `${formatCount(lost)} lost`);
}

function onLive(state) {
  past = state.seq;
  subscribers.own = state.subscriber;
  if (brokenAt === null) return;
  const seconds = ((Date.now() - brokenAt) / 1000).toFixed(1);
  note(`Reconnected after ${seconds} s${state.resumed ? ', resumed where it ended' : ''}`);
  brokenAt = null;
}

function onLost({ reason }) {
  if (brokenAt !== null) return;
  brokenAt = Date.now();
  note(`${reason[0].toUpperCase()}${reason.slice(1)}`);
}

function note(line) {
  log.add({ kind: 'note', line, at: Date.now(), text: '' });
  list.changed();
}

function gapLine({ from, to, dropped, reason, recoverable }) {
  const words = reason.replaceAll('_', ' ');
  if (reason === 'conflated') return `${dropped} conflated, ${from}–${to}: newer ones took their places`;
  if (!dropped) return `Events may be lost: the server has started anew (${words})`;
  const range = from === to ? from : `${from}–${to}`;
  const many = dropped === 1 ? '1 event' : `${dropped} events`;
  const hope = recoverable ? ', still in history' : '';
  return `${reason === 'cursor_expired' ? 'Up to ' : ''}${many} lost, ${range}, ${words}${hope}`;
}

// ------------------------------------------------------------------ the filter

// The subscription's options: no type at all is the same as all of them. The page begins with what
// was there before it, and had rather read a burst from history than lose it.
function wanted({ types, where, passed }) {
  return { since: 'last:100', overflow, ...passed, types: types.length ? types : ['>'],
           where: Object.fromEntries(where) };
}

// True where it is granted; else what was in force before stays so.
async function ask(filter) {
  ++asking;
  try {
    await subscription.update(wanted(filter)).catch((error) => askWithoutHistory(filter, error));
    return true;
  } catch (error) {
    if (error.name !== 'AbortError') filterBar.showError(error.message);
    return false;
  } finally {
    --asking;
  }
}

// A server that keeps no history does not catch up. What else it refuses, it refuses again.
async function askWithoutHistory(filter, refused) {
  if (refused.status !== 400 || overflow !== 'catch_up' || filter.passed.overflow) throw refused;
  await subscription.update({ ...wanted(filter), overflow: 'drop_newest' });
  overflow = 'drop_newest';
}

// Whoever asks is told by the promise.
function onRefused() {
  if (!asking) ask(filterOf(location.search));
}

async function changeFilter(filter, { remember = true } = {}) {
  if (subscription.state.name === 'closed') subscription.retry();
  if (!await ask(filter)) return;
  if (remember && searchOf(filter) !== location.search) {
    history.pushState(null, '', searchOf(filter) || location.pathname);
  }
  showFilter(filter);
  beginAnew();
}

// What is on the page is of another filter.
function beginAnew() {
  list.beginAnew();
  rates.clear();
  chart.draw();
  lost = 0;
  setText(byId('lost'), '');
}

function showFilter(filter) {
  filterBar.show(filter);
  const unknown = unknownOf(location.search).map((name) => `'${name}'`);
  if (unknown.length) filterBar.showError(`The URL has ${unknown.join(', ')}, which this page does not know.`);
  const fits = searchOf(filter) ? 'Nothing that fits the filter yet.' : 'Nothing here yet.';
  setText(byId('empty-text'), `${fits} Publish an event with the form, or from a terminal:`);
}

addEventListener('popstate', () => changeFilter(filterOf(location.search), { remember: false }));
showFilter(filterOf(location.search));

// ------------------------------------------------------------------ the rest

// On the second, so that the bars of all tabs agree. Timers of hidden tabs are late; rates catch up.
function tick() {
  if (rates.advance(Math.floor(Date.now() / 1000)) && !document.hidden) chart.draw();
  setTimeout(tick, 1000 - Date.now() % 1000);
}
tick();
document.addEventListener('visibilitychange', () => document.hidden || chart.draw());
addEventListener('online', () => subscription.state.name === 'waiting' && subscription.retry());

byId('hint').textContent =
  `curl ${new URL('v1/events', server)} -H 'Content-Type: application/json' \\\n` +
  `     -d '{"type":"task.failed","message":"image not found"}'`;

const { types } = await fetch(new URL('v1/types', server)).then((r) => r.json(), () => ({ types: [] }));
byId('known-types').append(...types.map(({ type }) => {
  const option = element('option');
  option.value = type;
  return option;
}));
