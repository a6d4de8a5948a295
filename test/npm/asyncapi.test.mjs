// doc/asyncapi.yaml: valid, served, and true of the messages that go over a WebSocket.

import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';

import { startThumpd } from '../js/thumpd.mjs';
import { configuration, exchange } from './http.mjs';
import { Document, pointer, read } from './schemas.mjs';

const asyncapi = new Document('doc/asyncapi.yaml', Ajv);
const payload = (name) => `/components/messages/${name}/payload`;
const messages = Object.keys(asyncapi.root.components.messages);

test('is valid AsyncAPI 3 of this version', async () => {
  const { document, diagnostics } = await new Parser().parse(asyncapi.text);
  const grave = diagnostics.filter(({ severity }) => severity < 2);
  assert.deepEqual(grave.map(({ message, path }) => `${path.join('/')}: ${message}`), []);
  assert.equal(document.version(), '3.0.0');
  assert.equal(document.info().version(), /project\(thump VERSION (\S+)/.exec(read('CMakeLists.txt'))[1]);
  assert.deepEqual(Object.keys(asyncapi.root.channels.events.messages).sort(), [...messages].sort());
  for (const [name, { examples = [] }] of Object.entries(asyncapi.root.components.messages))
    for (const example of examples) asyncapi.check(payload(name), example.payload);
});

/** A WebSocket whose records are read one by one. */
class Peer {
  #records = [];
  #waiting = [];

  constructor(thumpd, query = '') {
    this.socket = new WebSocket(`ws://${thumpd.address}/v1/events${query}`);
    this.socket.on('message', (text) => {
      const record = JSON.parse(text);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(record);
      else this.#records.push(record);
    });
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  next() {
    if (this.#records.length > 0) return this.#records.shift();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

describe('with a server', { timeout: 60_000 }, () => {
  let thumpd;
  before(async () => {
    const config = await configuration({ broker: { dedup_window: '1h' } }, { after });
    thumpd = await startThumpd('127.0.0.1:0', '--config', config);
  });
  after(() => thumpd.stop());

  function connect(context, query) {
    const peer = new Peer(thumpd, query);
    context.after(() => peer.socket.terminate());
    return peer;
  }

  test('is served', async () => {
    assert.equal((await exchange(`${thumpd.url}/asyncapi.yaml`)).body, asyncapi.text);
  });

  test('lists the parameters of a stream, and no other', () => {
    const table = /::parameters\[\] = \{\n(.*?)\n\};/s.exec(read('src/wire/stream_request.cpp'))[1];
    const real = [...table.matchAll(/\{"(\w+)"/g)].map(([, name]) => name).filter((name) => name !== 'limit');
    const { query } = asyncapi.root.channels.events.bindings.ws;
    assert.deepEqual(Object.keys(query.properties).sort(), real.sort());
    const { properties } = asyncapi.at(payload('subscribe'));
    assert.deepEqual(Object.keys(properties).sort(), [...real, 'meta', 'op', 'ref'].sort());
  });

  test('every message is as it says, with every field', async (t) => {
    const peer = connect(t, '?since=another:7');
    const expect = async (name) => {
      const record = await peer.next();
      asyncapi.check(payload(name), record);
      return record;
    };
    const say = (name, message) => {
      asyncapi.check(payload(name), message);
      peer.send(message);
    };
    await expect('welcome');
    assert.equal((await expect('gap')).reason, 'cursor_expired');

    say('ping', { op: 'ping', ref: { any: ['json'] } });
    assert.deepEqual((await expect('pong')).ref, { any: ['json'] });

    const event = { type: 'task.failed', id: 'e-1', timestamp: '2026-11-23T19:16:24Z', message: 'm',
                    metadata: { task_id: 't1' }, source: '/tests', data: { n: 1 } };
    say('newEvent', event);
    assert.deepEqual(await expect('event'),
                     { seq: 1, ...event });
    say('publish', { op: 'publish', event: { type: 'task.failed' }, ref: 1 });
    const told = [await peer.next(), await peer.next()];   // in either order
    asyncapi.check(payload('published'), told.find(({ op }) => op));
    asyncapi.check(payload('event'), told.find(({ op }) => !op));
    say('publish', { op: 'publish', event, ref: 1 });
    assert.equal((await expect('published')).duplicate, true);

    peer.send('{"op":"publish","ref":2,"event":{"type":"no good"}}');
    assert.equal((await expect('error')).pointer, '/event/type');
    peer.send('{"type":}');
    assert.equal(typeof (await expect('error')).offset, 'number');

    say('subscribe', { op: 'subscribe', ref: 3, types: ['task.*', 'a'], meta: { k: 'v', l: ['1', '2'] },
                       since: 'earliest', until: '2030-01-01T00:00:00Z', queue: 9, overflow: 'latest',
                       key: 'node_id', max_rate: 2.5, name: 'me', format: 'thump', subscribe: true });
    const { subscription } = await expect('subscribed');
    assert.equal(subscription.max_rate, 2.5);
    say('subscribe', { op: 'subscribe', types: '>', last_event_id: 'another:1' });
    await expect('subscribed');

    const listed = messages.flatMap((name) => asyncapi.unseen(payload(name)));
    assert.deepEqual(listed, [], 'never seen');
  });

  test('what it does not allow is refused', async (t) => {
    const peer = connect(t);
    await peer.next();
    const refused = [['ping', { op: 'ping', extra: 1 }], ['publish', { op: 'publish' }],
                     ['subscribe', { op: 'subscribe', queue: 0 }], ['newEvent', { type: 'a', seq: 1 }],
                     ['subscribe', { op: 'subscribe', overflow: 'wait' }]];
    for (const [name, message] of refused) {
      assert.ok(!asyncapi.fits(payload(name), message), JSON.stringify(message));
      peer.send(message);
      assert.equal((await peer.next()).op, 'error', JSON.stringify(message));
    }
  });

  test('it names the values of an option that there are', async (t) => {
    const peer = connect(t);
    await peer.next();
    for (const overflow of asyncapi.at('/components/schemas/overflow/enum')) {
      peer.send({ op: 'subscribe', overflow });
      assert.equal((await peer.next()).subscription?.overflow, overflow);
    }
  });
});
