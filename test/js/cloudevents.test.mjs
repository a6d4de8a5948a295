// The CloudEvents project's own SDK as publisher and as subscriber. It lies in the folder that the
// variable CLOUDEVENTS_SDK names; without it the tests are skipped.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startThumpd } from './thumpd.mjs';

const SKIPPED = 77;
const DEADLINE = 15_000;   // milliseconds; nothing that works takes this long

function loadSdk() {
  try {
    return createRequire(join(process.env.CLOUDEVENTS_SDK ?? '.', 'package.json'))('cloudevents');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.log('skipped: the SDK is not installed, ./dev test does that');
    process.exit(SKIPPED);
  }
}

const { CloudEvent, HTTP, Mode, emitterFor } = loadSdk();

const attributes = { source: '/warren', type: 'task.failed', time: '2024-05-01T12:00:00.250Z' };

/** What the SDK makes of text, checked as strictly as it can. */
function toEvent(text) {
  const headers = { 'content-type': 'application/cloudevents+json' };
  const event = HTTP.toEvent({ headers, body: text });
  assert.equal(event.validate(), true);
  return event;
}

/** The event as it was before the broker gave it its place. */
function withoutSequence(event) {
  const { sequence, ...rest } = JSON.parse(event.toString());
  assert.match(sequence, /^\d{20}$/);
  return rest;
}

describe('with the CloudEvents SDK', () => {
  let thumpd;
  before(async () => { thumpd = await startThumpd(); });
  after(() => thumpd.stop());

  // As users of the SDK send: it makes the message, fetch carries it.
  async function send({ headers, body }) {
    const response = await fetch(`${thumpd.url}/v1/events`, { method: 'POST', headers, body });
    const answer = await response.json();
    assert.equal(response.status, 202, JSON.stringify(answer));
    return answer;
  }

  async function lastSeq() {
    return (await (await fetch(`${thumpd.url}/v1/stats`)).json()).last_seq;
  }

  async function history(since) {
    const response = await fetch(`${thumpd.url}/v1/events?format=cloudevents&since=${since}`);
    const { events } = await response.json();
    return HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents-batch+json' },
                          body: JSON.stringify(events) });
  }

  async function roundTrip(message) {
    const since = await lastSeq();
    await send(message);
    return history(since);
  }

  const samples = {
    'an object': { id: '1', data: { reason: 'image not found', tries: [1, 2] },
                   datacontenttype: 'application/json' },
    'no data': { id: '2' },
    'text': { id: '3', data: '<a wow="xml"/>', datacontenttype: 'text/xml' },
    'extensions': { id: '4', subject: 'task/1', dataschema: 'https://s.example/1', data: { a: 1 },
                    datacontenttype: 'application/json', comexampletext: 'v', comexampleint: 5,
                    comexamplebool: true },
  };

  for (const [name, sample] of Object.entries(samples)) {
    test(`gives back ${name} that was sent structured`, async () => {
      const sent = new CloudEvent({ ...attributes, ...sample });
      const [received] = await roundTrip(HTTP.structured(sent));
      assert.equal(received.validate(), true);
      assert.deepEqual(withoutSequence(received), JSON.parse(sent.toString()));
    });

    test(`gives back ${name} that was sent in binary mode`, async () => {
      const sent = new CloudEvent({ ...attributes, ...sample });
      const message = HTTP.binary(sent);
      const [received] = await roundTrip(message);
      assert.equal(received.validate(), true);
      const expected = JSON.parse(sent.toString());
      // Of header fields nobody knows whether they were numbers; and the SDK sends a content type
      // where there is none.
      for (const key of ['comexampleint', 'comexamplebool'])
        if (key in expected) expected[key] = String(expected[key]);
      expected.datacontenttype ??= message.headers['content-type'];
      assert.deepEqual(withoutSequence(received), expected);
    });
  }

  test('gives back binary data', async () => {
    const sent = new CloudEvent({ ...attributes, id: '5', data: new Uint8Array([0, 1, 255]),
                                  datacontenttype: 'application/octet-stream' });
    const [received] = await roundTrip(HTTP.structured(sent));
    assert.equal(received.data_base64, sent.data_base64);
    assert.deepEqual([...received.data], [0, 1, 255]);
  });

  test('takes a batch', async () => {
    const batch = ['6', '7'].map((id) => new CloudEvent({ ...attributes, id, data: { id },
                                                          datacontenttype: 'application/json' }));
    const received = await roundTrip({
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(batch) });
    assert.deepEqual(received.map(withoutSequence), batch.map((e) => JSON.parse(e.toString())));
  });

  test('takes what its emitter sends', async () => {
    const since = await lastSeq();
    for (const mode of [Mode.BINARY, Mode.STRUCTURED])
      await emitterFor(send, { mode })(new CloudEvent({ ...attributes, id: mode, data: { a: 1 } }));
    const received = await history(since);
    assert.deepEqual(received.map(({ id, data }) => [id, data]),
                     [[Mode.BINARY, { a: 1 }], [Mode.STRUCTURED, { a: 1 }]]);
  });

  test('reads events that were no CloudEvents', async () => {
    const since = await lastSeq();
    await send({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({
      type: 'node.down', message: 'no answer', metadata: { node_id: 'n1' }, data: [1] }) });
    const [event] = await history(since);
    assert.equal(event.validate(), true);
    assert.deepEqual(event.data, { message: 'no answer', metadata: { node_id: 'n1' }, data: [1] });
  });

  test('reads and writes every frame of a WebSocket', async (t) => {
    const ws = new WebSocket(`${thumpd.url.replace('http', 'ws')}/v1/events?types=mine.>`,
                             ['thump.v2.json', 'cloudevents.json']);
    t.after(() => ws.close());
    const frames = framesOf(ws);
    assert.equal((await frames.next()).type, 'thump.welcome');
    assert.equal(ws.protocol, 'cloudevents.json');

    const sent = new CloudEvent({ ...attributes, type: 'mine.one', id: '8', data: { a: 1 },
                                  datacontenttype: 'application/json' });
    ws.send(sent.toString());
    assert.deepEqual(withoutSequence(await frames.next()), JSON.parse(sent.toString()));

    ws.send(new CloudEvent({ ...attributes, type: 'thump.ping', data: { ref: 'r' } }).toString());
    const pong = await frames.next();
    assert.deepEqual([pong.type, pong.data], ['thump.pong', { op: 'pong', ref: 'r' }]);

    ws.send('{"specversion":"1.0"}');
    const error = await frames.next();
    assert.deepEqual([error.type, error.data.error], ['thump.error', 'missing_field']);
  });

  test('reads server-sent events', async () => {
    const controller = new AbortController();
    const response = await fetch(`${thumpd.url}/v1/events?format=cloudevents&types=sse.one`, {
      headers: { accept: 'text/event-stream' }, signal: controller.signal });
    const sent = new CloudEvent({ ...attributes, type: 'sse.one', id: '9', data: 'x' });
    await send(HTTP.structured(sent));
    let text = '';
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (/^event: sse\.one\n.*\n\n/m.test(text)) break;
    }
    controller.abort();
    const [, data] = /^event: sse\.one\ndata: (.*)\n\n/m.exec(text);
    assert.deepEqual([toEvent(data).id, toEvent(data).data], ['9', 'x']);
  });
});

/** The frames that come, each read by the SDK. */
function framesOf(ws) {
  const arrived = [];
  let wake = () => {};
  ws.addEventListener('message', ({ data }) => { arrived.push(data); wake(); });
  return {
    async next() {
      const late = AbortSignal.timeout(DEADLINE);
      while (arrived.length === 0) {
        assert.equal(late.aborted, false, 'no frame came');
        await new Promise((resolve) => {
          wake = resolve;
          late.addEventListener('abort', resolve, { once: true });
        });
      }
      return toEvent(arrived.shift());
    },
  };
}
