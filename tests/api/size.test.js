/* What a program pays for Corun in bytes, which does not depend on the machine. The numbers are in docs/benchmarks.md. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countdownSizes } from '../../bench/size.js';

const most = 30_800;

test('countdown.wasm does not grow', async () => {
  const sizes = await countdownSizes();
  assert.ok(sizes, 'there is a clang for WASI');
  const share = sizes.whole - sizes.baseline;
  assert.ok(share <= most, `Corun's share is ${share} bytes, and ${most} at most were said: say more in this file if it is worth it`);
});
