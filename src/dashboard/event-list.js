// The list of records, the newest on top. Only rows in sight exist: a frame costs the same at two
// events per second and at two thousand.

import { byId, element, formatCount, setText } from './dom.js';
import { printable } from './printable.js';
import { hueOf } from './type-hue.js';

export class EventList {
  #log;
  #open;
  #scroller = byId('list');
  #sizer = element('div', 'sizer');
  #rows = new Map();       // by number of the record
  #spare = [];
  #held = null;            // what is shown while the list stands still
  #paused = false;
  #active = null;          // number of the record that the keyboard is on
  #pressed = null;         // number of the record under a button held down
  #scheduled = false;
  #rowHeight = 30;
  #sized = -1;
  #day = today();

  /** @param open gets a record that is to be shown in full. */
  constructor(log, open) {
    this.#log = log;
    this.#open = open;
    this.#scroller.append(this.#sizer);
    new ResizeObserver(() => this.#onResize()).observe(this.#scroller);
    this.#scroller.addEventListener('scroll', () => this.#settle(), { passive: true });
    this.#scroller.addEventListener('keydown', (event) => this.#onKey(event));
    this.#scroller.addEventListener('blur', () => this.#onBlur());
    this.#scroller.addEventListener('pointerdown', (event) => { this.#pressed = numberOf(event); });
    this.#scroller.addEventListener('click', () => this.#openRecord(this.#pressed));
    byId('newer').addEventListener('click', () => this.#toNewest());
    byId('pause').addEventListener('click', () => this.#pause(!this.#paused));
    byId('clear').addEventListener('click', () => this.#clear());
    this.changed();
  }

  /** Records came or went: draw with the next frame. */
  changed() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  /** Empties the list, for one of other records. */
  beginAnew() {
    this.#toNewest();
    this.#clear();
  }

  // ------------------------------------------------------------------ standing still

  // Whoever reads, or is on a row, must not have it pulled away.
  #settle() {
    const still = this.#paused || this.#active !== null ||
                  this.#scroller.scrollTop > this.#rowHeight / 2;
    if (still) this.#held ??= this.#log.snapshot();
    else this.#held = null;
    this.changed();
  }

  #pause(on) {
    this.#paused = on;
    const button = byId('pause');
    button.setAttribute('aria-pressed', on);
    setText(button, on ? 'Resume' : 'Pause');
    this.#settle();
  }

  #toNewest() {
    this.#activate(null);
    this.#scroller.scrollTop = 0;
    this.#pause(false);
  }

  #clear() {
    this.#log.clear();
    this.#held = null;
    this.#activate(null);
    this.#settle();
  }

  #onBlur() {
    if (!document.querySelector('dialog[open]')) this.#activate(null);
  }

  #onResize() {
    this.#rowHeight = parseFloat(getComputedStyle(this.#scroller).getPropertyValue('--row'));
    this.#forgetRows();
    this.changed();
  }

  #forgetRows() {
    for (const row of this.#rows.values()) this.#spare.push(row);
    this.#rows.clear();
  }

  // ------------------------------------------------------------------ the keyboard

  #onKey(event) {
    if (event.key === 'Enter' || event.key === ' ') this.#openRecord(this.#active);
    else if (event.key === 'Escape') this.#toNewest();
    else if (!this.#move(event.key)) return;
    event.preventDefault();
  }

  #move(key) {
    const view = this.#held ?? this.#log;
    if (!view.size) return false;
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#rowHeight) - 1);
    const place = this.#active === null ? -1 : view.total - 1 - this.#active;
    const target = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + page,
                     PageUp: place - page, Home: 0, End: view.size - 1 }[key];
    if (target === undefined) return false;
    const row = Math.min(Math.max(target, 0), view.size - 1);
    this.#activate(view.total - 1 - row);
    this.#reveal(row);
    return true;
  }

  #activate(number) {
    if (this.#active === number) return;
    this.#active = number;
    this.#settle();
  }

  #reveal(place) {
    const top = place * this.#rowHeight;
    const bottom = top + this.#rowHeight - this.#scroller.clientHeight;
    if (this.#scroller.scrollTop > top) this.#scroller.scrollTop = top;
    else if (this.#scroller.scrollTop < bottom) this.#scroller.scrollTop = bottom;
  }

  #openRecord(number) {
    const record = number === null ? undefined : (this.#held ?? this.#log).at(number);
    if (record && record.kind !== 'note') this.#open(record);
  }

  // ------------------------------------------------------------------ drawing

  #draw() {
    const view = this.#held ?? this.#log;
    // Read before anything is written: a read behind a write would force a layout.
    const above = Math.floor(this.#scroller.scrollTop / this.#rowHeight);
    const visible = Math.ceil(this.#scroller.clientHeight / this.#rowHeight) + 1;
    const newest = view.total - 1 - above;
    const oldest = Math.max(view.total - view.size, newest - visible + 1);

    if (this.#day !== today()) this.#forgetRows();   // they tell the time of day alone
    this.#day = today();
    for (const [number, row] of this.#rows) {
      if (number >= oldest && number <= newest && view.at(number) === row.record) continue;
      this.#rows.delete(number);
      this.#spare.push(row);
    }
    for (let number = newest; number >= oldest; --number) {
      const row = this.#rows.get(number) ?? this.#makeRow(number, view.at(number));
      this.#place(row, view.total - 1 - number, number === this.#active);
      row.setAttribute('aria-setsize', view.size);
    }
    for (const row of this.#spare) row.hidden = true;
    this.#resize(view.size);
    this.#mark(view);
  }

  #place(row, place, active) {
    row.style.transform = `translateY(${place * this.#rowHeight}px)`;
    row.setAttribute('aria-posinset', place + 1);
    row.setAttribute('aria-selected', active);
    row.classList.toggle('active', active);
  }

  #makeRow(number, record) {
    const row = this.#spare.pop() ?? newRow();
    fill(row, record);
    row.hidden = false;
    row.record = record;
    row.dataset.number = number;
    row.id = `record-${number}`;
    if (!row.isConnected) this.#sizer.append(row);
    this.#rows.set(number, row);
    return row;
  }

  #resize(size) {
    const height = size * this.#rowHeight;
    if (height === this.#sized) return;
    this.#sized = height;
    this.#sizer.style.height = `${height}px`;
    byId('empty').hidden = size > 0;
    this.#scroller.hidden = size === 0;
  }

  #mark(view) {
    if (this.#active === null) this.#scroller.removeAttribute('aria-activedescendant');
    else this.#scroller.setAttribute('aria-activedescendant', `record-${this.#active}`);
    const newer = this.#log.total - view.total;
    byId('newer').hidden = newer === 0;
    if (newer) setText(byId('newer'), `${formatCount(newer)} newer`);
  }
}

function numberOf({ target }) {
  const row = target.closest('.row');
  return row ? Number(row.dataset.number) : null;
}

function newRow() {
  const row = element('div', 'row');
  row.setAttribute('role', 'option');
  row.append(element('span', 'seq'), element('span', 'time'), element('span', 'type'),
             element('span', 'message'), element('span', 'meta'));
  return row;
}

function fill(row, record) {
  const [seq, time, type, message, meta] = row.children;
  const { event } = record;
  row.className = event ? 'row' : `row ${record.kind}${record.calm ? ' calm' : ''}`;
  setText(seq, event ? String(event.seq) : '');
  time.title = event ? event.timestamp : new Date(record.at).toISOString();
  setText(time, timeText(time.title));
  setText(type, event ? event.type : '');
  setText(message, event ? printable(event.message) : record.line);
  setText(meta, event ? metaText(event) : '');
  if (event) row.style.setProperty('--hue', hueOf(event.type));
}

const today = () => new Date().toISOString().slice(0, 10);

// To the millisecond, in UTC as it came; the date where it is another than today's.
function timeText(timestamp) {
  const [date, time] = timestamp.split('T');
  const short = time.replace(/(\.\d{3})\d+/, '$1');
  return date === today() ? short : `${date} ${short}`;
}

function metaText({ metadata, data }) {
  const pairs = Object.entries(metadata).map(([key, value]) => printable(`${key}=${value}`));
  if (data !== undefined) pairs.push('{…}');
  return pairs.join('  ');
}
