// An idle native program makes no system call: three seconds of sleep are one wait.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, tests } from '../support/env.js';
import { succeed } from '../support/process.js';

/** Names of the system calls that were made between the lines "idle" and "done". */
function callsBetween(trace) {
  const lines = trace.split('\n').map((line) => line.replace(/^\d+\s+/, ''));
  const first = lines.findIndex((line) => line.startsWith('write(1, "idle'));
  const last = lines.findIndex((line) => line.startsWith('write(1, "done'));
  assert.ok(first >= 0 && last > first, trace);
  return lines.slice(first + 1, last).map((line) => line.split('(')[0]);
}

test('three idle seconds are one wait', { skip: !tests('native') && 'native is not tested' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'corun-idle-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const trace = join(folder, 'trace');
  await succeed('strace', ['-f', '-o', trace, build('native-release', 'tests/api/idle')]);
  const calls = callsBetween(await readFile(trace, 'utf8'));
  assert.deepEqual(calls.filter((call) => /^epoll_p?wait2?$/.test(call)).length, 1, calls.join());
  // Before it: telling the kernel what to wait for is done when the first wait needs it.
  assert.deepEqual(calls.filter((call) => !/^epoll_(p?wait2?|ctl)$/.test(call)), []);
});
