// Runner: several runs on one instance, interrupts, kill, close.
import assert from 'node:assert/strict';
import { CorunError, Runner } from 'corun';
import { kit, places, record, rejection, test } from './support/programs.js';

/**
 * A runner of the kit whose output is recorded; closed when `t` ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {Record<string, unknown>} options
 */
async function open(t, options) {
  const out = record();
  const runner = await Runner.open(kit, { stdout: out.receive, stderr: out.receive, ...options });
  t.after(async () => {
    runner.kill();
    await runner.close();
  });
  return { runner, out };
}

for (const { name, options } of places) {
  test(`a runner in ${name}`, async (t) => {
    await t.test('gives values as C tagged them', async (t) => {
      const { runner } = await open(t, options);
      assert.deepEqual((await runner.run('large')).value, -(2n ** 63n) + 1n);
      assert.deepEqual((await runner.run('half')).value, 0.5);
      assert.deepEqual((await runner.run('bytes')).value, new Uint8Array([97, 0, 98]));
      assert.deepEqual(await runner.run('nothing'), { status: 0, value: undefined });
      assert.equal((await runner.run('main', { args: ['a', 'b'] })).value, 2);
    });

    await t.test('an error has its name, message and chain of awaits, and the runner goes on', async (t) => {
      const { runner } = await open(t, options);
      const error = await rejection(runner.run('fails'));
      assert.ok(error instanceof CorunError);
      assert.equal(error.code, 'ENOENT');
      assert.equal(error.message, 'no honey here');
      assert.match(error.trace, /^ {2}in inner \(.*kit\.c:\d+\)\n {2}in fails \(.*kit\.c:\d+\)\n$/);
      assert.equal((await runner.run('nothing')).status, 0);
    });

    await t.test("a group's error has those of its children, each with what it replaced", async (t) => {
      const { runner } = await open(t, options);
      const error = await rejection(runner.run('fails_together'));
      assert.equal(error.code, 'CORUN_GROUP');
      const [bees, body] = error.errors;
      assert.equal(error.errors.length, 2);
      assert.deepEqual([bees.code, bees.message, bees.task], ['EIO', 'the hive is broken', 'bees']);
      assert.match(bees.spawnedAt.file, /kit\.c$/);
      assert.match(bees.trace, /^ {2}in fails_in_cleanup \(.*kit\.c:\d+\)\n$/);
      assert.deepEqual([bees.cause.code, bees.cause.message], ['ENOENT', 'no bee here']);
      assert.match(bees.cause.trace, /^ {2}in inner .*\n {2}in fails_in_cleanup .*\n$/);
      assert.deepEqual([body.code, body.task, body.spawnedAt], ['CORUN_USER-1', null, null]);
      assert.match(error.stack, /^CorunError: unhandled errors in a TaskGroup\n {2}in fails_together .*\n {2}\+ bees \(/);
      assert.equal((await runner.run('nothing')).status, 0);
    });

    await t.test('CORUN_EXIT resolves with its status, and the runner goes on', async (t) => {
      const { runner } = await open(t, options);
      assert.equal((await runner.run('leaves', { args: ['', '7'] })).status, 7);
      assert.equal((await runner.run('nothing')).status, 0);
    });

    await t.test('exit() resolves with its status and ends the runner', async (t) => {
      const { runner, out } = await open(t, options);
      assert.deepEqual(await runner.run('exits', { args: ['', '9'] }), { status: 9, value: undefined });
      assert.equal(out.text, 'before exit');
      const error = await rejection(runner.run('nothing'));
      assert.equal(error.code, 'CORUN_CLOSED');
      assert.equal(error.message, 'the program has called exit()');
      await runner.close();
    });

    await t.test('a trap rejects with the RuntimeError, ends the runner, loses no output', async (t) => {
      const { runner, out } = await open(t, options);
      assert.ok((await rejection(runner.run('traps'))) instanceof WebAssembly.RuntimeError);
      assert.equal(out.text, 'before the trap\n');
      assert.equal((await rejection(runner.run('nothing'))).message, 'the program has trapped');
      await runner.close();
    });

    await t.test('interrupt() cancels main, which cleans up; the next run knows nothing of it', async (t) => {
      const { runner, out } = await open(t, options);
      const running = runner.run('waits');
      await out.saw('waiting');
      assert.equal(runner.interrupt(), true);
      const error = await rejection(running);
      assert.ok(error instanceof DOMException);
      assert.equal(error.name, 'AbortError');
      assert.equal(out.text, 'waiting\ncleaning up\nclean\n');
      assert.equal(runner.pendingInterrupts, 0);
      assert.equal((await runner.run('nothing')).status, 0);
    });

    await t.test('interrupt() with nothing running does nothing', async (t) => {
      const { runner } = await open(t, options);
      assert.equal(runner.interrupt(), false);
      assert.equal((await runner.run('nothing')).status, 0);
      assert.equal(runner.interrupt(), false);
      await runner.close();
      assert.equal(runner.interrupt(), false);
    });

    await t.test('a main that catches the interrupt and returns has not failed', async (t) => {
      const { runner, out } = await open(t, options);
      const controller = new AbortController();
      const running = runner.run('catches', { signal: controller.signal });
      await out.saw('waiting');
      controller.abort();
      assert.deepEqual(await running, { status: 0, value: 0 });
      assert.equal(out.text, 'waiting\ncaught CORUN_CANCELLED\n');
    });

    await t.test('the second interrupt ends the run', async (t) => {
      const { runner, out } = await open(t, options);
      const controller = new AbortController();
      const running = runner.run('stays', { signal: controller.signal });
      await out.saw('waiting');
      controller.abort('first');
      await out.saw('staying');
      runner.interrupt();
      assert.equal(await rejection(running), 'first');
    });

    await t.test('an error of the cleanup has the reason as its cause', async (t) => {
      const { runner, out } = await open(t, options);
      const controller = new AbortController();
      const running = runner.run('spoils', { signal: controller.signal });
      await out.saw('waiting');
      controller.abort('why');
      const error = await rejection(running);
      assert.deepEqual([error.code, error.message, error.cause], ['EIO', 'the cleanup failed', 'why']);
    });

    await t.test('close() lets the tasks that are left clean up', async (t) => {
      const { runner, out } = await open(t, options);
      await runner.run('litters');
      assert.equal(out.text, '');
      await runner.close();
      assert.equal(out.text, 'closing\nclosed\n');
      await runner.close();
      assert.equal((await rejection(runner.run('nothing'))).code, 'CORUN_CLOSED');
    });

    await t.test('an interrupt during close() abandons what is left', async (t) => {
      const { runner, out } = await open(t, options);
      await runner.run('litters', { args: ['', 'for ever'] });
      const closing = runner.close();
      await out.saw('closing');
      runner.interrupt();
      assert.equal((await rejection(closing)).name, 'AbortError');
    });

    await t.test('kill() rejects what runs with EKILLED', async (t) => {
      const { runner, out } = await open(t, options);
      const running = runner.run('waits');
      await out.saw('waiting');
      runner.kill();
      assert.equal((await rejection(running)).code, 'EKILLED');
      assert.equal((await rejection(runner.run('nothing'))).message, 'the program was killed');
      await runner.close();
      assert.equal(out.text, 'waiting\n');
    });

    await t.test('grace: kills a program that goes on after the first interrupt', async (t) => {
      const { runner, out } = await open(t, { ...options, grace: 20 });
      const running = runner.run('stays');
      await out.saw('waiting');
      runner.interrupt();
      assert.equal((await rejection(running)).code, 'EKILLED');
    });

    await t.test('one run at a time, and no close meanwhile', async (t) => {
      const { runner, out } = await open(t, options);
      const running = runner.run('catches');
      await out.saw('waiting');
      assert.equal((await rejection(runner.run('nothing'))).code, 'CORUN_RUNNING');
      assert.equal((await rejection(runner.close())).code, 'CORUN_RUNNING');
      runner.interrupt();
      await running;
      await runner.close();
    });

    await t.test('an entry that is not there is named, with those that are', async (t) => {
      const { runner } = await open(t, options);
      const error = await rejection(runner.run('nowhere'));
      assert.equal(error.code, 'ENOENTRY');
      assert.match(error.message, /has no entry 'nowhere': there is .*\bmain\b/);
      assert.equal((await runner.run('nothing')).status, 0);
    });
  });
}

test('interrupt() before the first step: main never begins', async (t) => {
  const { runner, out } = await open(t, {});
  const running = runner.run('waits');
  assert.equal(runner.interrupt(), true);
  assert.equal((await rejection(running)).name, 'AbortError');
  assert.equal(out.text, '');
});

test('await using closes', { skip: !(/** @type {any} */ (Symbol).asyncDispose) }, async (t) => {
  const { runner, out } = await open(t, {});
  await runner.run('litters');
  await /** @type {any} */ (runner)[/** @type {any} */ (Symbol).asyncDispose]();
  assert.equal(out.text, 'closing\nclosed\n');
});

test('in a Worker, a tight loop', async (t) => {
  await t.test('is killed after the second interrupt, which it does not take', async (t) => {
    const { runner, out } = await open(t, { worker: true });
    const running = runner.run('spins');
    await out.saw('spinning');
    runner.interrupt();
    runner.interrupt();
    assert.equal((await rejection(running)).code, 'EKILLED');
  });

  await t.test('shows as an interrupt that stays pending', async (t) => {
    const { runner, out } = await open(t, { worker: true });
    const running = runner.run('spins');
    await out.saw('spinning');
    runner.interrupt();
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    assert.equal(runner.pendingInterrupts, 1);
    runner.kill();
    assert.equal((await rejection(running)).code, 'EKILLED');
  });

  await t.test('that asks corun_interrupted() is told', { timeout: 10_000 }, async (t) => {
    const { runner, out } = await open(t, { worker: true });
    const running = runner.run('asks');
    await out.saw('asking');
    runner.interrupt();
    assert.equal((await rejection(running)).name, 'AbortError');
    assert.equal(out.text, 'asking\ntold\n');
  });
});
