// run() and Runner, in this thread and in a Worker: the cases that pages play too, and what is Node's own.
import assert from 'node:assert/strict';
import { CorunError, Runner, run } from 'corun';
import { cases as randomCases } from './cases/random.js';
import { cases as refusals } from './cases/refusals.js';
import { cases as runCases } from './cases/run.js';
import { cases as runnerCases, sharedCases, threadCases, wasiCases, workerCases } from './cases/runner.js';
import { playAll } from './support/cases.js';
import { kit, rejection, test } from './support/programs.js';

playAll('run', runCases);
playAll('a runner', runnerCases);
playAll('refusals', refusals);
playAll('stops', randomCases);
playAll('a runner', wasiCases);
playAll('a runner', threadCases, ['this thread']);
playAll('a runner', workerCases, ['a Worker']);
playAll('a runner', sharedCases, ['a Worker']);

test('the environment is given, and debug is one of its variables', async () => {
  const runner = await Runner.open(kit, {
    env: { LANG: 'fr', ÉTÉ: 'à midi' },
    debug: true,
    stdout: 'collect',
  });
  const { stdout } = await runner.run('environment', { args: ['', 'LANG', 'ÉTÉ', 'CORUN_DEBUG', 'HOME'] });
  await runner.close();
  assert.equal(stdout, 'LANG=fr\nÉTÉ=à midi\nCORUN_DEBUG=1\nHOME=(none)\n');
});

test('options that are wrong are refused in words', async (t) => {
  const wrong = {
    "run: unknown option 'sdtin'; did you mean 'stdin'?": { sdtin: '' },
    'run: signal is not an AbortSignal': { signal: {} },
    'run: args is not an array of strings without NUL': { args: ['a\0b'] },
    'run: env: "A=B" cannot be a name': { env: { 'A=B': '' } },
    'run: files and dirs cannot be combined': { files: {}, dirs: {} },
    'run: budget is not a positive number of milliseconds': { budget: 0 },
    'run: grace is more than 2147483647 milliseconds, the longest that a timer takes': { grace: Infinity },
    'stdin: text, bytes, a Blob, a readable stream or an async iterable is expected': { stdin: {} },
    'run: files: /a is a Blob: give new Uint8Array(await blob.arrayBuffer())': { files: { '/a': new Blob(['a']) } },
    'run: files: /a is neither text nor a Uint8Array': { files: { '/a': new ArrayBuffer(1) } },
    "stdout: 'inherit', 'collect', a function, a writable stream, or { to, as } is expected": {
      stdout: 'colect',
    },
    "stdout: 'collect' collects 'text' or 'bytes'": { stdout: { to: 'collect', as: 'lines' } },
    "stderr: 'as' is 'text', 'bytes' or 'lines', not \"words\"": { stderr: { to: 'collect', as: 'words' } },
    'wasm goes with an Emscripten factory only': { wasm: kit },
  };
  await t.test('no object at all', async () => {
    const error = await rejection(run(kit, /** @type {any} */ (null)));
    assert.equal(error.message, 'run: the options are not an object');
  });
  await t.test('an entry that is no name', async () => {
    const runner = await Runner.open(kit);
    const error = await rejection(runner.run(/** @type {any} */ (5)));
    await runner.close();
    assert.ok(error instanceof TypeError);
    assert.equal(error.message, 'runner.run: the entry is not a string');
  });
  for (const [message, options] of Object.entries(wrong)) {
    await t.test(message, async () => {
      const error = await rejection(run(kit, /** @type {any} */ (options)));
      assert.ok(error instanceof TypeError && !(error instanceof CorunError));
      assert.equal(error.message, message);
    });
  }
});
