// A record in full.

import { byId, element } from './dom.js';
import { jsonNodes } from './json-view.js';
import { printable } from './printable.js';

export class EventDialog {
  #dialog = byId('detail');
  #text = '';
  #onFilter;

  /** @param onFilter gets { type } or { key, value } to receive only such events. */
  constructor(onFilter) {
    this.#onFilter = onFilter;
    byId('detail-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) this.#dialog.close();   // the backdrop
    });
    const copy = byId('detail-copy');
    copy.hidden = !navigator.clipboard;   // only where the page came over a safe way
    copy.addEventListener('click', () => navigator.clipboard.writeText(this.#text));
  }

  show(record) {
    const nodes = jsonNodes(record.text);
    byId('detail-title').textContent = record.event?.type ?? record.line;
    byId('detail-json').replaceChildren(...nodes);
    this.#text = byId('detail-json').textContent;
    byId('detail-filters').replaceChildren(...(record.event ? this.#filters(record.event) : []));
    this.#dialog.showModal();
  }

  #filters({ type, metadata }) {
    const wishes = [{ type }, ...Object.entries(metadata).map(([key, value]) => ({ key, value }))];
    return [element('span', 'quiet', 'Show only'), ...wishes.map((wish) => {
      const button = element('button', 'chip', printable(wish.type ?? `${wish.key}=${wish.value}`));
      button.addEventListener('click', () => {
        this.#dialog.close();
        this.#onFilter(wish);
      });
      return button;
    })];
  }
}
