// The client against a real server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ThumpError, publish, subscribe } from '../../js/thump.js';
import { Recorder, startThumpd } from './thumpd.mjs';

describe('with a server', () => {
  let thumpd;
  before(async () => { thumpd = await startThumpd(); });
  after(() => thumpd.stop());

  function follow(context, options) {
    const recorder = new Recorder();
    const subscription = subscribe(thumpd.url, { ...options, ...recorder.options });
    context.after(() => subscription.close());
    return { recorder, subscription };
  }

  test('brings the events that it was asked for', async (t) => {
    const { recorder, subscription } = follow(t, { types: ['task.*'], where: { node: ['a', 'b'] } });
    await recorder.live();
    const { events } = await publish(thumpd.url, [
      { type: 'task.failed', metadata: { node: 'a' }, data: { n: 1 } },
      { type: 'task.failed', metadata: { node: 'c' } },
      { type: 'node.down', metadata: { node: 'a' } },
      { type: 'task.created', metadata: { node: 'b' }, message: '<b>€</b>' },
    ]);
    await recorder.until(() => recorder.events.length >= 2);
    assert.deepEqual(recorder.events.map(({ seq }) => seq), [events[0].seq, events[3].seq]);
    assert.deepEqual(recorder.events[0].data, { n: 1 });
    assert.equal(recorder.events[1].message, '<b>€</b>');
    const { epoch } = recorder.states.at(-1);
    assert.equal(subscription.cursor, `${epoch}:${events[3].seq}`);
  });

  test('asks for other events on the same connection', async (t) => {
    const { recorder, subscription } = follow(t, { types: 'a' });
    await recorder.live();
    await subscription.update({ types: ['b'] });
    await publish(thumpd.url, [{ type: 'a' }, { type: 'b' }]);
    await recorder.until(() => recorder.events.length > 0);
    assert.deepEqual(recorder.events.map(({ type }) => type), ['b']);
    assert.equal(recorder.states.filter(({ name }) => name === 'connecting').length, 1);
  });

  test('keeps its filter when the server refuses another', async (t) => {
    const { recorder, subscription } = follow(t, { types: 'a' });
    await recorder.live();
    await assert.rejects(subscription.update({ types: 'no good' }),
                         (error) => error instanceof ThumpError && error.status === 400 &&
                                    error.message.includes('no good'));
    await publish(thumpd.url, { type: 'a' });
    await recorder.until(() => recorder.events.length === 1);
    assert.equal(subscription.state.name, 'live');
  });

  test('says why it was refused, and takes a better filter', async (t) => {
    const { recorder, subscription } = follow(t, { types: 'a..b' });
    await recorder.until(() => recorder.states.at(-1)?.name === 'refused');
    assert.match(recorder.states.at(-1).reason, /a\.\.b/);
    await subscription.update({ types: 'a.b' });
    assert.equal(subscription.state.name, 'live');
  });

  test('publishes JSON text as it is', async (t) => {
    const recorder = new Recorder();
    const texts = [];
    const subscription = subscribe(thumpd.url, { types: 'big', ...recorder.options,
      onEvent: (event, text) => { texts.push(text); recorder.options.onEvent(event); } });
    t.after(() => subscription.close());
    await recorder.live();
    await publish(thumpd.url, '{"type":"big","data":12345678901234567890}');
    await recorder.until(() => recorder.events.length === 1);
    assert.match(texts[0], /"data":12345678901234567890/);
  });

  test('tells which event of a batch was at fault, and where', async () => {
    await assert.rejects(publish(thumpd.url, [{ type: 'a' }, { type: 'a', message: 5 }]), (error) => {
      assert.ok(error instanceof ThumpError);
      assert.deepEqual([error.status, error.index, error.pointer], [400, 1, '/1/message']);
      return true;
    });
  });

  test('ends with its signal', async () => {
    const recorder = new Recorder();
    const controller = new AbortController();
    const subscription = subscribe(thumpd.url, { signal: controller.signal, ...recorder.options });
    await recorder.live();
    controller.abort();
    assert.equal(subscription.state.name, 'closed');
  });
});

test('reconnects to a server that was restarted, and tells that events may be lost', async (t) => {
  let thumpd = await startThumpd();
  t.after(() => thumpd.stop());
  const recorder = new Recorder();
  const subscription = subscribe(thumpd.url, { backoff: { first: 20, most: 100 }, ...recorder.options });
  t.after(() => subscription.close());
  await recorder.live();
  await publish(thumpd.url, { type: 'before' });
  await recorder.until(() => recorder.events.length === 1);

  await thumpd.stop('SIGKILL');
  await recorder.until(() => recorder.states.at(-1).name === 'waiting');
  thumpd = await startThumpd(thumpd.address);
  await recorder.live(2);
  await publish(thumpd.url, { type: 'after' });
  await recorder.until(() => recorder.events.length === 2);
  assert.equal(recorder.events[1].type, 'after');
  assert.equal(recorder.gaps.length, 1);
  assert.equal(recorder.gaps[0].reason, 'cursor_expired');
});

test('resumes where the connection broke, without a loss or a repetition', async (t) => {
  const thumpd = await startThumpd();
  t.after(() => thumpd.stop());
  const sockets = [];
  class Breakable extends WebSocket {
    constructor(url) {
      super(url);
      sockets.push(this);
    }
  }
  const recorder = new Recorder();
  const subscription = subscribe(thumpd.url, { types: 'a', WebSocket: Breakable,
    backoff: { first: 500 }, ...recorder.options });
  t.after(() => subscription.close());
  await recorder.live();
  await publish(thumpd.url, [{ type: 'a', message: '1' }, { type: 'b' }]);
  await recorder.until(() => recorder.events.length === 1);

  sockets[0].close();
  await recorder.until(() => recorder.states.at(-1).name === 'waiting');
  await publish(thumpd.url, [{ type: 'a', message: '2' }, { type: 'b' }, { type: 'a', message: '3' }]);
  await recorder.live(2);
  await publish(thumpd.url, { type: 'a', message: '4' });
  await recorder.until(() => recorder.events.length >= 4);
  assert.deepEqual(recorder.events.map(({ message }) => message), ['1', '2', '3', '4']);
  assert.deepEqual(recorder.gaps, []);
  assert.equal(recorder.states.at(-1).resumed, true);
});
