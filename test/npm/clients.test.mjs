// Clients that others wrote, all at one thumpd at the same time.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EventSource } from 'eventsource';
import WebSocket from 'ws';

import { subscribe } from '../../js/thump.js';
import { Recorder, startThumpd } from '../js/thumpd.mjs';
import { exchange } from './http.mjs';

const wscatProgram = fileURLToPath(new URL('node_modules/wscat/bin/wscat', import.meta.url));

/** What comes in, and a way to wait for as much of it as is wanted. */
class Inbox {
  #items = [];
  #check = () => {};

  push(item) {
    this.#items.push(item);
    this.#check();
  }

  count(wanted) {
    return new Promise((resolve) => {
      this.#check = () => { if (this.#items.length >= wanted) resolve([...this.#items]); };
      this.#check();
    });
  }
}

describe('with one server', { timeout: 60_000 }, () => {
  let thumpd;
  before(async () => { thumpd = await startThumpd(); });
  after(() => thumpd.stop());

  const publish = (events) => exchange(`${thumpd.url}/v1/events`,
    { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(events) });

  const startWscat = (types, inbox) => {
    const wscat = spawn(process.execPath, [wscatProgram, '--no-color', '--connect',
                                           `ws://${thumpd.address}/v1/events?types=${types}`]);
    createInterface({ input: wscat.stdout }).on('line', (line) => {
      const text = line.replace(/^> /, '');  // its prompt
      if (text.startsWith('{')) inbox.push(JSON.parse(text));
    });
    return wscat;
  };

  test('ws, wscat, eventsource, curl and thump.js see the same events in the same order', async (t) => {
    const inboxes = {};
    for (const name of ['ws', 'wscat', 'eventsource', 'curl'])
      inboxes[name] = new Inbox();

    const socket = new WebSocket(`ws://${thumpd.address}/v1/events?types=task.*`, 'thump.v1.json');
    t.after(() => socket.terminate());
    socket.on('message', (text) => inboxes.ws.push(JSON.parse(text)));

    const source = new EventSource(`${thumpd.url}/v1/events?types=task.*`);
    t.after(() => source.close());
    for (const name of ['thump.welcome', 'task.created', 'task.failed'])
      source.addEventListener(name, ({ data }) => inboxes.eventsource.push(JSON.parse(data)));

    const wscat = startWscat('task.*', inboxes.wscat);
    t.after(() => wscat.kill());

    const curl = spawn('curl', ['-sN', '-H', 'Accept: text/event-stream',
                                `${thumpd.url}/v1/events?types=task.*`]);
    t.after(() => curl.kill());
    createInterface({ input: curl.stdout }).on('line', (line) => {
      if (line.startsWith('data: ')) inboxes.curl.push(JSON.parse(line.slice(6)));
    });

    const recorder = new Recorder();
    const own = subscribe(thumpd.url, { types: 'task.*', WebSocket, ...recorder.options });
    t.after(() => own.close());

    for (const inbox of Object.values(inboxes)) {
      const [welcome] = await inbox.count(1);
      assert.equal(welcome.op, 'welcome');
    }
    assert.equal(socket.protocol, 'thump.v1.json');
    await recorder.live();

    await publish([{ type: 'task.created' }, { type: 'node.down' }, { type: 'task.failed', data: { n: 1 } }]);
    for (const [name, inbox] of Object.entries(inboxes)) {
      const [, ...events] = await inbox.count(3);
      assert.deepEqual(events.map(({ type, data }) => [type, data?.n]),
                       [['task.created', undefined], ['task.failed', 1]], name);
    }
    await recorder.until(() => recorder.events.length === 2);
  });

  test('eventsource resumes by itself where it was cut off', async (t) => {
    const seen = new Inbox();
    const source = new EventSource(`${thumpd.url}/v1/events?types=cut.*&name=cut`);
    t.after(() => source.close());
    const welcomes = new Inbox();
    source.addEventListener('thump.welcome', ({ data }) => welcomes.push(JSON.parse(data)));
    source.addEventListener('thump.gap', ({ data }) => assert.fail(data));
    source.addEventListener('cut.off', ({ data }) => seen.push(JSON.parse(data).message));
    const [{ subscriber }] = await welcomes.count(1);
    await publish({ type: 'cut.off', message: '1' });
    await seen.count(1);

    const closed = await exchange(`${thumpd.url}/v1/subscribers/${subscriber}`, { method: 'DELETE' });
    assert.equal(closed.status, 204);
    await publish([{ type: 'cut.off', message: '2' }, { type: 'cut.off', message: '3' }]);
    await welcomes.count(2);
    await publish({ type: 'cut.off', message: '4' });
    assert.deepEqual(await seen.count(4), ['1', '2', '3', '4']);
  });

  test('wscat publishes what is typed', async (t) => {
    const lines = new Inbox();
    const wscat = startWscat('typed', lines);
    t.after(() => wscat.kill());
    await lines.count(1);
    wscat.stdin.write('{"op":"publish","event":{"type":"typed"},"ref":"a"}\n');
    const [, ...answers] = await lines.count(3);
    assert.equal(answers.find(({ op }) => op === 'published').ref, 'a');
    assert.equal(answers.find(({ op }) => !op).type, 'typed');
  });

  test('ws speaks: it publishes, is answered, and closes properly', async () => {
    const socket = new WebSocket(`ws://${thumpd.address}/v1/events?subscribe=false`);
    const replies = new Inbox();
    socket.on('message', (text) => replies.push(JSON.parse(text)));
    await replies.count(1);
    socket.send('{"op":"publish","event":{"type":"a"},"ref":7}');
    const [, { op, ref }] = await replies.count(2);
    assert.deepEqual([op, ref], ['published', 7]);
    socket.ping('still there?');
    await new Promise((resolve) => socket.once('pong', resolve));
    socket.close(1000);
    assert.equal(await new Promise((resolve) => socket.once('close', resolve)), 1000);
  });
});
