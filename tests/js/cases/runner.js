// Runner: several runs on one instance, interrupts, kill, close.
import { assert } from 'chai';
import { CorunError } from 'corun';
import { pause, record, rejection } from './support.js';

/** @type {Record<string, import('./support.js').Play>} */
export const cases = {
  'gives values as C tagged them': async (t) => {
    const { runner } = await t.open();
    assert.deepEqual((await runner.run('large')).value, -(2n ** 63n) + 1n);
    assert.deepEqual((await runner.run('half')).value, 0.5);
    assert.deepEqual((await runner.run('bytes')).value, new Uint8Array([97, 0, 98]));
    assert.deepEqual(await runner.run('nothing'), { status: 0, value: undefined });
    assert.strictEqual((await runner.run('main', { args: ['a', 'b'] })).value, 2);
  },

  'an error has its name, message and chain of awaits, and the runner goes on': async (t) => {
    const { runner } = await t.open();
    const error = await rejection(runner.run('fails'));
    assert.ok(error instanceof CorunError);
    assert.strictEqual(error.code, 'ENOENT');
    assert.strictEqual(error.message, 'no honey here');
    assert.match(error.trace, /^ {2}in inner \(.*kit\.c:\d+\)\n {2}in fails \(.*kit\.c:\d+\)\n$/);
    assert.strictEqual((await runner.run('nothing')).status, 0);
  },

  "a group's error has those of its children, each with what it replaced": async (t) => {
    const { runner } = await t.open();
    const error = await rejection(runner.run('fails_together'));
    assert.strictEqual(error.code, 'CORUN_GROUP');
    const [bees, body] = error.errors;
    assert.strictEqual(error.errors.length, 2);
    assert.deepEqual([bees.code, bees.message, bees.task], ['EIO', 'the hive is broken', 'bees']);
    assert.match(bees.spawnedAt.file, /kit\.c$/);
    assert.match(bees.trace, /^ {2}in fails_in_cleanup \(.*kit\.c:\d+\)\n$/);
    assert.deepEqual([bees.cause.code, bees.cause.message], ['ENOENT', 'no bee here']);
    assert.match(bees.cause.trace, /^ {2}in inner .*\n {2}in fails_in_cleanup .*\n$/);
    assert.deepEqual([body.code, body.task, body.spawnedAt], ['CORUN_USER-1', null, null]);
    assert.match(error.stack, /^CorunError: unhandled errors in a TaskGroup\n {2}in fails_together .*\n {2}\+ bees \(/);
    assert.strictEqual((await runner.run('nothing')).status, 0);
  },

  'CORUN_EXIT resolves with its status, and the runner goes on': async (t) => {
    const { runner } = await t.open();
    assert.strictEqual((await runner.run('leaves', { args: ['', '7'] })).status, 7);
    assert.strictEqual((await runner.run('nothing')).status, 0);
  },

  'exit() resolves with its status and ends the runner': async (t) => {
    const { runner, out } = await t.open();
    assert.deepEqual(await runner.run('exits', { args: ['', '9'] }), { status: 9, value: undefined });
    assert.strictEqual(out.text, 'before exit');
    const error = await rejection(runner.run('nothing'));
    assert.strictEqual(error.code, 'CORUN_CLOSED');
    assert.strictEqual(error.message, 'the program has called exit()');
    await runner.close();
  },

  'a trap rejects with the RuntimeError, ends the runner, loses no output': async (t) => {
    const { runner, out } = await t.open();
    assert.ok((await rejection(runner.run('traps'))) instanceof WebAssembly.RuntimeError);
    assert.strictEqual(out.text, 'before the trap\n');
    assert.strictEqual((await rejection(runner.run('nothing'))).message, 'the program has trapped');
    await runner.close();
  },

  'interrupt() cancels main, which cleans up; the next run knows nothing of it': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('waits');
    await out.saw('waiting');
    assert.strictEqual(runner.interrupt(), true);
    const error = await rejection(running);
    assert.ok(error instanceof DOMException);
    assert.strictEqual(error.name, 'AbortError');
    assert.strictEqual(out.text, 'waiting\ncleaning up\nclean\n');
    assert.strictEqual(runner.pendingInterrupts, 0);
    assert.strictEqual((await runner.run('nothing')).status, 0);
  },

  'interrupt() with nothing running does nothing': async (t) => {
    const { runner } = await t.open();
    assert.strictEqual(runner.interrupt(), false);
    assert.strictEqual((await runner.run('nothing')).status, 0);
    assert.strictEqual(runner.interrupt(), false);
    await runner.close();
    assert.strictEqual(runner.interrupt(), false);
  },

  'an interrupt is pending until the program has taken it': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('stays');
    await out.saw('waiting');
    assert.strictEqual(runner.pendingInterrupts, 0);
    runner.interrupt();
    assert.strictEqual(runner.pendingInterrupts, 1);
    await out.saw('staying');
    while (runner.pendingInterrupts > 0) await pause(1);
    assert.strictEqual(runner.pendingInterrupts, 0);
    runner.interrupt();
    assert.strictEqual((await rejection(running)).name, 'AbortError');
  },

  'a main that catches the interrupt and returns has not failed': async (t) => {
    const { runner, out } = await t.open();
    const controller = new AbortController();
    const running = runner.run('catches', { signal: controller.signal });
    await out.saw('waiting');
    controller.abort();
    assert.deepEqual(await running, { status: 0, value: 0 });
    assert.strictEqual(out.text, 'waiting\ncaught CORUN_CANCELLED\n');
  },

  'the second interrupt ends the run': async (t) => {
    const { runner, out } = await t.open();
    const controller = new AbortController();
    const running = runner.run('stays', { signal: controller.signal });
    await out.saw('waiting');
    controller.abort('first');
    await out.saw('staying');
    runner.interrupt();
    assert.strictEqual(await rejection(running), 'first');
  },

  'an error of the cleanup has the reason as its cause': async (t) => {
    const { runner, out } = await t.open();
    const controller = new AbortController();
    const running = runner.run('spoils', { signal: controller.signal });
    await out.saw('waiting');
    controller.abort('why');
    const error = await rejection(running);
    assert.deepEqual([error.code, error.message, error.cause], ['EIO', 'the cleanup failed', 'why']);
  },

  'close() lets the tasks that are left clean up': async (t) => {
    const { runner, out } = await t.open();
    await runner.run('litters');
    assert.strictEqual(out.text, '');
    await runner.close();
    assert.strictEqual(out.text, 'closing\nclosed\n');
    await runner.close();
    assert.strictEqual((await rejection(runner.run('nothing'))).code, 'CORUN_CLOSED');
  },

  'close() tells the status that a task which was left exits with': async (t) => {
    const { runner } = await t.open();
    await runner.run('deserts');
    assert.strictEqual((await runner.close()).status, 5);
    assert.deepEqual(await runner.close(), {});
  },

  'an interrupt during close() abandons what is left': async (t) => {
    const { runner, out } = await t.open();
    await runner.run('litters', { args: ['', 'for ever'] });
    const closing = runner.close();
    await out.saw('closing');
    runner.interrupt();
    assert.strictEqual((await rejection(closing)).name, 'AbortError');
  },

  'kill() rejects what runs with EKILLED': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('waits');
    await out.saw('waiting');
    runner.kill();
    assert.strictEqual((await rejection(running)).code, 'EKILLED');
    assert.strictEqual((await rejection(runner.run('nothing'))).message, 'the program was killed');
    await runner.close();
    assert.strictEqual(out.text, 'waiting\n');
  },

  'grace: kills a program that goes on after the first interrupt, whose reason is the cause': async (t) => {
    const { runner, out } = await t.open({ grace: 20 });
    const controller = new AbortController();
    const running = runner.run('stays', { signal: controller.signal });
    await out.saw('waiting');
    controller.abort('enough');
    const { code, cause } = await rejection(running);
    assert.deepEqual([code, cause], ['EKILLED', 'enough']);
  },

  'one run at a time, and no close meanwhile': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('catches');
    await out.saw('waiting');
    assert.strictEqual((await rejection(runner.run('nothing'))).code, 'CORUN_RUNNING');
    assert.strictEqual((await rejection(runner.close())).code, 'CORUN_RUNNING');
    runner.interrupt();
    await running;
    await runner.close();
  },

  'a run that is refused takes nothing of the output of the one that runs': async (t) => {
    const { runner } = await t.open({ stdout: 'collect' });
    const waiting = runner.run('catches');
    await pause(100); // until it has said that it waits
    assert.strictEqual((await rejection(runner.run('nothing'))).code, 'CORUN_RUNNING');
    runner.interrupt();
    assert.strictEqual((await waiting).stdout, 'waiting\ncaught CORUN_CANCELLED\n');
  },

  'a program that writes is ahead of a slow reader by a megabyte, not more': async (t) => {
    const [blocks, first, told] = [1000, 8, record()];
    let taken = 0;
    let goOn = () => {};
    const held = new Promise((resolve) => (goOn = () => resolve(undefined)));
    const to = async () => (++taken > first ? held : pause(1));
    const { runner } = await t.open({ stdout: { to, as: 'bytes' }, stderr: told.receive });
    const running = runner.run('floods', { args: ['', String(blocks)] });
    while (taken <= first) await pause(1);
    await pause(100); // until it waits
    runner.interrupt();
    await told.saw(' blocks\n');
    goOn();
    assert.strictEqual((await rejection(running)).name, 'AbortError');
    assert.isAtMost(Number.parseInt(told.text), first + 20); // of 64 KiB
  },

  'close() may follow kill() at once': async (t) => {
    const { runner, out } = await t.open();
    const running = rejection(runner.run('waits'));
    await out.saw('waiting');
    runner.kill();
    await runner.close();
    assert.strictEqual((await running).code, 'EKILLED');
  },

  'kill() does not wait for output that never arrives': async (t) => {
    for (const entry of ['main', 'exits', 'traps']) {
      const { runner } = await t.open({ stdout: () => new Promise(() => {}) });
      const running = runner.run(entry);
      await pause(100); // until it has ended but for its output
      runner.kill();
      assert.strictEqual((await rejection(running)).code, 'EKILLED', entry);
      await runner.close();
    }
  },

  'what is no signal is refused, and nothing has begun': async (t) => {
    const { runner } = await t.open();
    assert.ok((await rejection(runner.close({ signal: /** @type {any} */ ({}) }))) instanceof TypeError);
    assert.strictEqual((await runner.run('nothing')).status, 0);
  },

  'an entry that is not there is named, with those that are': async (t) => {
    const { runner } = await t.open();
    const error = await rejection(runner.run('nowhere'));
    assert.strictEqual(error.code, 'ENOENTRY');
    assert.match(error.message, /has no entry 'nowhere': there is .*\bmain\b/);
    assert.strictEqual((await runner.run('nothing')).status, 0);
  },

  'Symbol.asyncDispose closes, where the engine has it': async (t) => {
    const dispose = /** @type {any} */ (Symbol).asyncDispose;
    const { runner, out } = await t.open();
    await runner.run('litters');
    await (dispose ? /** @type {any} */ (runner)[dispose]() : runner.close());
    assert.strictEqual(out.text, 'closing\nclosed\n');
  },

  'sleeps take at least their time': async (t) => {
    const { runner } = await t.open();
    assert.ok(Number((await runner.run('dozes')).value) >= 1);
  },

  'two runners at once know nothing of each other': async (t) => {
    const [one, other] = [await t.open(), await t.open()];
    const [first, second] = [one.runner.run('waits'), other.runner.run('catches')];
    await Promise.all([one.out.saw('waiting'), other.out.saw('waiting')]);
    one.runner.interrupt();
    assert.strictEqual((await rejection(first)).name, 'AbortError');
    assert.strictEqual(other.out.text, 'waiting\n');
    other.runner.interrupt();
    assert.strictEqual((await second).status, 0);
    assert.strictEqual(one.out.text, 'waiting\ncleaning up\nclean\n');
  },

  'the same runner a thousand times, without growth': async (t) => {
    const { runner } = await t.open();
    const again = async () => {
      await runner.run('nothing', { args: ['', 'x'.repeat(1000)] });
      await rejection(runner.run('fails_together'));
    };
    await again();
    const before = (await runner.run('pages')).value;
    for (let n = 0; n < 500; n++) await again();
    assert.strictEqual((await runner.run('pages')).value, before);
  },

  'the same runner interrupted a hundred times': async (t) => {
    const { runner, out } = await t.open();
    for (let n = 1; n <= 100; n++) {
      const running = runner.run('catches');
      while (out.text.split('waiting').length <= n) await pause(0);
      runner.interrupt();
      assert.strictEqual((await running).value, 0);
    }
    assert.strictEqual(runner.pendingInterrupts, 0);
  },
};

/** Of WASI builds: Emscripten's C library says it by errno alone. @type {Record<string, import('./support.js').Play>} */
export const wasiCases = {
  "C's own stdin cannot wait, and says so": async (t) => {
    const stdin = { async *[Symbol.asyncIterator]() {
      await pause(20);
      yield 'late\n';
    } };
    const { runner, out } = await t.open({ stdin });
    await runner.run('gets');
    assert.match(out.text, /corun: standard input has nothing yet, and C's own functions cannot wait for it here: use corun_read\n/);
  },
};

/** Where interrupt() is heard at once. @type {Record<string, import('./support.js').Play>} */
export const threadCases = {
  'interrupt() before the first step: main never begins': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('waits');
    assert.strictEqual(runner.interrupt(), true);
    assert.strictEqual((await rejection(running)).name, 'AbortError');
    assert.strictEqual(out.text, '');
  },
};

/** What only a Worker can do. @type {Record<string, import('./support.js').Play>} */
export const workerCases = {
  'a tight loop is killed after the second interrupt, which it does not take': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('spins');
    await out.saw('spinning');
    runner.interrupt();
    runner.interrupt();
    assert.strictEqual((await rejection(running)).code, 'EKILLED');
  },

  'a tight loop shows as an interrupt that stays pending': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('spins');
    await out.saw('spinning');
    runner.interrupt();
    await pause(50);
    assert.strictEqual(runner.pendingInterrupts, 1);
    runner.kill();
    assert.strictEqual((await rejection(running)).code, 'EKILLED');
  },

  'a tight loop dies within the grace': async (t) => {
    const { runner, out } = await t.open({ grace: 50 });
    const running = runner.run('spins');
    await out.saw('spinning');
    runner.interrupt();
    assert.strictEqual((await rejection(running)).code, 'EKILLED');
  },
};

/** What a Worker can do where memory can be shared. @type {Record<string, import('./support.js').Play>} */
export const sharedCases = {
  'a loop that asks corun_interrupted() is told': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('asks');
    await out.saw('asking');
    runner.interrupt();
    assert.strictEqual((await rejection(running)).name, 'AbortError');
    assert.strictEqual(out.text, 'asking\ntold\n');
  },
};
