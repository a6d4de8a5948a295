// Who receives, by lag, with a way to disconnect one; and the server's figures in the header.

import { byId, element, formatCount, setText } from './dom.js';
import { printable } from './printable.js';

const INTERVAL = 2_000;     // milliseconds between two looks
const LEISURE = 10;         // and at least so many times as long as a look takes
const MOST_ROWS = 100;
const CONFIRM_WITHIN = 4_000;
const NAME_END = 8;         // characters of a long name's end that are always shown

export class Subscribers {
  #server;
  #own = null;
  #rows = new Map();
  #timer = null;

  constructor(server) {
    this.#server = server;
    this.#look();
  }

  /** Marks this page's own subscriber, which is new. */
  set own(id) {
    this.#own = id;
    this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    const started = performance.now();
    if (!document.hidden) {
      // One may be refused where the other is not: a proxy may keep the list to operators.
      await Promise.all([
        this.#show('v1/stats', (stats) => this.#showFigures(stats),
                   (refusal) => { byId('figures').title = `No figures: ${refusal}`; }),
        this.#show('v1/subscribers?sort=lag', (all) => this.#showRows(all),
                   (refusal) => this.#showNoRows(refusal)),
      ]);
    }
    clearTimeout(this.#timer);   // of a look that began meanwhile
    const delay = Math.max(INTERVAL, LEISURE * (performance.now() - started));
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  async #ask(path, options) {
    const response = await fetch(new URL(path, this.#server), { cache: 'no-store', ...options });
    if (!response.ok) throw new Refusal(response, await response.json().catch(() => ({})));
    return response.status === 204 ? null : response.json();
  }

  // Where the server is gone, the connection's state says so; what is shown stays.
  async #show(path, show, showRefusal) {
    try {
      show(await this.#ask(path));
    } catch (error) {
      if (error.status < 500) showRefusal(error.message);
    }
  }

  #showFigures({ published, subscribers, refused, dropped, ledger }) {
    const lost = dropped.queue_full + dropped.history_overrun + ledger.expired;
    byId('figures').removeAttribute('title');
    setText(byId('published'), formatCount(published));
    setText(byId('subscriber-count'), formatCount(subscribers));
    setText(byId('dropped'), formatCount(lost));
    setText(byId('conflated'), formatCount(ledger.conflated));
    setText(byId('refused'), formatCount(refused));
    byId('conflated').parentElement.hidden = ledger.conflated === 0;
    byId('dropped').classList.toggle('bad', lost > 0);
    byId('refused').classList.toggle('bad', refused > 0);
  }

  #showNoRows(refusal) {
    this.#showRows({ subscribers: [] });
    byId('subscribers-table').hidden = true;
    setText(byId('subscribers-refused'), `The server does not show its subscribers here: ${refusal}`);
    byId('subscribers-refused').hidden = false;
  }

  #showRows({ subscribers }) {
    byId('subscribers-table').hidden = false;
    byId('subscribers-refused').hidden = true;
    const shown = subscribers.slice(0, MOST_ROWS);
    const more = subscribers.length - shown.length;
    setText(byId('subscribers-note'),
            more ? `the ${MOST_ROWS} that lag most, of ${formatCount(subscribers.length)}` : '');
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    const body = byId('subscriber-rows');
    const inUse = body.contains(document.activeElement);   // a row that is moved loses the focus
    shown.forEach((subscriber, place) => {
      const row = this.#rowOf(subscriber.id);
      write(row, subscriber, subscriber.id === this.#own);
      if (!row.isConnected) body.append(row);
      if (!inUse && body.children[place] !== row) body.insertBefore(row, body.children[place]);
    });
  }

  #rowOf(id) {
    let row = this.#rows.get(id);
    if (!row) {
      row = newRow(() => this.#disconnect(id));
      this.#rows.set(id, row);
    }
    return row;
  }

  async #disconnect(id) {
    const error = byId('subscribers-error');
    error.hidden = true;
    try {
      await this.#ask(`v1/subscribers/${id}`, { method: 'DELETE' });
      this.#rows.get(id)?.remove();
      this.#rows.delete(id);
    } catch (refused) {
      setText(error, `Subscriber ${id} was not disconnected: ${refused.message}`);
      error.hidden = false;
    }
  }
}

// An answer that is none, in the server's words or a proxy's.
class Refusal extends Error {
  constructor({ status, statusText }, { detail, title }) {
    super([`${status} ${statusText}`.trim(), detail ?? title].filter(Boolean).join(', '));
    this.status = status;
  }
}

function newRow(disconnect) {
  const row = element('tr');
  const name = element('th');
  name.scope = 'row';
  const label = element('span', 'label');
  label.append(element('span', 'start'), element('span'), element('span'));
  name.append(label, element('span', 'about'));
  const lag = element('td', 'number lag');
  lag.append(element('span', 'figure'), element('span', 'level'));
  const action = element('td');
  action.append(disconnectButton(disconnect));
  row.append(name, lag, element('td', 'number'), element('td', 'number'), action);
  return row;
}

function write(row, { id, name, transport, remote, filter, overflow, queue, lag, ledger }, own) {
  const [who, lagging, delivered, lost, action] = row.children;
  const losses = ledger.dropped + ledger.expired;
  // No loss but what was asked for: newer events of their keys took their places.
  const policy = overflow.replaceAll('_', ' ') +
    (ledger.conflated ? `, ${formatCount(ledger.conflated)} conflated` : '');
  const called = own ? 'this page' : printable(name) || transport;
  const about = `${printable(filter)} · ${policy} · ${remote || 'in process'}`;
  writeLabel(who.children[0], called, id);
  setText(who.children[1], about);
  who.title = `${called} #${id}\n${about}`;
  setText(lagging.children[0], `${formatCount(lag)} / ${formatCount(queue)}`);
  lagging.children[1].style.setProperty('--level', Math.min(1, lag / queue));
  setText(delivered, formatCount(ledger.delivered));
  setText(lost, formatCount(losses));
  lost.classList.toggle('bad', losses > 0);
  action.firstChild.dataset.whom = `${called} #${id}`;
  nameButton(action.firstChild);
}

// Names of one origin differ at their ends: a long one yields in its middle.
function writeLabel({ children: [start, end, number] }, name, id) {
  const letters = [...name];
  const split = letters.length > 2 * NAME_END ? letters.length - NAME_END : letters.length;
  setText(start, letters.slice(0, split).join(''));
  setText(end, letters.slice(split).join(''));
  setText(number, ` #${id}`);
}

function nameButton(button) {
  const does = button.classList.contains('armed') ? 'Really disconnect' : 'Disconnect';
  button.setAttribute('aria-label', `${does} ${button.dataset.whom}`);
}

// The second click does it: a list that sorts itself invites the wrong one.
function disconnectButton(disconnect) {
  const button = element('button', 'quiet small', 'Disconnect');
  let armed = null;
  const rest = () => {
    clearTimeout(armed);
    armed = null;
    button.classList.remove('armed');
    setText(button, 'Disconnect');
    nameButton(button);
  };
  button.addEventListener('click', () => {
    if (armed) {
      rest();
      return disconnect();
    }
    armed = setTimeout(rest, CONFIRM_WITHIN);
    button.classList.add('armed');
    setText(button, 'Really?');
    nameButton(button);
  });
  return button;
}
