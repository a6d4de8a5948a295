// What the client does when a server says this or that, without a server and without waiting.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';

import { publish, subscribe } from '../../js/thump.js';
import { FakeSocket } from './fake-socket.mjs';
import { Recorder } from './thumpd.mjs';

let recorder;

beforeEach((t) => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  FakeSocket.all = [];
  recorder = new Recorder();
});

const start = (options = {}) => subscribe('http://host:1/base', {
  WebSocket: FakeSocket, random: () => 1, ...recorder.options, ...options });

function startLive(seq = 10, { start: first, ...options } = {}) {
  const subscription = start(options);
  FakeSocket.newest.welcomes();
  FakeSocket.newest.subscribes(seq, { start: first });
  return subscription;
}

describe('asking', () => {
  test('it asks inside the connection, under the server\'s names', () => {
    start({ types: 'task.*', where: { node: 'a' }, queue: 9, overflow: 'latest', key: 'type',
            maxRate: 5, name: 'n', since: 'earliest' });
    assert.equal(FakeSocket.newest.url, 'ws://host:1/base/v1/events?subscribe=false');
    FakeSocket.newest.welcomes();
    assert.deepEqual(FakeSocket.newest.asked, {
      op: 'subscribe', types: ['task.*'], meta: { node: 'a' }, queue: 9, overflow: 'latest',
      key: 'type', max_rate: 5, name: 'n', since: 'earliest', ref: 1 });
  });

  test('an update keeps what it does not change, and starts from now', async () => {
    const subscription = startLive(10, { types: 'a', where: { k: 'v' }, since: 5 });
    const updated = subscription.update({ types: 'b' });
    const { ref, ...asked } = FakeSocket.newest.asked;
    assert.deepEqual(asked, { op: 'subscribe', types: ['b'], meta: { k: 'v' } });
    FakeSocket.newest.subscribes(20);
    await updated;
    assert.equal(subscription.cursor, 'E:20');
  });

  test('an update that another overtook is rejected, and its answer is not taken for the other\'s', async () => {
    const subscription = startLive();
    const first = subscription.update({ types: 'b' });
    const stale = FakeSocket.newest.asked.ref;
    const second = subscription.update({ types: 'c' });
    await assert.rejects(first, { name: 'AbortError' });
    FakeSocket.newest.says({ op: 'error', ref: stale, status: 400, detail: 'types' });
    FakeSocket.newest.subscribes(30);
    await second;
  });
});

describe('an option that is misspelt', () => {
  test('is named, in a subscription and in an update', async () => {
    assert.throws(() => start({ type: 'a' }), { name: 'TypeError', message: /'type'/ });
    assert.equal(FakeSocket.all.length, 0);
    await assert.rejects(startLive().update({ meta: {} }), { name: 'TypeError', message: /'meta'/ });
    assert.equal(FakeSocket.newest.sent.length, 1);
  });

  test('so is one of publish', async () => {
    await assert.rejects(publish('http://host:1', { type: 't' }, { timeout: 5 }),
                         { name: 'TypeError', message: /'timeout'/ });
  });
});

describe('the cursor', () => {
  test('it begins where the subscription did, without any event', () => {
    assert.equal(startLive(10).cursor, 'E:10');
  });

  test('events and gaps move it', () => {
    const subscription = startLive(10);
    FakeSocket.newest.says({ type: 't', seq: 12 });
    assert.equal(subscription.cursor, 'E:12');
    FakeSocket.newest.says({ op: 'gap', from: 13, to: 20, dropped: 8, reason: 'queue_full' });
    assert.equal(subscription.cursor, 'E:20');
    assert.equal(recorder.gaps.length, 1);
  });

  test('a gap of `latest` does not: events within its range may wait behind it', () => {
    const subscription = startLive(10, { overflow: 'latest' });
    const gap = { op: 'gap', from: 11, to: 14, dropped: 3 };
    FakeSocket.newest.says({ ...gap, reason: 'conflated' });
    FakeSocket.newest.says({ ...gap, reason: 'queue_full' });
    assert.equal(subscription.cursor, 'E:10');
    FakeSocket.newest.says({ type: 't', seq: 12 });
    assert.equal(subscription.cursor, 'E:12');
    assert.equal(recorder.gaps.length, 2);
  });

  test('nor does one where `latest` is the server\'s default', () => {
    const subscription = start();
    FakeSocket.newest.welcomes();
    FakeSocket.newest.subscribes(10, { overflow: 'latest' });
    FakeSocket.newest.says({ op: 'gap', from: 11, to: 14, dropped: 3, reason: 'queue_full' });
    assert.equal(subscription.cursor, 'E:10');
  });

  test('it begins where the server says that the subscription does', async () => {
    const subscription = startLive(10, { since: 'last:3', start: 7 });
    assert.equal(subscription.cursor, 'E:7');
    const updated = subscription.update({ since: 'earliest' });
    FakeSocket.newest.subscribes(12, { start: 2 });
    await updated;
    assert.equal(subscription.cursor, 'E:2');
  });

  test('after an update with `since` the old one counts no more, even if the server tells none', async () => {
    const subscription = startLive(10);
    const updated = subscription.update({ since: 'earliest' });
    FakeSocket.newest.subscribes(12);
    await updated;
    assert.equal(subscription.cursor, null);
  });

  test('with `since` only what came moves it', () => {
    const subscription = startLive(10, { since: 'earliest' });
    assert.equal(subscription.cursor, null);
    FakeSocket.newest.says({ type: 't', seq: 3 });
    assert.equal(subscription.cursor, 'E:3');
  });
});

describe('an update that another overtook', () => {
  test('is in force where that one is refused', async () => {
    const subscription = startLive(10, { types: 'a' });
    const first = subscription.update({ types: 'b' });
    const { ref } = FakeSocket.newest.asked;
    const second = subscription.update({ types: 'no good' });
    await assert.rejects(first, { name: 'AbortError' });
    FakeSocket.newest.says({ op: 'subscribed', ref, seq: 10, start: 10, subscriber: 2 });
    FakeSocket.newest.refuses(400, 'no such pattern', '/types/0');
    await assert.rejects(second);
    FakeSocket.newest.says({ type: 'b', seq: 11 });
    FakeSocket.newest.ends(1006);
    mock.timers.tick(recorder.states.at(-1).delay);
    FakeSocket.newest.welcomes();
    assert.deepEqual(FakeSocket.newest.asked.types, ['b']);
    assert.equal(FakeSocket.newest.asked.since, 'E:11');
  });

  test('is no refusal of what was asked for first', async () => {
    const subscription = start({ types: 'a' });
    FakeSocket.newest.welcomes();
    const { ref } = FakeSocket.newest.asked;
    const updated = subscription.update({ types: 'no good' });
    FakeSocket.newest.says({ op: 'subscribed', ref, seq: 10, start: 10, subscriber: 1 });
    FakeSocket.newest.refuses(400, 'no such pattern', '/types/0');
    await assert.rejects(updated);
    assert.equal(recorder.states.at(-1).name, 'live');
    assert.equal(subscription.cursor, 'E:10');
  });
});

describe('reconnecting', () => {
  function reconnect(connections = 2) {
    FakeSocket.newest.ends(1006);
    mock.timers.tick(recorder.states.at(-1).delay);
    assert.equal(FakeSocket.all.length, connections);
    FakeSocket.newest.welcomes();
  }

  test('it resumes behind the last event', () => {
    startLive(10, { types: 'a', since: '10m' });
    assert.equal(recorder.states.at(-1).seq, 10);
    FakeSocket.newest.says({ type: 'a', seq: 12 });
    reconnect();
    assert.equal(FakeSocket.newest.asked.since, 'E:12');
    FakeSocket.newest.subscribes(15);
    assert.equal(recorder.states.at(-1).resumed, true);
    FakeSocket.newest.says({ type: 'a', seq: 13 });
    assert.deepEqual(recorder.events.map(({ seq }) => seq), [12, 13]);
    assert.deepEqual(recorder.gaps, []);
  });

  test('without any event it resumes where the subscription began', () => {
    startLive(10, { since: '10m', start: 7 });
    reconnect();
    assert.equal(FakeSocket.newest.asked.since, 'E:7');
    FakeSocket.newest.subscribes(15, { start: 15 });
    reconnect(3);
    assert.equal(FakeSocket.newest.asked.since, 'E:7');
  });

  test('a beginning some time back stays at its moment, even if the server tells none', () => {
    mock.timers.tick(3_600_000);
    const moment = new Date(Date.now() - 600_000).toISOString();
    startLive(10, { since: '10m' });
    for (const connections of [2, 3]) {
      reconnect(connections);
      assert.equal(FakeSocket.newest.asked.since, moment);
      FakeSocket.newest.subscribes(10);
    }
  });

  test('one of the last none is after the newest', () => {
    startLive(10, { since: 'last:0' });
    reconnect();
    assert.equal(FakeSocket.newest.asked.since, 'E:10');
  });

  test('a server that cannot resume is followed live, and the loss is told', () => {
    startLive(10);
    reconnect();
    FakeSocket.newest.refuses(400, 'history is needed for that', '/since');
    assert.equal('since' in FakeSocket.newest.asked, false);
    FakeSocket.newest.subscribes(15);
    assert.deepEqual(recorder.gaps, [{ op: 'gap', from: 11, to: 15, dropped: 5, bytes: 0,
                                       reason: 'cursor_expired', recoverable: false }]);
    assert.equal(recorder.states.at(-1).resumed, false);
  });

  test('likewise where there was a `since`', () => {
    const subscription = startLive(10, { since: '10m', start: 7 });
    reconnect();
    FakeSocket.newest.refuses(400, 'history is needed for that', '/since');
    FakeSocket.newest.subscribes(15);
    assert.equal(subscription.cursor, 'E:15');
    assert.deepEqual(recorder.gaps.map(({ from, to }) => [from, to]), [[8, 15]]);
  });

  test('where nothing was published meanwhile, no loss is told', () => {
    startLive(10);
    reconnect();
    FakeSocket.newest.refuses(400, 'history is needed for that', '/since');
    FakeSocket.newest.subscribes(10);
    assert.deepEqual(recorder.gaps, []);
  });

  test('an update meanwhile begins where it says, and else where the old one ended', async () => {
    for (const [changes, since] of [[{ types: 'b', since: 'earliest' }, 'earliest'],
                                    [{ types: 'b' }, 'E:10']]) {
      const subscription = startLive(10);
      FakeSocket.newest.ends(1006);
      const updated = subscription.update(changes);
      mock.timers.tick(recorder.states.at(-1).delay);
      FakeSocket.newest.welcomes();
      assert.equal(FakeSocket.newest.asked.since, since);
      assert.deepEqual(FakeSocket.newest.asked.types, ['b']);
      FakeSocket.newest.subscribes(15, { start: 2 });
      await updated;
      subscription.close();
    }
  });

  test('so does one whose answer was lost with the connection', async () => {
    const subscription = startLive(10);
    const updated = subscription.update({ since: 'earliest' });
    FakeSocket.newest.ends(1006);
    mock.timers.tick(recorder.states.at(-1).delay);
    FakeSocket.newest.welcomes();
    assert.equal(FakeSocket.newest.asked.since, 'earliest');
    FakeSocket.newest.subscribes(15, { start: 2 });
    await updated;
    assert.equal(subscription.cursor, 'E:2');
  });

  test('one that is refused leaves what was in force, to be resumed', async () => {
    const subscription = startLive(10, { types: 'a' });
    FakeSocket.newest.ends(1006);
    const updated = subscription.update({ types: 'no good', since: 'earliest' });
    mock.timers.tick(recorder.states.at(-1).delay);
    FakeSocket.newest.welcomes();
    FakeSocket.newest.refuses(400, 'no such pattern', '/types/0');
    await assert.rejects(updated);
    assert.deepEqual(FakeSocket.newest.asked.types, ['a']);
    assert.equal(FakeSocket.newest.asked.since, 'E:10');
  });

  test('the delay doubles up to its bound, and half of it is random', () => {
    start({ random: () => 0 });
    const delays = [];
    for (let i = 0; i < 8; ++i) {
      FakeSocket.newest.ends(1006);
      delays.push(recorder.states.at(-1).delay);
      mock.timers.tick(delays.at(-1));
    }
    assert.deepEqual(delays, [125, 250, 500, 1000, 2000, 4000, 5000, 5000]);
    assert.equal(FakeSocket.all.length, 9);
  });

  test('a server that ends connections at once is not hammered', () => {
    startLive();
    for (let i = 0; i < 4; ++i) {
      FakeSocket.newest.ends(1013);
      mock.timers.tick(10_000);
      FakeSocket.newest.welcomes();
      FakeSocket.newest.subscribes(10);
    }
    FakeSocket.newest.ends(1013);
    assert.equal(recorder.states.at(-1).delay, 4000);
  });

  test('behind a connection that held, the delay is short again', () => {
    startLive();
    for (let i = 0; i < 4; ++i) {
      FakeSocket.newest.ends(1006);
      mock.timers.tick(10_000);
    }
    FakeSocket.newest.welcomes();
    FakeSocket.newest.subscribes(10);
    mock.timers.tick(10_000);
    FakeSocket.newest.ends(1006);
    assert.equal(recorder.states.at(-1).delay, 250);
  });

  test('retry() does not wait', () => {
    const subscription = startLive();
    FakeSocket.newest.ends(1006);
    subscription.retry();
    assert.equal(FakeSocket.all.length, 2);
    mock.timers.tick(60_000);
    assert.equal(FakeSocket.all.length, 2);
  });

  test('a refusal for now is tried again later', () => {
    start();
    FakeSocket.newest.welcomes();
    FakeSocket.newest.refuses(503, 'too many subscribers');
    assert.deepEqual([recorder.states.at(-1).name, recorder.states.at(-1).reason],
                     ['waiting', 'too many subscribers']);
  });

  for (const code of [1000, 1008, 4010]) {
    test(`close code ${code} is an end`, () => {
      const subscription = startLive();
      FakeSocket.newest.ends(code);
      mock.timers.tick(60_000);
      assert.equal(FakeSocket.all.length, 1);
      assert.deepEqual([subscription.state.name, subscription.state.code], ['closed', code]);
      subscription.retry();
      FakeSocket.newest.welcomes();
      assert.equal(FakeSocket.newest.asked.since, 'E:10');
    });
  }

  test('close() is an end, twice too', () => {
    const subscription = startLive();
    subscription.close();
    subscription.close();
    FakeSocket.newest.says({ type: 't', seq: 11 });
    mock.timers.tick(60_000);
    assert.equal(FakeSocket.all.length, 1);
    assert.equal(FakeSocket.newest.closedWith, 1000);
    assert.deepEqual(recorder.events, []);
  });
});

describe('a subscription that ended', () => {
  const closed = { name: 'InvalidStateError', message: /closed/ };

  test('takes no update, and only retry() opens it again', async () => {
    const subscription = startLive(10, { types: 'a' });
    subscription.close();
    await assert.rejects(subscription.update({ types: 'b' }), closed);
    assert.equal(FakeSocket.all.length, 1);
    subscription.retry();
    FakeSocket.newest.welcomes();
    assert.deepEqual(FakeSocket.newest.asked.types, ['a']);
  });

  test('so it is where the server ended it, and an update under way ends with it', async () => {
    const subscription = startLive(10, { types: 'a' });
    const updated = subscription.update({ types: 'b' });
    FakeSocket.newest.ends(4010);
    await assert.rejects(updated, { name: 'AbortError' });
    await assert.rejects(subscription.update({ types: 'c' }), closed);
    subscription.retry();
    FakeSocket.newest.welcomes();
    assert.deepEqual(FakeSocket.newest.asked.types, ['a']);
  });

  test('does not outlive its signal', async () => {
    const controller = new AbortController();
    const subscription = startLive(10, { signal: controller.signal });
    controller.abort();
    await assert.rejects(subscription.update({ types: 'b' }), closed);
    subscription.retry();
    assert.equal(FakeSocket.all.length, 1);
  });

  test('nor begins behind one', async () => {
    const subscription = start({ signal: AbortSignal.abort() });
    assert.equal(recorder.states.at(-1).name, 'closed');
    await assert.rejects(subscription.update({ types: 'b' }), closed);
    subscription.retry();
    assert.equal(FakeSocket.all.length, 0);
  });
});

describe('a page that is left', () => {
  let page;

  beforeEach(() => {
    page = new EventTarget();
    globalThis.addEventListener = page.addEventListener.bind(page);
    globalThis.removeEventListener = page.removeEventListener.bind(page);
  });
  afterEach(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });

  const hide = () => page.dispatchEvent(new Event('pagehide'));
  const show = () => page.dispatchEvent(new Event('pageshow'));

  test('closes its connection, and resumes when it is shown again', () => {
    startLive(10, { types: 'a' });
    FakeSocket.newest.says({ type: 'a', seq: 12 });
    hide();
    assert.equal(FakeSocket.newest.closedWith, 1000);
    mock.timers.tick(60_000);
    assert.equal(FakeSocket.all.length, 1);
    assert.deepEqual(recorder.states.at(-1), { name: 'closed', reason: 'the page was left' });
    show();
    assert.equal(FakeSocket.all.length, 2);
    FakeSocket.newest.welcomes();
    assert.equal(FakeSocket.newest.asked.since, 'E:12');
  });

  test('waits for no attempt meanwhile', () => {
    startLive();
    FakeSocket.newest.ends(1006);
    hide();
    mock.timers.tick(60_000);
    assert.equal(FakeSocket.all.length, 1);
    show();
    assert.equal(FakeSocket.all.length, 2);
  });

  test('keeps an update for when it is shown again', async () => {
    const subscription = startLive(10, { types: 'a' });
    hide();
    const updated = subscription.update({ types: 'b' });
    show();
    FakeSocket.newest.welcomes();
    assert.deepEqual(FakeSocket.newest.asked.types, ['b']);
    FakeSocket.newest.subscribes(10);
    await updated;
  });

  test('leaves closed what was closed, before or meanwhile', () => {
    startLive().close();
    hide();
    show();
    assert.equal(FakeSocket.all.length, 1);
    const subscription = startLive();
    hide();
    subscription.close();
    show();
    assert.equal(FakeSocket.all.length, 2);
  });
});

describe('a silent server', () => {
  test('it is asked, and stays while it answers', () => {
    startLive();
    mock.timers.tick(30_000);
    assert.equal(FakeSocket.newest.asked.op, 'ping');
    FakeSocket.newest.says({ op: 'pong' });
    mock.timers.tick(10_000);
    assert.equal(FakeSocket.all.length, 1);
    assert.equal(recorder.states.at(-1).name, 'live');
  });

  test('it is given up when it does not answer', () => {
    startLive();
    mock.timers.tick(30_000);
    mock.timers.tick(10_000);
    assert.equal(recorder.states.at(-1).name, 'waiting');
    assert.match(recorder.states.at(-1).reason, /silent/);
  });

  test('an attempt that gets nowhere is given up', () => {
    start();
    mock.timers.tick(30_000);
    mock.timers.tick(10_000);
    assert.equal(recorder.states.at(-1).name, 'waiting');
    assert.deepEqual(FakeSocket.newest.sent, []);
  });

  test('a failure to connect is followed by another attempt, with or without a close', () => {
    start();
    FakeSocket.newest.onerror();
    mock.timers.tick(250);
    assert.equal(FakeSocket.all.length, 2);
  });

  test('it is not asked while events come', () => {
    startLive();
    for (let i = 1; i <= 6; ++i) {
      mock.timers.tick(10_000);
      FakeSocket.newest.says({ type: 't', seq: 10 + i });
    }
    assert.equal(FakeSocket.newest.asked.op, 'subscribe');
  });
});

describe('a handler that throws', () => {
  const thrown = new Error('of a handler');
  const throws = () => { throw thrown; };
  let reported;

  beforeEach(() => {
    reported = [];
    globalThis.reportError = (error) => reported.push(error);
  });
  afterEach(() => { delete globalThis.reportError; });

  for (const handler of ['onEvent', 'onGap', 'onState']) {
    test(`is reported, and the stream goes on: ${handler}`, async () => {
      const subscription = startLive(10, { [handler]: throws });
      const updated = subscription.update({ types: 'b' });
      FakeSocket.newest.subscribes(10);
      await updated;
      FakeSocket.newest.says({ op: 'gap', from: 11, to: 11, dropped: 1, reason: 'queue_full' });
      FakeSocket.newest.says({ type: 't', seq: 12 });
      FakeSocket.newest.ends(1006);
      mock.timers.tick(10_000);
      assert.equal(FakeSocket.all.length, 2);
      FakeSocket.newest.welcomes();
      assert.equal(FakeSocket.newest.asked.since, 'E:12');
      assert.ok(reported.length > 0 && reported.every((error) => error === thrown));
    });
  }

  test('is reported where there is no reportError, too', async () => {
    delete globalThis.reportError;
    const late = mock.method(globalThis, 'queueMicrotask', () => {});
    startLive(10, { onEvent: throws });
    FakeSocket.newest.says({ type: 't', seq: 11 });
    late.mock.restore();
    assert.throws(late.mock.calls[0].arguments[0], thrown);
  });
});

test('without a WebSocket it says what to do', () => {
  assert.throws(() => start({ WebSocket: undefined }), /options\.WebSocket/);
});
