// The client for browsers and Node as others get it: packed, installed, compiled against, run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startThumpd } from '../js/thumpd.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

test('it can be packed, installed, typed against and used', { timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'thump-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const run = (program, ...flags) => execFileSync(program, flags, { cwd: folder, encoding: 'utf8' });

  const [{ filename }] = JSON.parse(run('npm', 'pack', '--json', '--offline', join(here, '../../js')));
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', filename);
  // Asked for by the program, not by the package.
  symlinkSync(join(here, 'node_modules/ws'), join(folder, 'node_modules/ws'));
  writeFileSync(join(folder, 'ws.d.ts'),
                `declare module 'ws' { const it: new (url: string) => unknown; export default it; }`);

  cpSync(join(here, 'consumer.ts'), join(folder, 'consumer.ts'));
  run(process.execPath, join(here, 'node_modules/typescript/bin/tsc'), '--strict', '--target', 'es2022',
      '--module', 'nodenext', '--lib', 'es2022,dom', 'consumer.ts', 'ws.d.ts');

  const thumpd = await startThumpd();
  t.after(() => thumpd.stop());
  const said = run(process.execPath, 'consumer.js', thumpd.url).trim().split('\n').sort();
  assert.deepEqual(said, ['1 n1 true', 'closed', 'refused 400 /type']);
});
