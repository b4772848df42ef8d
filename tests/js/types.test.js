// The types that the package ships: emitted from checked JSDoc, usable without Node's and esnext's.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/env.js';
import { execute } from '../support/process.js';

/** @param {string[]} args */
const tsc = (...args) =>
  execute(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { cwd: root });

test('the source is checked, and its types serve a page', async () => {
  const emitted = await tsc('-p', 'tsconfig.json', '--outDir', 'build/types');
  assert.equal(emitted.stdout, '');
  assert.equal(emitted.status, 0);
  await copyFile(join(root, 'web/index.d.ts'), join(root, 'build/index.d.ts'));
  for (const config of ['tsconfig.json', 'tsconfig.disposable.json']) {
    const used = await tsc('-p', `tests/js/types/${config}`);
    assert.equal(used.stdout, '');
    assert.equal(used.status, 0);
  }
});
