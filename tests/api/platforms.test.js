// docs/platforms.md says of each host what tests hold.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/env.js';
import { missingTests, withTable } from '../support/platforms.js';

test('every cell of the table is held by a test that is there', () => assert.deepEqual(missingTests(), []));

test('docs/platforms.md has the table as tests/platforms.json says it', () => {
  assert.equal(readFileSync(join(root, 'docs/platforms.md'), 'utf8'), withTable(), 'node tools/platforms.js writes it anew');
});
