// doc/openapi.yaml: valid, served, and true: what it lists exists, what exists it lists.

import Ajv from 'ajv/dist/2020.js';
import { Validator } from '@seriousme/openapi-schema-validator';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { startThumpd } from '../js/thumpd.mjs';
import { configuration, exchange, handshake } from './http.mjs';
import { Document, pointer, read } from './schemas.mjs';

const openapi = new Document('doc/openapi.yaml', Ajv);
const json = { 'Content-Type': 'application/json' };
const foreign = { Origin: 'http://elsewhere.example' };
const big = JSON.stringify({ type: 'a', data: 'x'.repeat(70_000) });
const full = { type: 'task.failed', id: 'e-1', timestamp: '2026-11-23T19:16:24Z', message: 'm',
               metadata: { task_id: 't1' }, source: '/tests', data: { n: [1, null] } };

// [method, path in the document, status, request]: each answer that the document lists, but for
// those of a server that drains.
const exchanges = [
  ['get', '/v1/events', 101, { headers: handshake() }],
  ['get', '/v1/events', 200, { headers: { Accept: 'text/event-stream' }, stream: true }],
  ['get', '/v1/events', 400, { query: '?limit=0' }],
  ['get', '/v1/events', 403, { headers: { ...handshake(), ...foreign } }],
  ['get', '/v1/events', 410, { query: '?since=another:7' }],
  ['get', '/v1/events', 426, { headers: handshake(12) }],
  ['post', '/v1/events', 202, { query: '?receipt=full', body: JSON.stringify([full]) }],
  ['post', '/v1/events', 202, { body: JSON.stringify(full) }],
  ['post', '/v1/events', 400, { body: '[{"type":"a"},{"type":"a","message":5}]' }],
  ['post', '/v1/events', 400, { body: '{"type":}' }],
  ['post', '/v1/events', 403, { body: '{"type":"a"}', headers: foreign }],
  ['post', '/v1/events', 413, { body: big }],
  ['post', '/v1/events', 415, { body: 'a', headers: { 'Content-Type': 'text/csv' } }],
  ['get', '/v1/events', 200, { query: '?limit=10' }],
  ['get', '/v1/types', 200, {}],
  ['get', '/v1/stats', 200, {}],
  ['get', '/v1/subscribers', 200, { query: '?sort=lag' }],
  ['get', '/v1/subscribers', 400, { query: '?sort=size' }],
  ['delete', '/v1/subscribers/{id}', 404, { at: '/v1/subscribers/999999' }],
  ['delete', '/v1/subscribers/{id}', 403, { at: '/v1/subscribers/1', headers: foreign }],
  ['delete', '/v1/subscribers/{id}', 204, { at: '/v1/subscribers/1' }],
  ['get', '/healthz', 200, {}],
  ['get', '/metrics', 200, {}],
  ['get', '/metrics', 200, { headers: { Accept: 'application/openmetrics-text' } }],
  ['get', '/readyz', 200, {}],
  ['get', '/{file}', 404, { at: '/nothing.js' }],
  ...['index.html', 'style.css', 'thump.js', 'logo.svg'].map(
    (file) => ['get', '/{file}', 200, { at: `/${file}` }]),
  ['get', '/{file}', 304, { at: '/thump.js', again: true }],
  ...['/', '/openapi.yaml', '/asyncapi.yaml'].flatMap(
    (path) => [['get', path, 200, {}], ['get', path, 304, { again: true }]]),
];
const answered = new Set();

/** Asserts that the answer is as the document says of it. */
function checkAnswer(method, path, answer) {
  const operation = pointer('paths', path, method);
  const listed = openapi.resolve(operation + pointer('responses', answer.status));
  const response = openapi.at(listed);
  assert.ok(response, `${method} ${path}: ${answer.status} is not listed: ${answer.body.slice(0, 300)}`);
  answered.add(`${method} ${path} ${answer.status}`);
  for (const name of Object.keys(response.headers ?? {}))
    assert.ok(answer.headers[name.toLowerCase()], `${method} ${path} ${answer.status} has no ${name}`);
  if (!response.content) return assert.equal(answer.body, '');
  const [type] = answer.headers['content-type'].split(';');
  assert.ok(type in response.content, `${method} ${path} ${answer.status}: ${type} is not listed`);
  if (/[/+]json$/.test(type))
    openapi.check(listed + pointer('content', type, 'schema'), JSON.parse(answer.body));
}

test('is valid OpenAPI 3.1 of this version', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(openapi.text);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
  assert.equal(openapi.root.info.version, /project\(thump VERSION (\S+)/.exec(read('CMakeLists.txt'))[1]);
});

describe('with a server', () => {
  let thumpd;
  const parameters = openapi.at('/paths/~1v1~1events/get/parameters')
    .map(({ $ref }) => $ref && openapi.at($ref.slice(1))).filter(Boolean);

  before(async () => { thumpd = await startThumpd(); });
  after(() => thumpd.stop());

  test('is served', async () => {
    const answer = await exchange(`${thumpd.url}/openapi.yaml`);
    assert.equal(answer.headers['content-type'], 'application/yaml');
    assert.equal(answer.body, openapi.text);
  });

  test('lists every route, and no other', async () => {
    const source = read('src/net/routes.cpp');
    const routes = [...source.matchAll(/^ {4}\{"(\/[^"]*)", "([A-Z, ]+)"/gm)].map(([, path]) => path);
    assert.ok(routes.length > 5, 'src/net/routes.cpp is not read as it is written');
    const pages = ['/', '/{file}', '/openapi.yaml', '/asyncapi.yaml'];
    assert.deepEqual(Object.keys(openapi.root.paths).sort(),
                     [...routes, '/v1/subscribers/{id}', ...pages].sort());
  });

  test('lists the methods that each route allows', async () => {
    for (const [path, operations] of Object.entries(openapi.root.paths)) {
      const at = path.replace('{id}', '1').replace('{file}', 'thump.js');
      const { headers } = await exchange(thumpd.url + at, { method: 'OPTIONS' });
      const allowed = headers.allow.split(', ').filter((name) => !['HEAD', 'OPTIONS'].includes(name));
      assert.deepEqual(Object.keys(operations).map((name) => name.toUpperCase()).sort(), allowed.sort(), path);
    }
  });

  test('lists the parameters of a stream, and no other', async () => {
    const table = /::parameters\[\] = \{\n(.*?)\n\};/s.exec(read('src/wire/stream_request.cpp'))[1];
    const real = [...table.matchAll(/\{"(\w+)"/g)].map(([, name]) => name);
    assert.deepEqual(parameters.map(({ name }) => name).sort(), [...real, 'meta'].sort());
    for (const { name, schema, example, ...more } of parameters) {
      const values = schema.enum ?? openapi.at(schema.$ref?.slice(1) ?? '')?.enum ?? [example];
      for (const value of values) {
        const query = more['x-example-query'] ?? `${name}=${encodeURIComponent(value)}`;
        const answer = await exchange(`${thumpd.url}/v1/events?${query}`);
        assert.ok([200, 410].includes(answer.status), `${query}: ${answer.body}`);
      }
    }
    assert.equal((await exchange(`${thumpd.url}/v1/events?nothing=1`)).status, 400);
  });

  test('lists the values of other parameters', async () => {
    const sort = openapi.at('/paths/~1v1~1subscribers/get/parameters/0/schema/enum');
    for (const value of sort)
      assert.equal((await exchange(`${thumpd.url}/v1/subscribers?sort=${value}`)).status, 200, value);
  });

  test('lists the media types that can be published', async () => {
    const { headers } = await exchange(`${thumpd.url}/v1/events`,
                                       { method: 'POST', body: 'a', headers: { 'Content-Type': 'text/csv' } });
    const content = openapi.at('/paths/~1v1~1events/post/requestBody/content');
    assert.deepEqual(Object.keys(content).sort(), headers['accept-post'].split(', ').sort());
    for (const [type, { examples, schema }] of Object.entries(content))
      for (const { value } of Object.values(examples)) {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        if (schema.oneOf) openapi.check(`/paths/~1v1~1events/post/requestBody/content${pointer(type)}/schema`, value);
        const { status, body } = await exchange(`${thumpd.url}/v1/events`,
                                                { method: 'POST', body: text, headers: { 'Content-Type': type } });
        assert.equal(status, 202, body);
      }
  });

  test('tells what an event may be', async () => {
    const schema = '/components/schemas/NewEvent';
    openapi.check(schema, full);
    assert.deepEqual(openapi.unseen(schema), []);
    const bad = [{}, { type: 'no good' }, { type: 'a', seq: 1 }, { type: 'a', metadata: { n: 1 } },
                 { type: 'a', message: 5 }, { type: 'a', timestamp: 'today' }, { type: 'a', source: 'no good' }];
    for (const event of bad) {
      assert.ok(!openapi.fits(schema, event), JSON.stringify(event));
      const { status } = await exchange(`${thumpd.url}/v1/events`,
                                        { method: 'POST', body: JSON.stringify(event), headers: json });
      assert.equal(status, 400, JSON.stringify(event));
    }
  });
});

test('every answer that it lists is given, with every field', async (t) => {
  const config = await configuration({
    broker: { dedup_window: '1h' }, server: { close_timeout: '30s', drain_timeout: '1m' },
  }, t);
  const thumpd = await startThumpd('127.0.0.1:0', '--config', config);
  t.after(() => thumpd.stop('SIGKILL'));
  const stream = await subscribeSilently(thumpd);
  t.after(() => stream.destroy());

  for (const [method, path, status, { at, query = '', again, headers, ...options }] of exchanges) {
    const url = thumpd.url + (at ?? path) + query;
    const all = { ...(options.body ? json : {}), ...headers };
    if (again) all['If-None-Match'] = (await exchange(url)).headers.etag;
    const answer = await exchange(url, { method: method.toUpperCase(), headers: all, ...options });
    assert.equal(answer.status, status, `${method} ${url}: ${answer.body.slice(0, 300)}`);
    checkAnswer(method, path, answer);
  }
  stream.destroy();
  await whileDraining(thumpd);

  const listed = [];
  const unseen = new Set();
  for (const [path, operations] of Object.entries(openapi.root.paths))
    for (const [method, { responses }] of Object.entries(operations))
      for (const status of Object.keys(responses).filter((name) => name !== 'default')) {
        listed.push(`${method} ${path} ${status}`);
        const response = openapi.resolve(pointer('paths', path, method, 'responses', status));
        for (const type of Object.keys(openapi.at(response).content ?? {}))
          for (const place of openapi.unseen(response + pointer('content', type, 'schema')))
            unseen.add(place);
      }
  assert.deepEqual(listed.filter((one) => !answered.has(one)), [], 'never answered');
  assert.deepEqual([...unseen], [], 'never seen');
});

/** A WebSocket that never says another word, so that a drain has to wait for it. */
async function subscribeSilently({ address }) {
  const [host, port] = address.split(':');
  const socket = net.connect(Number(port), host);
  const lines = Object.entries({ Host: address, ...handshake() }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /v1/events?name=silent HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'data');
  return socket;
}

/** Requests on connections that are open when the server begins to drain. */
async function whileDraining(thumpd) {
  const stream = await subscribeSilently(thumpd);
  const requests = [['get', '/readyz', {}],
                    ['get', '/v1/events', { headers: handshake() }],
                    ['post', '/v1/events', { body: '{"type":"a"}', headers: json }]];
  const agents = requests.map(() => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  for (const agent of agents) await exchange(`${thumpd.url}/healthz`, { agent });
  const stopped = thumpd.stop('SIGTERM');
  for (const [index, [method, path, options]] of requests.entries()) {
    let answer;
    do   // until the signal has arrived
      answer = await exchange(thumpd.url + path, { method: method.toUpperCase(), agent: agents[index],
                                                   ...options });
    while (answer.status !== 503);
    checkAnswer(method, path, answer);
  }
  stream.destroy();
  for (const agent of agents) agent.destroy();
  return stopped;
}
