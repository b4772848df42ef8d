// run(): how programs end, in this thread and in a Worker.
import assert from 'node:assert/strict';
import { CorunError, run } from 'corun';
import { example, kit, places, record, rejection, test } from './support/programs.js';

for (const { name, options } of places) {
  test(`run in ${name}`, async (t) => {
    await t.test('gives status, value and output', async () => {
      const result = await run(kit, { ...options, args: ['kit', 'né', '日本', ''], stdout: 'collect' });
      assert.deepEqual(result, { status: 4, value: 4, stdout: '0:kit\n1:né\n2:日本\n3:\n' });
    });

    await t.test('rejects with the reason of the abort, after the cleanup', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const out = record();
      const running = run(example('countdown'), {
        ...options,
        stdout: out.receive,
        signal: controller.signal,
      });
      await out.saw('5\n');
      controller.abort(reason);
      assert.equal(await rejection(running), reason);
      assert.equal(out.text, '5\naborted at 5, cleaning up\nclean\n');
    });

    await t.test('a signal aborted before: main never starts', async () => {
      const out = record();
      const signal = AbortSignal.abort('early');
      assert.equal(await rejection(run(kit, { ...options, stdout: out.receive, signal })), 'early');
      assert.equal(out.text, '');
    });

    await t.test('a signal aborted while the module loads: main never starts', async () => {
      const controller = new AbortController();
      const out = record();
      const running = run(kit, { ...options, stdout: out.receive, signal: controller.signal });
      controller.abort('soon');
      assert.equal(await rejection(running), 'soon');
      assert.equal(out.text, '');
    });

    await t.test('an abort after the end does nothing', async () => {
      const controller = new AbortController();
      assert.equal((await run(kit, { ...options, stdout: 'collect', signal: controller.signal })).status, 1);
      controller.abort();
    });
  });
}

test('the environment is given, and debug is one of its variables', async () => {
  const { Runner } = await import('corun');
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
    'stdin: text, bytes, a readable stream or an async iterable is expected': { stdin: 5 },
    "stdout: 'inherit', 'collect', a function, a writable stream, or { to, as } is expected": {
      stdout: 'colect',
    },
    "stderr: 'as' is 'text', 'bytes' or 'lines', not \"words\"": { stderr: { to: 'collect', as: 'words' } },
    'wasm goes with an Emscripten factory only': { wasm: kit },
  };
  for (const [message, options] of Object.entries(wrong)) {
    await t.test(message, async () => {
      const error = await rejection(run(kit, /** @type {any} */ (options)));
      assert.ok(error instanceof TypeError && !(error instanceof CorunError));
      assert.equal(error.message, message);
    });
  }
});
