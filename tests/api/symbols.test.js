// The library exports what tests/api/symbols.txt lists, in both ways of building it, and nothing but
// names of its own. After a wanted change: node tools/update-symbols.js
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build, tests } from '../support/env.js';
import { exported } from '../support/symbols.js';

const expected = readFileSync(new URL('symbols.txt', import.meta.url), 'utf8').split('\n').filter(Boolean);

test('exported symbols', { skip: !tests('native') && 'native is not tested' }, async (t) => {
  for (const preset of ['native-release', 'native-separate']) {
    await t.test(preset, async () => {
      const found = await exported(build(preset, 'libcorun.a'));
      assert.deepEqual(found.filter((name) => !expected.includes(name)), [], 'not listed');
      assert.deepEqual(expected.filter((name) => !found.includes(name)), [], 'not exported');
    });
  }
  await t.test('all begin with corun_', () => {
    assert.deepEqual(expected.filter((name) => !name.startsWith('corun_')), []);
  });
});
