// Module factories of Emscripten as source.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { Runner, run } from 'corun';
import { tests } from '../support/env.js';
import { emscripten, record, rejection, test } from './support/programs.js';

/** @type {any} */
let kit;
/** @type {any} */
let upper;
const wasm = emscripten('tests/js/programs/kit', '.wasm');

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
  assert.match(await refused({ wasm, worker: true }), /an Emscripten factory cannot cross to a Worker/);
  assert.match(await refused({ wasm, files: {} }), /an Emscripten module has its own file system/);
  assert.match((await rejection(run(wasm))).message, /was built by Emscripten/);
});
