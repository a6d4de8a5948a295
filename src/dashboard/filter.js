// The filter: in the page's URL, so that a view can be shared, and in the bar at the top.
//
// The URL takes what the server's own URL takes: ?types=service.*,task.failed&meta.node_id=n1, and
// likewise since, until, queue, overflow, key and max_rate.

import { byId, element } from './dom.js';
import { printable } from './printable.js';

// What goes to the server as it is: the URL's name for it, and the client's.
const PASSED_ON = new Map([['since', 'since'], ['until', 'until'], ['queue', 'queue'],
                           ['overflow', 'overflow'], ['key', 'key'], ['max_rate', 'maxRate']]);
const CONDITION = 'meta.';

export const EVERYTHING = { types: [], where: new Map(), passed: {} };

/** The filter that a URL's query asks for: types, metadata by key, and options to pass on. */
export function filterOf(search) {
  const filter = structuredClone(EVERYTHING);
  for (const [name, value] of new URLSearchParams(search)) {
    if (name === 'types') filter.types.push(...typesOf(value));
    else if (name.startsWith(CONDITION)) {
      const key = name.slice(CONDITION.length);
      filter.where.set(key, [...(filter.where.get(key) ?? []), value]);
    } else if (PASSED_ON.has(name)) {
      filter.passed[PASSED_ON.get(name)] = value;
    }
  }
  return filter;
}

/** What else is in a URL's query. */
export function unknownOf(search) {
  return [...new URLSearchParams(search).keys()].filter(
    (name) => name !== 'types' && !name.startsWith(CONDITION) && !PASSED_ON.has(name));
}

/** The query that asks for a filter; empty for all events. */
export function searchOf(filter) {
  const pairs = filter.types.length ? [['types', filter.types.join(',')]] : [];
  for (const [key, value] of conditionsOf(filter)) pairs.push([CONDITION + key, value]);
  for (const [name, option] of PASSED_ON) {
    if (filter.passed[option] !== undefined) pairs.push([name, filter.passed[option]]);
  }
  const written = pairs.map((pair) => pair.map(encode).join('='));
  return written.length ? `?${written.join('&')}` : '';
}

const conditionsOf = ({ where }) =>
  [...where].flatMap(([key, values]) => values.map((value) => [key, value]));
const encode = (text) => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':');
const typesOf = (text) => text.split(',').map((type) => type.trim()).filter(Boolean);

/** `key=value` taken apart; null where it is no such pair. */
export function pairOf(text) {
  const at = text.indexOf('=');
  return at > 0 ? [text.slice(0, at).trim(), text.slice(at + 1).trim()] : null;
}

export class FilterBar {
  #filter = EVERYTHING;
  #onChange;

  /** @param onChange gets the filter that the user asks for. */
  constructor(onChange) {
    this.#onChange = onChange;
    byId('filter').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  show(filter) {
    this.#filter = filter;
    byId('types').value = filter.types.join(', ');
    byId('conditions').replaceChildren(
      ...conditionsOf(filter).map(([key, value]) => this.#chip(key, value)));
    this.showError('');
  }

  showError(text) {
    const error = byId('filter-error');
    error.textContent = printable(text);
    error.hidden = !text;
  }

  /** Narrows the filter to { type } or by { key, value }. */
  narrow({ type, key, value }) {
    const filter = structuredClone(this.#filter);
    if (type) filter.types = [type];
    else filter.where.set(key, [value]);
    this.#onChange(filter);
  }

  #submit() {
    const filter = structuredClone(this.#filter);
    filter.types = typesOf(byId('types').value);
    const condition = byId('condition').value.trim();
    if (condition) {
      const pair = pairOf(condition);
      if (!pair) return this.showError('A condition on metadata is key=value.');
      const values = filter.where.get(pair[0]) ?? [];
      if (!values.includes(pair[1])) filter.where.set(pair[0], [...values, pair[1]]);
      byId('condition').value = '';
    }
    this.#onChange(filter);
  }

  #chip(key, value) {
    const condition = printable(`${key}=${value}`);
    const chip = element('button', 'chip', condition);
    chip.type = 'button';
    chip.setAttribute('aria-label', `Remove ${condition}`);
    chip.append(element('span', 'cross', '✕'));
    chip.addEventListener('click', () => {
      const filter = structuredClone(this.#filter);
      filter.where.set(key, filter.where.get(key).filter((other) => other !== value));
      if (!filter.where.get(key).length) filter.where.delete(key);
      this.#onChange(filter);
      byId('condition').focus();
    });
    return chip;
  }
}
