// ontasks: what the tasks of a program do, as it is told.
import assert from 'node:assert/strict';
import { before, test as anyTest } from 'node:test';
import { CorunError, Runner } from 'corun';
import { ONLY_OUTSIDE } from '../../web/src/protocol.js';
import { TaskWatch, watchTurns } from '../../web/src/watch.js';
import { tests } from '../support/env.js';
import { emscripten, kit, places, record, rejection, test } from './support/programs.js';

/** @typedef {import('corun').TaskChange} TaskChange */

/** @type {{ name: string, source: any, options: Record<string, unknown> }[]} */
const guests = places.map((place) => ({ ...place, source: kit }));
guests.push({ name: "Emscripten's", source: undefined, options: {} });

before(async () => {
  if (!tests('node')) return;
  const { default: factory } = await import(emscripten('tests/js/programs/kit', '.mjs').href);
  const wasm = emscripten('tests/js/programs/kit', '.wasm');
  Object.assign(/** @type {any} */ (guests[2]), { source: factory, options: { wasm } });
});

/** @param {any} guest */
async function open({ source, options }) {
  const out = record();
  const changes = /** @type {TaskChange[]} */ ([]);
  const ontasks = (/** @type {TaskChange[]} */ more) => void changes.push(...more);
  const runner = await Runner.open(source, { stdout: out.receive, stderr: out.receive, ontasks, ...options });
  return { runner, out, changes };
}

/** Without what is told twice. @param {TaskChange[]} changes @param {string} coroutine */
function courseOf(changes, coroutine) {
  const texts = changes
    .filter((change) => change.coroutine === coroutine)
    .map(({ state, waitsFor }) => (state === 'pending' ? `waits for ${waitsFor}` : state));
  return texts.filter((text, i) => text !== texts[i - 1]);
}

for (const guest of guests) {
  test(`what the tasks of a guest in ${guest.name} do`, async (t) => {
    await t.test('a main that is interrupted: from new to done, in the order of time', async () => {
      const { runner, out, changes } = await open(guest);
      const running = rejection(runner.run('waits'));
      await out.saw('waiting');
      runner.interrupt();
      assert.equal((await running).name, 'AbortError');
      const course = courseOf(changes, 'waits');
      assert.match(String(course[0]), /^(new|ready)$/);
      assert.deepEqual(course.slice(1), ['waits for forever', 'cancelling', 'done']);
      assert.equal(new Set(changes.map(({ task }) => task)).size, 1);
      const times = changes.map(({ time }) => time);
      assert.deepEqual(times, [...times].sort((one, other) => one - other));
      assert.ok(times.every((time) => Math.abs(time - Date.now()) < 3_600_000));
      const waits = changes.find(({ state }) => state === 'pending');
      assert.equal(waits?.at?.function, 'waits');
      assert.match(String(waits?.at?.file), /kit\/\w+\.c$/);
      await runner.close();
    });

    await t.test('a background task ends with the close', async () => {
      const { runner, changes } = await open(guest);
      await runner.run('litters');
      assert.deepEqual(courseOf(changes, 'litters').at(-1), 'done');
      assert.ok(!courseOf(changes, 'lingers').includes('done'));
      await runner.close();
      assert.deepEqual(courseOf(changes, 'lingers').slice(-3), ['waits for forever', 'cancelling', 'done']);
    });

    await t.test('of very many tasks none is missed, though they are looked at less often', async () => {
      const { runner, changes } = await open(guest);
      const running = rejection(runner.run('dynasty', { args: ['', '3000'] }));
      const pending = new Set();
      for (let read = 0; pending.size < 3001; await new Promise((resolve) => { setTimeout(resolve, 5); }))
        for (; read < changes.length; read++) if (changes[read]?.state === 'pending') pending.add(changes[read]?.task);
      runner.kill();
      assert.equal((await running).code, 'EKILLED');
    });

    await t.test('a program that has ended by force tells no more', async () => {
      const { runner, out, changes } = await open(guest);
      const running = rejection(runner.run('families'));
      await out.saw('waiting');
      while (!changes.some(({ name, state }) => name === 'egg' && state === 'pending')) await new Promise(setImmediate);
      runner.kill();
      assert.equal((await running).code, 'EKILLED');
      assert.ok(!changes.some(({ state }) => state === 'done'));
      assert.equal(new Set(changes.map(({ task }) => task)).size, 6);
    });
  });
}

test('it must be a function', async () => {
  const error = await rejection(Runner.open(kit, { ontasks: /** @type {any} */ ([]) }));
  assert.equal(error.message, 'Runner.open: ontasks is not a function');
});

/* ------------------------------------------------------ the watch by itself */

/** A watch of a list and a clock that are set by hand. */
function byHand() {
  const hand = { now: 0, cost: 0, list: /** @type {any[]} */ ([]), fails: /** @type {Error | null} */ (null) };
  const told = /** @type {TaskChange[]} */ ([]);
  const list = () => {
    hand.now += hand.cost;
    if (hand.fails) throw hand.fails;
    return hand.list;
  };
  const watch = new TaskWatch(list, (changes) => void told.push(...changes), () => hand.now);
  const look = (/** @type {number} */ now, /** @type {any[]} */ ...records) => {
    Object.assign(hand, { now, list: records });
    watch.look(now - 1);
    return told.splice(0).map(({ task, name, state, waitsFor, time }) => [
      task,
      name,
      waitsFor ? `${state}, ${waitsFor}` : state,
      Math.round(time - performance.timeOrigin),
    ]);
  };
  return { hand, watch, look };
}

/** @param {number} id @param {string} name @param {string} state @param {string | null} [waitsFor] @param {number} [line] */
const task = (id, name, state, waitsFor = null, line = 1) => ({
  id,
  name,
  state,
  waitsFor,
  spawnedAt: null,
  stack: [{ function: 'f', file: 'f.c', line }],
  awaitedBy: [],
});

anyTest('only changes are told; who waits elsewhere has run in between', () => {
  const { look } = byHand();
  assert.deepEqual(look(10, task(1, 'a', 'new')), [[1, 'a', 'new', 10]]);
  assert.deepEqual(look(20, task(1, 'a', 'pending', 'sleep')), [[1, 'a', 'pending, sleep', 20]]);
  assert.deepEqual(look(30, task(1, 'a', 'pending', 'sleep')), []);
  assert.deepEqual(look(40, task(1, 'a', 'pending', 'sleep', 2)), [
    [1, 'a', 'running', 39],
    [1, 'a', 'pending, sleep', 40],
  ]);
  assert.deepEqual(look(50), [[1, 'a', 'done', 50]]);
});

anyTest('a number stays that of one task, though the guest uses ids again', () => {
  const { look } = byHand();
  assert.deepEqual(look(10, task(1, 'a', 'ready')), [[1, 'a', 'ready', 10]]);
  assert.deepEqual(look(20, task(1, 'b', 'ready')), [
    [1, 'a', 'done', 20],
    [2, 'b', 'ready', 20],
  ]);
  assert.deepEqual(look(30), [[2, 'b', 'done', 30]]);
  assert.deepEqual(look(40, task(1, 'b', 'ready')), [[3, 'b', 'ready', 40]]);
});

anyTest('what an interrupted task waited for was cancelled with it, though it ended in the same round', () => {
  const { look } = byHand();
  const awaited = { ...task(2, 'b', 'pending', 'sleep'), awaitedBy: [1] };
  look(10, task(1, 'a', 'pending', 'task'), awaited);
  assert.deepEqual(look(20, task(1, 'a', 'cancelling')), [
    [2, 'b', 'cancelling, sleep', 19],
    [2, 'b', 'done', 20],
    [1, 'a', 'cancelling', 20],
  ]);
});

anyTest('looking takes a fifth of the time at most', () => {
  const { hand, watch, look } = byHand();
  hand.cost = 40;
  look(0);
  assert.equal(watch.wait, 0);
  look(40);
  assert.ok(watch.wait > 60, `${watch.wait}`);
  hand.now += watch.wait;
  assert.equal(watch.wait, 0);
});

anyTest('single rounds while it may look, else turns as long as any', () => {
  const memory = new ArrayBuffer(64);
  new DataView(memory).setUint32(8, 8, true); // a list of no task
  let cost = 0;
  const corun_tasks = () => {
    for (const began = performance.now(); performance.now() - began < cost; );
    return 8;
  };
  const machine = { exports: { corun_tasks, corun_free() {} }, memory, label: 'it' };
  const turns = watchTurns(/** @type {any} */ (machine), () => {}, /** @type {any} */ ({ busy: true, fall() {} }));
  const budgets = /** @type {number[]} */ ([]);
  const turn = (/** @type {number} */ _now, /** @type {number} */ budget) => (budgets.push(budget), ONLY_OUTSIDE);
  turns.enter(turn, 1e9);
  cost = 300;
  turns.enter(turn, 1e9);
  turns.enter(turn, 1e9);
  turns.stop();
  assert.deepEqual(budgets.map((budget) => budget > 0), [false, false, true]);
});

anyTest('without memory nothing is told; a damaged list is an error', () => {
  const { hand, look } = byHand();
  hand.fails = new CorunError('ENOMEM', 'no memory for a list of the tasks');
  assert.deepEqual(look(10), []);
  hand.fails = new CorunError('EMODULE', 'it is damaged');
  assert.throws(() => look(20), /damaged/);
});
