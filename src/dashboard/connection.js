// How the connection does, in words.

import { announce, byId, setText } from './dom.js';

export class Connection {
  #state = null;
  #retryAt = 0;
  #timer = null;

  /** @param retry connects at once. */
  constructor(retry) {
    byId('retry').addEventListener('click', retry);
  }

  show(state) {
    const before = this.#state?.name;
    this.#state = state;
    this.#retryAt = Date.now() + (state.delay ?? 0);
    clearInterval(this.#timer);
    if (state.name === 'waiting') this.#timer = setInterval(() => this.#write(), 1000);
    byId('connection').dataset.state = state.name;
    byId('retry').hidden = state.name !== 'waiting' && state.name !== 'closed';
    this.#write();
    if (before !== state.name && state.name !== 'connecting') announce(this.#text());
  }

  #write() {
    setText(byId('state'), this.#text());
    byId('state').title = this.#state.reason ?? '';
  }

  #text() {
    const { name, reason, attempt } = this.#state;
    const seconds = Math.max(1, Math.ceil((this.#retryAt - Date.now()) / 1000));
    switch (name) {
      case 'live': return 'Live';
      case 'connecting': return attempt ? 'Reconnecting' : 'Connecting';
      case 'waiting': return `Reconnecting in ${seconds} s`;
      case 'refused': return 'Refused';
      default: return `Disconnected: ${reason}`;
    }
  }
}
