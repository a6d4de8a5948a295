// Shows events as they come. Text of events is only ever set as text, never as HTML.
const max_rows = 500;
const list = document.getElementById('events');
const state = document.getElementById('state');
const empty = document.getElementById('empty');
const hint = document.getElementById('hint');
const types = document.getElementById('types');

let socket = null;
let delay_ms = 0;

hint.textContent =
  `curl -X POST ${location.origin}/v1/events -H 'Content-Type: application/json' \\\n` +
  `     -d '{"type":"task.failed","message":"image not found","metadata":{"task_id":"task-123"}}'`;

function element(name, class_name, text) {
  const made = document.createElement(name);
  made.className = class_name;
  made.textContent = text;
  return made;
}

function add_row(row) {
  list.prepend(row);
  while (list.children.length > max_rows) list.lastElementChild.remove();
  empty.hidden = hint.hidden = true;
}

function event_row(event) {
  const row = document.createElement('li');
  row.dataset.seq = event.seq;
  row.append(element('span', 'seq', event.seq), element('time', 'time', event.timestamp),
             element('span', 'type', event.type), element('span', 'message', event.message));
  for (const [key, value] of Object.entries(event.metadata))
    row.append(element('span', 'meta', `${key}=${value}`));
  if (event.data !== undefined) row.append(element('code', 'data', JSON.stringify(event.data)));
  return row;
}

function gap_row(gap) {
  const range = gap.from === gap.to ? gap.from : `${gap.from}–${gap.to}`;
  return element('li', 'gap', `${gap.dropped} events lost, ${range}, ${gap.reason.replaceAll('_', ' ')}`);
}

function on_record(record) {
  if (record.op === undefined) add_row(event_row(record));
  else if (record.op === 'gap') add_row(gap_row(record));
  else if (record.op === 'welcome') delay_ms = 0;
  else if (record.op === 'error') state.textContent = record.detail;
}

function connect() {
  const wanted = new URLSearchParams(location.search).get('types') ?? '';
  types.value = wanted;
  const query = wanted ? `?types=${encodeURIComponent(wanted)}` : '';
  const mine = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/v1/events${query}`);
  socket = mine;
  mine.onopen = () => { state.textContent = 'live'; state.className = 'live'; };
  mine.onmessage = (message) => on_record(JSON.parse(message.data));
  mine.onclose = () => {
    if (socket !== mine) return;
    state.textContent = 'reconnecting';
    state.className = 'lost';
    setTimeout(connect, delay_ms * (0.5 + Math.random() / 2));
    delay_ms = Math.min(10000, Math.max(250, delay_ms * 2));
  };
}

document.getElementById('filter').addEventListener('submit', (submit) => {
  submit.preventDefault();
  const query = types.value.trim() ? `?types=${encodeURIComponent(types.value.trim())}` : location.pathname;
  history.replaceState(null, '', query);
  const old = socket;
  socket = null;
  old.close();
  connect();
});

connect();
