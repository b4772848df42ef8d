// run(): how programs end, and every moment at which they can be aborted.
import { assert } from 'chai';
import { Runner, run } from 'corun';
import { pause, record, rejection } from './support.js';

/** @type {Record<string, import('./support.js').Play>} */
export const cases = {
  'gives status, value and output': async (t) => {
    const result = await run(t.kit, { ...t.options, args: ['kit', 'né', '日本', ''], stdout: 'collect' });
    assert.deepEqual(result, { status: 4, value: 4, stdout: '0:kit\n1:né\n2:日本\n3:\n' });
  },

  'rejects with the reason of the abort, after the cleanup': async (t) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const out = record();
    const running = run(t.place.example('countdown'), {
      ...t.options,
      stdout: out.receive,
      signal: controller.signal,
    });
    await out.saw('5\n');
    controller.abort(reason);
    assert.strictEqual(await rejection(running), reason);
    assert.strictEqual(out.text, '5\naborted at 5, cleaning up\nclean\n');
  },

  'a signal aborted before: main never starts': async (t) => {
    const out = record();
    const signal = AbortSignal.abort('early');
    assert.strictEqual(await rejection(run(t.kit, { ...t.options, stdout: out.receive, signal })), 'early');
    assert.strictEqual(out.text, '');
  },

  'a signal aborted while the module loads: main never starts': async (t) => {
    const controller = new AbortController();
    const out = record();
    const running = run(t.kit, { ...t.options, stdout: out.receive, signal: controller.signal });
    controller.abort('soon');
    assert.strictEqual(await rejection(running), 'soon');
    assert.strictEqual(out.text, '');
  },

  'what was collected comes with the error too: of main, of a trap, of a kill': async (t) => {
    const kinds = { fails: /^/, traps: /^before the trap\n$/, waits: /^waiting/ };
    for (const [entry, wanted] of Object.entries(kinds)) {
      const runner = await Runner.open(t.kit, { ...t.options, stdout: 'collect', stderr: 'collect' });
      const running = runner.run(entry);
      if (entry === 'waits') {
        while ((await runner.tasks())[0]?.state !== 'pending') await pause(10);
        runner.kill();
      }
      const error = await rejection(running);
      assert.match(error.stdout, wanted, entry);
      assert.strictEqual(error.stderr, '', entry);
      await runner.close();
    }
  },

  'an abort after the end does nothing': async (t) => {
    const controller = new AbortController();
    assert.strictEqual((await run(t.kit, { ...t.options, stdout: 'collect', signal: controller.signal })).status, 1);
    controller.abort();
  },

  'AbortSignal.timeout() aborts with its TimeoutError': async (t) => {
    const out = record();
    const signal = AbortSignal.timeout(50);
    const running = run(t.place.example('countdown'), { ...t.options, stdout: out.receive, signal });
    assert.strictEqual((await rejection(running)).name, 'TimeoutError');
    assert.match(out.text, /^5\naborted at 5, cleaning up\nclean\n$|^$/);
  },

  'a second abort during the cleanup changes nothing: a signal fires once': async (t) => {
    const out = record();
    const controller = new AbortController();
    const running = run(t.place.example('countdown'), { ...t.options, stdout: out.receive, signal: controller.signal });
    await out.saw('5\n');
    controller.abort('first');
    await out.saw('cleaning up');
    controller.abort('second');
    assert.strictEqual(await rejection(running), 'first');
    assert.strictEqual(out.text, '5\naborted at 5, cleaning up\nclean\n');
  },

  'two runs at once, one of them aborted': async (t) => {
    const [one, other] = [record(), record()];
    const controller = new AbortController();
    const stopped = run(t.place.example('countdown'), { ...t.options, stdout: one.receive, signal: controller.signal });
    const finished = run(t.kit, { ...t.options, args: ['kit', 'b'], stdout: other.receive });
    await one.saw('5\n');
    controller.abort('one');
    assert.strictEqual(await rejection(stopped), 'one');
    assert.strictEqual((await finished).value, 2);
    assert.strictEqual(other.text, '0:kit\n1:b\n');
  },

  'listeners of a signal go with the run': async (t) => {
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener: add, removeEventListener: remove } = signal;
    signal.addEventListener = (/** @type {any[]} */ ...args) => (listeners++, add.apply(signal, /** @type {any} */ (args)));
    signal.removeEventListener = (/** @type {any[]} */ ...args) => (listeners--, remove.apply(signal, /** @type {any} */ (args)));
    await run(t.kit, { ...t.options, stdout: 'collect', signal });
    await rejection(run('data:,nothing', { ...t.options, signal }));
    assert.strictEqual(listeners, 0);
  },

  'grace goes on while what main has left cleans up': async (t) => {
    const out = record();
    const controller = new AbortController();
    const running = run(t.place.program('leaves'), { ...t.options, grace: 50, stdout: out.receive, signal: controller.signal });
    await out.saw('waiting');
    controller.abort('enough');
    assert.strictEqual(await rejection(running), 'enough');
    assert.match(out.text, /^waiting\n(closing\n)?$/);
  },

  'grace ends a run whose output never arrives': async (t) => {
    const controller = new AbortController();
    const out = record();
    const stdout = (/** @type {string} */ text) => (out.receive(text), new Promise(() => {}));
    const running = run(t.kit, { ...t.options, grace: 50, stdout, signal: controller.signal });
    await out.saw('0:');
    await pause(50); // until main has ended
    controller.abort();
    assert.strictEqual((await rejection(running)).code, 'EKILLED');
  },

  'an output that fails without a reason has failed': async (t) => {
    const aborted = new WritableStream();
    await aborted.abort();
    for (const stdout of [aborted, () => Promise.reject()]) {
      assert.strictEqual((await rejection(run(t.kit, { ...t.options, stdout }))).message, 'the output failed');
    }
  },

  'a source that rejects is told once, also when nobody has come to wait for it': async (t) => {
    const { rejections } = t.place.alive();
    const source = () => Promise.reject(new Error('no source'));
    assert.strictEqual((await rejection(run(source(), { ...t.options, stdout: { to: 'collect', as: 'bytes' } }))).message, 'no source');
    assert.strictEqual(await rejection(run(source(), { ...t.options, signal: AbortSignal.abort('early') })), 'early');
    await rejection(run(source(), { ...t.options, stdin: /** @type {any} */ (5) }));
    await rejection(Runner.open(source(), { ...t.options, stdin: /** @type {any} */ (5) }));
    await rejection(run(t.kit, { ...t.options, wasm: source(), stdin: /** @type {any} */ (5) }));
    await pause(0);
    assert.strictEqual(t.place.alive().rejections, rejections);
  },

  'a stream is given back when nothing could be run': async (t) => {
    const stdin = new Blob(['abc']).stream();
    await rejection(run(new Uint8Array(8), { ...t.options, stdin }));
    assert.strictEqual(await new Response(stdin).text(), 'abc');
  },

  'input comes as text, as bytes, as a stream and as an async iterable': async (t) => {
    async function* parts() {
      yield 'a';
      await pause(5);
      yield new TextEncoder().encode('bc');
    }
    for (const stdin of ['abc', new TextEncoder().encode('abc'), new Blob(['abc']).stream(), parts()]) {
      const { stdout } = await run(t.place.example('upper'), { ...t.options, stdin, stdout: 'collect' });
      assert.strictEqual(stdout, 'ABC');
    }
  },
};
