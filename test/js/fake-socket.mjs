// A WebSocket whose server is the test.

import assert from 'node:assert/strict';

export class FakeSocket {
  static all = [];
  static get newest() { return FakeSocket.all.at(-1); }

  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  send(text) { this.sent.push(JSON.parse(text)); }
  close(code) { this.readyState = 3; this.closedWith = code; }

  // The server's side.

  says(record) { this.onmessage?.({ data: JSON.stringify(record) }); }
  ends(code) { this.readyState = 3; this.onclose?.({ code }); }

  welcomes(epoch = 'E') {
    this.readyState = 1;
    this.says({ op: 'welcome', epoch, seq: 0, oldest: 0, subscriber: 0, subscription: {} });
    assert.equal(this.asked.op, 'subscribe');
  }

  get asked() { return this.sent.at(-1); }

  subscribes(seq, { start, ...subscription } = {}) {
    this.says({ op: 'subscribed', ref: this.asked.ref, seq, start, subscriber: 7, subscription });
  }

  refuses(status, detail, pointer) {
    this.says({ op: 'error', ref: this.asked.ref, status, detail, pointer });
  }
}
