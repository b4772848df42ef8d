// Host calls: what the program asks of the embedder's functions, and what becomes of it in every case. The guest's half by
// itself: host-calls-guest.test.js.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test as anyTest } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CorunError, Runner, run } from 'corun';
import { noLeak } from './support/leaks.js';
import { calls, places, record, rejection, test } from './support/programs.js';

/** @typedef {import('../../web/src/perform.js').HostFunction} HostFunction */

/** Something that is told when it happens. @template T */
function promised() {
  /** @type {(value: T) => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  /** @type {Promise<T>} */
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** A function that answers when the test says so; it tells when it has been asked, and with which signal. */
function pending() {
  const asked = promised();
  const answer = promised();
  return {
    asked: /** @type {Promise<AbortSignal>} */ (asked.promise),
    answer,
    /** @type {HostFunction} */
    wait(_bytes, { signal }) {
      asked.resolve(signal);
      return /** @type {Promise<any>} */ (answer.promise);
    },
  };
}

/** @param {AbortSignal} signal */
const aborted = (signal) =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));

const after = () => 'well';

for (const { name, options } of places) {
  test(`host calls in ${name}`, async (t) => {
    const leftNothing = await noLeak(() => run(calls, { ...options, args: ['', 'it'], hostCalls: { it: after } }));

    /**
     * A runner that is killed when `t` ends.
     *
     * @param {import('node:test').TestContext} t
     * @param {Record<string, HostFunction>} hostCalls
     */
    async function open(t, hostCalls) {
      const out = record();
      const runner = await Runner.open(calls, { ...options, hostCalls, stdout: out.receive, stderr: out.receive });
      t.after(async () => {
        runner.kill();
        await runner.close();
      });
      return { runner, out };
    }

    /** What a program gets that asks one function. @param {HostFunction} asked */
    async function answerOf(asked, bytes = '') {
      const { value } = await run(calls, { ...options, args: ['', 'it', bytes], hostCalls: { it: asked } });
      assert.ok(value instanceof Uint8Array);
      return value;
    }

    /** How a program ends that asks one function. @param {HostFunction} asked */
    async function failureOf(asked) {
      const error = await rejection(answerOf(asked));
      assert.ok(error instanceof CorunError);
      assert.match(error.trace, /^ {2}in ask \(.*calls\.c:\d+\)\n$/);
      return [error.code, error.message];
    }

    await t.test('bytes go and come', async () => {
      const text = new TextEncoder();
      assert.deepEqual(await answerOf(async (bytes) => bytes.map((byte) => byte + 1), 'abc'), text.encode('bcd'));
      assert.deepEqual(await answerOf((bytes) => bytes.buffer, 'né'), text.encode('né'));
      assert.deepEqual(await answerOf((bytes) => new Uint16Array([bytes.length]), 'abc'), new Uint8Array([3, 0]));
      assert.deepEqual(await answerOf((bytes) => bytes.subarray(1, 2), 'abc'), text.encode('b'));
      assert.deepEqual(await answerOf(() => '日本'), text.encode('日本'));
      assert.deepEqual(await answerOf(() => undefined), new Uint8Array(0));
      assert.deepEqual(await answerOf(async () => null), new Uint8Array(0));
    });

    await t.test('the function is called as a method of its object, and keeps what it was asked with', async (t) => {
      /** @type {Uint8Array | undefined} */
      let kept;
      const { runner } = await open(t, {
        /** @this {any} */
        it(bytes) {
          kept = bytes;
          return this.other();
        },
        other: () => 'other',
      });
      assert.deepEqual((await runner.run('main', { args: ['', 'it', 'abc'] })).value, new TextEncoder().encode('other'));
      assert.equal((await runner.run('main', { args: ['', 'other', 'xyz'] })).status, 0);
      assert.deepEqual(kept, new TextEncoder().encode('abc'));
    });

    await t.test('what the embedder does with its answer afterwards is not seen', async () => {
      const answer = new Uint8Array([1, 2, 3]);
      const got = await answerOf(() => {
        setImmediate(() => answer.fill(9));
        return answer;
      });
      assert.deepEqual(got, new Uint8Array([1, 2, 3]));
    });

    await t.test('what it throws has its name and message, and its code if C knows that', async () => {
      const thrown = (/** @type {unknown} */ error) => failureOf(() => Promise.reject(error));
      const withCode = (/** @type {unknown} */ code) => thrown(Object.assign(new Error('no'), { code }));
      assert.deepEqual(await failureOf(() => { throw new TypeError('not now'); }), ['CORUN_HOST_ERROR', 'TypeError: not now']);
      assert.deepEqual(await thrown(new RangeError('too far')), ['CORUN_HOST_ERROR', 'RangeError: too far']);
      assert.deepEqual(await thrown(new DOMException('done', 'AbortError')), ['CORUN_HOST_ERROR', 'AbortError: done']);
      assert.deepEqual(await withCode('ENOENT'), ['ENOENT', 'Error: no']);
      assert.deepEqual(await withCode('CORUN_USER-7'), ['CORUN_USER-7', 'Error: no']);
      assert.deepEqual(await withCode('ERR_INVALID_URL'), ['CORUN_HOST_ERROR', 'Error: no']);
      for (const code of ['CORUN_CANCELLED', 'CORUN_INTERRUPTED', 'CORUN_SYSTEM_EXIT', 'OK', 'ERROR+5', '', 5, 'a\0b'])
        assert.deepEqual(await withCode(code), ['CORUN_HOST_ERROR', 'Error: no']);
      assert.deepEqual(await thrown(new CorunError('CORUN_TIMEOUT', 'inner')), ['CORUN_TIMEOUT', 'CorunError: inner']);
      assert.deepEqual(await thrown('text'), ['CORUN_HOST_ERROR', 'text']);
      assert.deepEqual(await thrown('né\0日本'), ['CORUN_HOST_ERROR', 'né日本']);
      assert.deepEqual(await thrown(undefined), ['CORUN_HOST_ERROR', 'undefined']);
      assert.deepEqual(await thrown(''), ['CORUN_HOST_ERROR', 'an error without a message']);
      assert.deepEqual(await thrown(Object.create(null)), ['CORUN_HOST_ERROR', 'an error that cannot be shown']);
    });

    await t.test('what is not bytes is an error', async () => {
      const gave = (/** @type {any} */ value) => failureOf(() => value);
      const message = (/** @type {string} */ kind) => ['CORUN_HOST_ERROR', `TypeError: the host call 'it' gave ${kind}, not bytes`];
      assert.deepEqual(await gave(5), message('a number'));
      assert.deepEqual(await gave({}), message('an object'));
      assert.deepEqual(await gave([1]), message('an array'));
    });

    await t.test('a name that nobody has is an error that says which there are', async (t) => {
      const { runner } = await open(t, { a: after, b: after });
      const error = await rejection(runner.run('main', { args: ['', 'c'] }));
      assert.deepEqual([error.code, error.message], ['CORUN_NO_HOST_CALL', "there is no host call 'c': there is a, b"]);
      for (const args of [['', 'toString'], ['', '__proto__'], [''], ['', 'corun.nothing']])
        assert.equal((await rejection(runner.run('main', { args }))).code, 'CORUN_NO_HOST_CALL');
      const without = await rejection(run(calls, { ...options, args: ['', 'c'] }));
      assert.equal(without.message, "there is no host call 'c': none was given");
    });

    await t.test('a wait that is cancelled aborts its signal and goes on; a late answer is dropped', async (t) => {
      const { wait, asked, answer } = pending();
      const { runner, out } = await open(t, {
        wait,
        async after() {
          assert.equal((await asked).aborted, true);
          answer.resolve('late');
          await sleep(5);
        },
      });
      assert.equal((await runner.run('limits')).status, 0);
      assert.equal(out.text, 'CORUN_TIMEOUT\n');
      assert.equal((await asked).reason.name, 'AbortError');
    });

    await t.test('so is a late throw', async (t) => {
      const { wait, asked, answer } = pending();
      const { runner } = await open(t, { wait, after: async () => { answer.reject(new Error('late')); await sleep(5); } });
      assert.equal((await runner.run('limits')).status, 0);
      assert.equal((await asked).aborted, true);
    });

    await t.test('a call that is taken back in the same turn is never made', async (t) => {
      let times = 0;
      const { runner } = await open(t, { wait: () => void times++, after });
      assert.equal((await runner.run('changes_its_mind')).status, 0);
      assert.equal(times, 0);
    });

    await t.test('one that is never answered waits, until the run is aborted', async (t) => {
      const { wait, asked } = pending();
      const { runner } = await open(t, { wait, after });
      const controller = new AbortController();
      const running = runner.run('cleans_up', { signal: controller.signal });
      const signal = await asked;
      await sleep(20);
      assert.equal(signal.aborted, false);
      controller.abort('enough');
      assert.equal(await rejection(running), 'enough');
      assert.equal(signal.aborted, true);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    });

    await t.test('what main leaves open is answered between runs, and taken by the next', async (t) => {
      const { wait, asked, answer } = pending();
      const { runner, out } = await open(t, { wait });
      await runner.run('litters');
      const signal = await asked;
      answer.resolve('');
      await sleep(10);
      assert.equal(out.text, '');
      await runner.run('rests');
      assert.equal(out.text, 'waited OK\n');
      assert.equal(signal.aborted, false);
    });

    await t.test('close() aborts what main left open', async (t) => {
      const { wait, asked, answer } = pending();
      const { runner, out } = await open(t, { wait });
      await runner.run('litters');
      const signal = await asked;
      assert.equal(signal.aborted, false);
      await runner.close();
      assert.equal(signal.aborted, true);
      assert.equal(out.text, 'waited CORUN_CANCELLED\n');
      answer.resolve('late');
    });

    await t.test('kill() aborts what is open', async (t) => {
      const { wait, asked, answer } = pending();
      const { runner } = await open(t, { wait });
      const running = runner.run('main', { args: ['', 'wait'] });
      const signal = await asked;
      runner.kill();
      assert.equal(signal.aborted, true);
      assert.equal((await rejection(running)).code, 'EKILLED');
      answer.resolve('late');
    });

    for (const [entry, ending] of [['exits', 'has called exit()'], ['traps', 'has trapped']]) {
      await t.test(`a program that ${ending}: what is open is aborted`, async (t) => {
        const { wait, asked, answer } = pending();
        const { runner } = await open(t, { wait, after });
        const running = runner.run(entry);
        const signal = await asked;
        if (entry === 'exits') assert.equal((await running).status, 3);
        else assert.ok((await rejection(running)) instanceof WebAssembly.RuntimeError);
        await aborted(signal);
        answer.resolve('late');
        assert.equal((await rejection(runner.run('rests'))).message, `the program ${ending}`);
      });
    }

    await t.test('the function may interrupt, and kill, the runner that asks', async (t) => {
      const { wait } = pending();
      const { runner } = await open(t, {
        wait,
        interrupt: () => (runner.interrupt(), new Promise(() => {})),
        kill: () => runner.kill(),
        run: async () => (await rejection(runner.run('rests'))).code,
        close: async () => (await rejection(runner.close())).code,
      });
      const asks = (/** @type {string} */ name) => runner.run('main', { args: ['', name] });
      assert.equal((await rejection(asks('interrupt'))).name, 'AbortError');
      assert.deepEqual((await asks('run')).value, new TextEncoder().encode('CORUN_RUNNING'));
      assert.deepEqual((await asks('close')).value, new TextEncoder().encode('CORUN_RUNNING'));
      assert.equal((await rejection(asks('kill'))).code, 'EKILLED');
    });

    await t.test('so may a listener of the signal', async (t) => {
      const { wait, asked } = pending();
      const { runner } = await open(t, { wait, after });
      asked.then((signal) => signal.addEventListener('abort', () => runner.kill()));
      assert.equal((await rejection(runner.run('limits'))).code, 'EKILLED');
    });

    await t.test('a thousand at a time are answered in any order', async (t) => {
      const { runner } = await open(t, {
        echo: async (bytes) => {
          if (Math.random() < 0.1) await sleep(Math.random() * 10);
          return bytes;
        },
      });
      assert.equal((await runner.run('many', { args: ['', '1000'] })).value, 1000);
    });

    await t.test('memory that grows meanwhile, and an answer that makes it grow', async (t) => {
      const { runner } = await open(t, { large: async () => (await sleep(30), new Uint8Array(1 << 24).fill(1)) });
      assert.equal((await runner.run('grows')).value, 1 << 24);
    });

    await t.test('an answer that there is no memory for is an error', async () => {
      const error = await rejection(answerOf(() => new Uint8Array(0x7ffffff0)));
      assert.equal(error.code, 'ENOMEM');
    });

    await t.test('waiting for nothing else is no deadlock to tell of', async () => {
      const { stderr } = await run(calls, {
        ...options, args: ['', 'it'], debug: true, stderr: 'collect', hostCalls: { it: () => sleep(30) } });
      assert.equal(stderr, '');
    });

    await t.test('runner.tasks() tells of the wait', async (t) => {
      const { wait, asked, answer } = pending();
      const { runner } = await open(t, { wait });
      const running = runner.run('main', { args: ['', 'wait'] });
      await asked;
      assert.equal((await runner.tasks())[0]?.waitsFor, 'host_call');
      answer.resolve('');
      await running;
    });

    await t.test('nothing is left: no timer, listener, Worker or rejection', leftNothing);
  });
}

anyTest('hostCalls is checked', async () => {
  const messageOf = async (/** @type {any} */ hostCalls) => (await rejection(run('x.wasm', { hostCalls }))).message;
  assert.equal(await messageOf(5), 'run: hostCalls is not an object of functions');
  assert.equal(await messageOf({ a: 5 }), 'run: hostCalls: a is not a function');
  assert.equal(await messageOf({ '': after }), 'run: hostCalls: "" cannot be a name');
  assert.equal(await messageOf({ 'a\0': after }), 'run: hostCalls: "a\\u0000" cannot be a name');
  assert.equal(await messageOf({ 'corun.fetch': after }), "run: hostCalls: corun.fetch is one of the library's own names");
});
