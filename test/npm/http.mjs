// HTTP as the tests need it: any header, upgrades, connections kept and abandoned.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';

/** One exchange. With `stream` the body is only its first piece, and the connection is then cut. */
export async function exchange(url, { method = 'GET', headers = {}, body, agent, stream = false } = {}) {
  const request = http.request(url, { method, headers, agent: agent ?? new http.Agent() });
  request.end(body);
  const answer = await new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', resolve);
    request.once('upgrade', (response, socket) => { socket.destroy(); resolve(response); });
  });
  const result = { status: answer.statusCode, headers: answer.headers, body: '' };
  if (answer.statusCode === 101) return result;
  answer.setEncoding('utf8');
  if (stream) {
    [result.body] = await once(answer, 'data');
    request.destroy();
    return result;
  }
  for await (const piece of answer) result.body += piece;
  return result;
}

export const handshake = (version = 13) => ({
  Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': String(version),
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
});

/** A configuration of thumpd for the length of a test: the file's name. */
export async function configuration(values, context) {
  const folder = await mkdtemp(`${tmpdir()}/thump-`);
  context.after(() => rm(folder, { recursive: true }));
  await writeFile(`${folder}/thumpd.json`, JSON.stringify(values));
  return `${folder}/thumpd.json`;
}
