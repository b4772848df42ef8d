// runner.tasks(): the tree of a program's tasks, and the list that it is made of.
import assert from 'node:assert/strict';
import { before, test as anyTest } from 'node:test';
import { CorunError, Runner } from 'corun';
import { readTasks, taskTrees } from '../../web/src/tasks.js';
import { tests } from '../support/env.js';
import { emscripten, kit, places, record, rejection, test } from './support/programs.js';

/** @type {{ name: string, source: any, options: Record<string, unknown> }[]} */
const guests = places.map((place) => ({ ...place, source: kit }));

before(async () => {
  if (!tests('node')) return;
  const { default: factory } = await import(emscripten('tests/js/programs/kit', '.mjs').href);
  const wasm = emscripten('tests/js/programs/kit', '.wasm');
  Object.assign(/** @type {any} */ (guests[2]), { source: factory, options: { wasm } });
});
guests.push({ name: "Emscripten's", source: undefined, options: {} });

/**
 * @param {import('node:test').TestContext} t
 * @param {any} source
 * @param {Record<string, unknown>} options
 */
async function open(t, source, options) {
  const out = record();
  const runner = await Runner.open(source, { stdout: out.receive, stderr: out.receive, ...options });
  t.after(async () => {
    runner.kill();
    await runner.close();
  });
  return { runner, out };
}

/** A tree in short: names, what each waits for and where. @param {any} tree @returns {any} */
const short = ({ name, state, waitsFor, stack, awaits, repeated }) =>
  repeated
    ? [repeated, name]
    : [name, state, waitsFor, stack.map((/** @type {any} */ place) => place.function), ...awaits.map(short)];

for (const guest of guests) {
  test(`the tasks of a guest in ${guest.name}`, async (t) => {
    // INT-01, with joins in place of the group
    await t.test('trees: what is awaited by two stands once, circles are told', async (t) => {
      const { runner, out } = await open(t, guest.source, guest.options);
      assert.deepEqual(await runner.tasks(), []);
      const running = runner.run('families').catch((error) => error.name);
      await out.saw('waiting');
      const trees = await runner.tasks();
      assert.deepEqual(trees.map(short), [
        [trees[0]?.name, 'pending', 'forever', ['families']],
        ['mother', 'pending', 'task', ['join_one'], ['child é', 'pending', 'sleep', ['sleep_long']]],
        ['father', 'pending', 'task', ['join_one'], ['shared', 'child é']],
        ['chicken', 'pending', 'task', ['join_one'], ['egg', 'pending', 'task', ['join_one'], ['cycle', 'chicken']]],
      ]);
      assert.match(String(trees[1]?.spawnedAt?.file), /kit\/\w+\.c$/);
      assert.ok(Number(trees[1]?.spawnedAt?.line) > 0);
      assert.match(String(trees[1]?.stack[0]?.file), /kit\/\w+\.c$/);
      assert.ok(JSON.stringify(trees).length > 0);
      runner.interrupt();
      assert.equal(await running, 'AbortError');
      assert.deepEqual(await runner.tasks(), []);
    });

    await t.test('a long chain of joins', async (t) => {
      const { runner, out } = await open(t, guest.source, guest.options);
      const running = runner.run('dynasty', { args: ['', '10000'] }).catch((error) => error.code);
      await out.saw('waiting');
      let depth = 0;
      for (let tree = (await runner.tasks())[1]; tree; tree = tree.awaits[0]) depth++;
      assert.equal(depth, 10000);
      runner.kill();
      assert.equal(await running, 'EKILLED');
    });

    await t.test('none of a program that has ended by force', async (t) => {
      const { runner } = await open(t, guest.source, guest.options);
      await runner.run('exits');
      assert.equal((await rejection(runner.tasks())).code, 'CORUN_CLOSED');
    });

    await t.test('none of a runner that is closed, or is killed meanwhile', async (t) => {
      const { runner } = await open(t, guest.source, guest.options);
      const asked = rejection(runner.tasks());
      runner.kill();
      assert.equal((await asked).code, 'CORUN_CLOSED');
      const other = await open(t, guest.source, guest.options);
      await other.runner.close();
      assert.equal((await rejection(other.runner.tasks())).message, 'the runner is closed');
    });
  });
}

test('asked from inside a turn, it answers after it', async (t) => {
  /** @type {Promise<import('corun').TaskTree[]> | undefined} */
  let asked;
  const { runner } = await open(t, kit, { stdout: () => (asked ??= runner.tasks()) });
  const running = runner.run('families').catch((error) => error.name);
  while (!asked) await new Promise(setImmediate);
  assert.equal((await asked).length, 4);
  runner.interrupt();
  await running;
});

/* ------------------------------------------------------------- what is read */

const start = 64;
const texts = 4096;

/** A memory with the list of two tasks in it, of which the second awaits the first. */
function memory(/** @type {[number, number][]} */ ...changes) {
  const buffer = new ArrayBuffer(65536);
  const view = new DataView(buffer);
  new Uint8Array(buffer).set(new TextEncoder().encode('Task-1\0pending\0sleep\0a.c\0main\0'), texts);
  const [name, state, sleep, file, main] = [texts, texts + 7, texts + 15, texts + 21, texts + 25];
  const first = [11, name, state, sleep, file, 5, 1, 1, file, main, 7, 22];
  const second = [22, name, state, 0, 0, 0, 0, 0];
  const size = (2 + first.length + second.length) * 4;
  [size, 2, ...first, ...second].forEach((word, i) => view.setUint32(start + i * 4, word, true));
  for (const [word, value] of changes) view.setUint32(start + word * 4, value, true);
  return buffer;
}

anyTest('a list in order is read', () => {
  const common = { name: 'Task-1', state: 'pending' };
  assert.deepEqual(readTasks(start, memory(), 'it'), [
    {
      ...common,
      id: 11,
      waitsFor: 'sleep',
      spawnedAt: { file: 'a.c', line: 5 },
      stack: [{ function: 'main', file: 'a.c', line: 7 }],
      awaitedBy: [22],
    },
    { ...common, id: 22, waitsFor: null, spawnedAt: null, stack: [], awaitedBy: [] },
  ]);
});

anyTest('what is wrong with a list is said', () => {
  const wrong = (/** @type {[number, number][]} */ ...changes) => {
    try {
      return readTasks(start, memory(...changes), 'it') && '';
    } catch (error) {
      assert.ok(error instanceof CorunError);
      return error.message;
    }
  };
  assert.equal(wrong([0, 70000]), 'it has 70000 bytes of tasks, which are not in its memory');
  assert.equal(wrong([1, 0xffffffff]), 'it has no room for its 4294967295 tasks');
  assert.equal(wrong([1, 1]), '');
  assert.equal(wrong([8, 0xffffffff]), 'it tells of tasks beyond the end of its list');
  assert.equal(wrong([9, 100]), 'it tells of tasks beyond the end of its list');
  assert.equal(wrong([4, texts]), "it tells of a task in the state 'Task-1'");
  assert.match(wrong([3, 70000]), /^it points to text at 70000/);
  for (const address of [0, 2, 65532, 65536, -8])
    assert.throws(() => readTasks(address, memory(), 'it'), /^CorunError: it puts its tasks at/);
});

anyTest('whatever the list holds, it is read or refused', () => {
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
  for (let i = 0; i < 3000; i++) {
    const word = random() >>> (random() % 32);
    try {
      taskTrees(readTasks(start, memory([random() % 22, word]), 'it'));
    } catch (error) {
      assert.ok(error instanceof CorunError, `${error}`);
    }
  }
});
