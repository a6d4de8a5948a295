// The package as npm would publish it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../../js/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', folder)));

test('it has the version of the whole', () => {
  const cmake = readFileSync(new URL('../../CMakeLists.txt', import.meta.url), 'utf8');
  assert.equal(manifest.version, /project\(thump VERSION (\S+)/.exec(cmake)[1]);
});

test('it holds what it exports, the types, the licence, and nothing else', (t) => {
  let packed;
  try {
    packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--offline'], { cwd: folder });
  } catch (error) {
    if (error.code === 'ENOENT') return t.skip('there is no npm here');
    throw error;
  }
  const [{ files }] = JSON.parse(packed);
  assert.deepEqual(files.map(({ path }) => path).sort(),
                   ['LICENSE', 'README.md', 'package.json', 'thump.d.ts', 'thump.js']);
});

test('its licence is the whole\'s', () => {
  const read = (url) => readFileSync(url, 'utf8');
  assert.equal(read(new URL('LICENSE', folder)), read(new URL('../LICENSE', folder)));
});

test('its types declare what it exports', async () => {
  const declared = [...readFileSync(new URL('thump.d.ts', folder), 'utf8')
    .matchAll(/^export declare (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(declared.sort(), Object.keys(await import(new URL('thump.js', folder))).sort());
});
