// Emscripten's modules as source: by their factory, and by the URL of their script, as all cases of run() and Runner
// are played too.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before } from 'node:test';
import { CorunError, Runner, run } from 'corun';
import { tests } from '../support/env.js';
import { cases as refusals } from './cases/refusals.js';
import { cases as runCases } from './cases/run.js';
import { cases as runnerCases, sharedCases, threadCases, workerCases } from './cases/runner.js';
import { playAll } from './support/cases.js';
import { emscripten, places, record, rejection, test } from './support/programs.js';

/** @type {any} */
let kit;
/** @type {any} */
let upper;
const wasm = emscripten('tests/js/programs/kit', '.wasm');

playAll('run', runCases, undefined, 'Emscripten');
playAll('a runner', runnerCases, undefined, 'Emscripten');
playAll('refusals', refusals, undefined, 'Emscripten');
playAll('a runner', threadCases, ['this thread'], 'Emscripten');
playAll('a runner', workerCases, ['a Worker'], 'Emscripten');
playAll('a runner', sharedCases, ['a Worker'], 'Emscripten');

before(async () => {
  if (!tests('node')) return;
  ({ default: kit } = await import(emscripten('tests/js/programs/kit', '.mjs').href));
  ({ default: upper } = await import(emscripten('examples/upper', '.mjs').href));
});

/** @param {Record<string, unknown>} [options] */
async function open(options = {}) {
  const out = record();
  return { out, runner: await Runner.open(kit, { wasm, stdout: out.receive, ...options }) };
}

test('main gets its arguments and gives its value', async () => {
  const result = await run(kit, { wasm, args: ['kit', 'né', '日本'], stdout: 'collect' });
  assert.deepEqual(result, { status: 3, value: 3, stdout: '0:kit\n1:né\n2:日本\n' });
});

test('the environment is given', async () => {
  const { runner, out } = await open({ env: { ÉTÉ: 'à midi' } });
  await runner.run('environment', { args: ['', 'ÉTÉ'] });
  await runner.close();
  assert.equal(out.text, 'ÉTÉ=à midi\n');
});

test('stdin and stdout are streams', async () => {
  const stdin = new Blob(['abc'.repeat(100_000)]).stream();
  const { stdout } = await run(upper, {
    wasm: emscripten('examples/upper', '.wasm'),
    stdin,
    stdout: 'collect',
  });
  assert.equal(stdout, 'ABC'.repeat(100_000));
});

test('an unfinished last line is not lost', async () => {
  const { runner, out } = await open();
  await runner.run('halves');
  await runner.close();
  assert.equal(out.text, '日 one\ntwo');
});

test('an abort cancels main, which cleans up', async () => {
  const { runner, out } = await open();
  const controller = new AbortController();
  const running = runner.run('waits', { signal: controller.signal });
  await out.saw('waiting');
  controller.abort('enough');
  assert.equal(await rejection(running), 'enough');
  assert.equal(out.text, 'waiting\ncleaning up\nclean\n');
  assert.equal((await runner.run('nothing')).status, 0);
  await runner.close();
});

test('host calls are made, answered, and aborted with what waits for them', async () => {
  const { default: calls } = await import(emscripten('tests/js/programs/calls', '.mjs').href);
  /** @type {AbortSignal | undefined} */
  let waited;
  const runner = await Runner.open(calls, {
    wasm: emscripten('tests/js/programs/calls', '.wasm'),
    stdout: () => {},
    hostCalls: {
      echo: async (bytes) => bytes,
      large: () => new Uint8Array(1 << 24).fill(1),
      wait: (_bytes, { signal }) => ((waited = signal), new Promise(() => {})),
      after: () => {},
    },
  });
  assert.equal((await runner.run('many', { args: ['', '200'] })).value, 200);
  assert.equal((await runner.run('grows')).value, 1 << 24);
  assert.equal((await runner.run('limits')).status, 0);
  assert.equal(waited?.aborted, true);
  assert.equal((await rejection(runner.run('main', { args: ['', 'nothing'] }))).code, 'CORUN_NO_HOST_CALL');
  await runner.close();
});

test('corun_fetch', async () => {
  const { default: fetches } = await import(emscripten('tests/js/programs/fetches', '.mjs').href);
  const wasm = emscripten('tests/js/programs/fetches', '.wasm');
  const own = async (/** @type {Request} */ request) => new Response(`${request.method} ${await request.text()}`);
  const args = ['get', 'http://hive/', 'POST', '', 'honey'];
  assert.equal((await run(fetches, { wasm, args, stdout: 'collect', fetch: own })).stdout, '200 \nPOST honey');
});

test('exit() resolves with its status and ends the runner', async () => {
  const { runner, out } = await open();
  assert.equal((await runner.run('exits', { args: ['', '9'] })).status, 9);
  assert.equal(out.text, 'before exit');
  assert.equal((await rejection(runner.run('nothing'))).code, 'CORUN_CLOSED');
});

test('a trap rejects with the RuntimeError', async () => {
  const { runner, out } = await open();
  assert.ok((await rejection(runner.run('traps'))) instanceof WebAssembly.RuntimeError);
  assert.equal(out.text, 'before the trap\n');
});

test('an error has its name, message and chain of awaits', async () => {
  const { runner } = await open();
  const error = await rejection(runner.run('fails'));
  assert.deepEqual([error.code, error.message], ['ENOENT', 'no honey here']);
  assert.match(error.trace, /in inner .*\n.*in fails /);
  await runner.close();
});

test('what cannot be done is said', async () => {
  const refused = async (/** @type {any} */ options) => (await rejection(run(kit, options))).message;
  assert.match(await refused({}), /does not know in Node where its \.wasm lies/);
  assert.match(await refused({ wasm, worker: true }), /an Emscripten factory cannot cross to a Worker; give the URL of its module, which can/);
  assert.match(await refused({ wasm, files: {} }), /an Emscripten module has its own file system/);
  assert.match((await rejection(run(wasm))).message, /was built by Emscripten/);
  const renamed = async (/** @type {any} */ { instantiateWasm }) => (instantiateWasm({ a: {} }, () => {}), new Promise(() => {}));
  const error = await rejection(run(/** @type {any} */ (renamed), { wasm }));
  assert.equal(error.code, 'EMODULE');
  assert.match(error.message, /was linked with renamed imports \(-O3, -Os or -Oz\): link at -O2$/);
});

for (const { name, options } of places) {
  test(`in ${name}, by the URL of its script`, async (t) => {
    const script = emscripten('tests/js/programs/kit', '.mjs');
    /** @param {any} source @param {any} [more] */
    const error = async (source, more) => rejection(run(source, { ...options, ...more }));

    await t.test('as text, and with its .wasm from elsewhere', async () => {
      const more = { ...options, args: ['kit', 'b'], stdout: 'collect' };
      assert.equal((await run(script.href, /** @type {any} */ (more))).value, 2);
      assert.equal((await run(script, /** @type {any} */ ({ ...more, wasm: await readFile(wasm) }))).value, 2);
    });

    await t.test('what is not there is said', async () => {
      const none = new URL('none.mjs', script);
      const noWasm = await error(none);
      assert.equal(noWasm.code, 'ELOAD');
      assert.match(noWasm.message, /none\.wasm: ENOENT/);
      const noScript = await error(none, { wasm });
      assert.ok(noScript instanceof CorunError);
      assert.equal(noScript.code, 'ELOAD');
      assert.match(noScript.message, /^cannot load file:.*none\.mjs: Cannot find module/);
    });

    await t.test('a script that exports no factory is said to be one', async () => {
      const other = await error(new URL('data:text/javascript,export default 5//a.js'), { wasm });
      assert.equal(other.code, 'EMODULE');
      assert.match(other.message, /exports no Emscripten factory: link with -sMODULARIZE -sEXPORT_ES6$/);
    });
  });
}
