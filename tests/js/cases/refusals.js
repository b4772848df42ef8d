// What goes wrong, and what is left of it: nothing.
import { assert } from 'chai';
import { CorunError, Runner, run } from 'corun';
import { nothingLeft, record, rejection } from './support.js';

/** @typedef {import('./support.js').Case} Case */

/** Every way of failing once. @type {Record<string, (t: Case) => Promise<unknown>>} */
const failures = {
  'no such module': (t) => rejection(run(`no/such${/\.\w+$/.exec(String(t.kit))?.[0]}`, t.options)),
  'no module': (t) => rejection(run(new Uint8Array([1, 2, 3]), t.options)),
  'a file whose bytes are somewhere else': (t) => {
    const moved = new Uint8Array(5);
    structuredClone(moved, { transfer: [moved.buffer] });
    return rejection(run(t.kit, { ...t.options, files: { '/a': moved } }));
  },
  'no such entry': async (t) => {
    const { runner } = await t.open();
    await rejection(runner.run('nowhere'));
    await runner.close();
  },
  'a trap': async (t) => {
    const { runner } = await t.open();
    await rejection(runner.run('traps'));
    await runner.close();
  },
  'no more memory': async (t) => {
    const { runner } = await t.open();
    assert.strictEqual((await rejection(runner.run('hoards'))).code, 'ENOMEM');
    await runner.close();
  },
  'exit()': async (t) => {
    const { runner } = await t.open();
    await runner.run('exits');
    await runner.close();
  },
  'an error': async (t) => {
    const { runner } = await t.open();
    await rejection(runner.run('fails'));
    await runner.close();
  },
  'an abort before': (t) => rejection(run(t.kit, { ...t.options, signal: AbortSignal.abort() })),
  'an abort in the middle': async (t) => {
    const controller = new AbortController();
    const out = record();
    const runner = await Runner.open(t.kit, { ...t.options, grace: 100_000, stdout: out.receive });
    const running = runner.run('waits', { signal: controller.signal });
    await out.saw('waiting');
    controller.abort();
    await rejection(running);
    await runner.close();
  },
  'an exit() during the cleanup': async (t) => {
    const controller = new AbortController();
    const out = record();
    const options = { ...t.options, args: ['', 'exit'], grace: 100_000, stdout: out.receive, signal: controller.signal };
    const running = run(t.place.program('leaves'), options);
    await out.saw('waiting');
    controller.abort();
    assert.strictEqual((await running).status, 3);
  },
  'a kill': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('waits');
    await out.saw('waiting');
    runner.kill();
    await rejection(running);
  },
  'an output that throws': async (t) => {
    const stdout = () => {
      throw new Error('no ink');
    };
    const runner = await Runner.open(t.kit, { ...t.options, stdout });
    assert.strictEqual((await rejection(runner.run('waits'))).message, 'no ink');
    runner.kill();
  },
  'an input that throws': async (t) => {
    async function* stdin() {
      yield 'abc';
      throw new Error('the line is dead');
    }
    const error = await rejection(run(t.place.example('upper'), { ...t.options, stdin: stdin(), stdout: 'collect' }));
    assert.strictEqual(error.cause.message, 'the line is dead');
  },
};

/** @type {Record<string, import('./support.js').Play>} */
export const cases = Object.fromEntries(
  Object.entries(failures).map(([what, fail]) => [
    `${what}: no Worker, timer or listener is left`,
    async (t) => {
      const before = t.place.alive();
      await fail(t);
      await t.end();
      await nothingLeft(t, before);
    },
  ]),
);

cases['called from inside a turn, by its own output'] = async (t) => {
  const said = /** @type {string[]} */ ([]);
  const told = (/** @type {Promise<unknown>} */ promise) => promise.then(() => 'done', (error) => error.code ?? error.name);
  const asked = /** @type {Promise<unknown>[]} */ ([]);
  const stdout = () => {
    if (asked.length > 0) return;
    asked.push(told(runner.run('nothing')), told(runner.close()), told(runner.tasks()));
    said.push(String(runner.interrupt()));
  };
  const runner = await Runner.open(t.kit, { ...t.options, stdout });
  t.after(() => runner.kill());
  assert.strictEqual((await rejection(runner.run('waits'))).name, 'AbortError');
  assert.deepEqual(await Promise.all(asked), ['CORUN_RUNNING', 'CORUN_RUNNING', 'done']);
  assert.deepEqual(said, ['true']);
  assert.strictEqual((await runner.run('nothing')).status, 0);
};

cases['killed from inside a turn, by its own output'] = async (t) => {
  const runner = await Runner.open(t.kit, { ...t.options, stdout: () => runner.kill() });
  assert.strictEqual((await rejection(runner.run('yields'))).code, 'EKILLED');
  const closed = await rejection(runner.run('nothing'));
  assert.ok(closed instanceof CorunError);
  assert.strictEqual(closed.code, 'CORUN_CLOSED');
};

cases['what is no signal, and options that are unknown'] = async (t) => {
  const wrong = {
    "run: unknown option 'sdtin'; did you mean 'stdin'?": { sdtin: '' },
    'run: signal is not an AbortSignal': { signal: {} },
  };
  for (const [message, options] of Object.entries(wrong)) {
    const error = await rejection(run(t.kit, /** @type {any} */ ({ ...t.options, ...options })));
    assert.ok(error instanceof TypeError);
    assert.strictEqual(error.message, message);
  }
  const opening = Runner.open(t.kit, /** @type {any} */ ({ signal: AbortSignal.abort() }));
  assert.strictEqual((await rejection(opening)).message, "Runner.open: unknown option 'signal'; runner.run takes it");
  const runner = await Runner.open(t.kit, t.options);
  const running = runner.run('nothing', /** @type {any} */ ({ worker: true }));
  assert.strictEqual((await rejection(running)).message, "runner.run: unknown option 'worker'; Runner.open takes it");
  await runner.close();
};
