// The driver of a guest that is played here: when it is entered, and when it is left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Driver } from '../../web/src/driver.js';
import { ENDED, ONLY_OUTSIDE } from '../../web/src/protocol.js';

const [readable, writable] = [1, 2];

/** A guest that waits for `wants`, by descriptor, until it is told. @param {number[]} wants */
function waiting(wants) {
  const told = /** @type {number[][]} */ ([]);
  let turns = 0;
  const machine = {
    taken: 0,
    result: { code: 0, failure: 0, value: undefined, status: 0 },
    noteFull() {},
    entry: () => () => 0,
    putArguments: () => 8,
    releaseArguments() {},
    exports: {
      corun_turn: () => (turns++, told.length > 0 ? ENDED : ONLY_OUTSIDE),
      corun_calls: () => 0,
      corun_wants: (/** @type {number} */ fd) => (told.length > 0 ? 0 : (wants[fd] ?? 0)),
      corun_ready: (/** @type {number} */ fd, /** @type {number} */ events) => void told.push([fd, events]),
    },
  };
  const input = { ready: false, fetched: 0, fetch: () => void input.fetched++, onready() {} };
  const output = { full: true, flush() {}, onready() {} };
  const driver = new Driver(/** @type {any} */ (machine), { input: /** @type {any} */ (input), outputs: /** @type {any} */ ([undefined, output]) });
  return { driver, machine: /** @type {any} */ (machine), input, output, told, turns: () => turns };
}

test('a guest that waits for input is entered again when there is some, not before', async () => {
  const { driver, input, told, turns } = waiting([readable]);
  const ended = driver.start('main', []);
  await sleep(50);
  assert.deepEqual([turns(), told], [1, []]);
  assert.ok(input.fetched > 0);
  input.ready = true;
  input.onready();
  assert.equal((await ended).kind, 'done');
  assert.deepEqual([turns(), told], [2, [[0, readable]]]);
});

test('a guest that waits until an output has room is entered again when it has', async () => {
  const { driver, output, input, told, turns } = waiting([0, writable]);
  const ended = driver.start('main', []);
  await sleep(50);
  assert.deepEqual([turns(), told, input.fetched], [1, [], 0]);
  output.full = false;
  output.onready();
  assert.equal((await ended).kind, 'done');
  assert.deepEqual([turns(), told], [2, [[1, writable]]]);
});

test('what a descriptor cannot do fails at once, so it is told to be ready', async () => {
  for (const [fd, events] of /** @type {[number, number][]} */ ([[0, writable], [1, readable], [2, readable]])) {
    const { driver, told } = waiting(Array.from({ length: 3 }, (_, i) => (i === fd ? events : 0)));
    assert.equal((await driver.start('main', [])).kind, 'done');
    assert.deepEqual(told, [[fd, events]]);
  }
});

test('one that has ended, or was killed, is not entered by what comes late', async () => {
  const { driver, input, turns } = waiting([readable]);
  const ended = driver.start('main', []);
  await sleep(10);
  const before = turns();
  driver.kill();
  input.ready = true;
  input.onready();
  assert.equal((await ended).kind, 'killed');
  await sleep(10);
  assert.equal(turns(), before);
});

/** One whose main fails, with a record of what is known of that, which can be read from its memory only. */
function failing() {
  const { driver, machine } = waiting([]);
  let looked = 0;
  let released = 0;
  Object.assign(machine, {
    label: 'the guest',
    result: { code: -1, failure: 8, value: undefined, status: 1 },
    bareError: () => ({ code: 'CORUN_INTERRUPTED', message: 'interrupted', trace: '' }),
    releaseArguments: () => void released++,
  });
  Object.defineProperty(machine, 'memory', { get: () => (looked++, new ArrayBuffer(0)) });
  machine.exports.corun_turn = () => ENDED;
  machine.exports.corun_interrupt = () => 1;
  return { driver, machine, looked: () => looked, released: () => released };
}

test('a main that was interrupted has not failed; one that says so unasked has, and how is read', async () => {
  for (const asked of [true, false]) {
    const { driver, looked } = failing();
    const ended = driver.start('main', []);
    if (asked) assert.equal(driver.interrupt(), true);
    await ended;
    assert.equal(looked() > 0, !asked);
  }
});

test('while it is read how main failed, the guest is not to be interrupted, and can be killed', async () => {
  const { driver, machine, looked, released } = failing();
  /** @type {boolean[]} */
  const seen = [];
  machine.exports.corun_turn = () => {
    queueMicrotask(() => { // right after this turn, when the part that reads is being loaded
      seen.push(driver.busy, driver.interrupt());
      driver.kill();
    });
    return ENDED;
  };
  const ended = driver.start('main', []);
  assert.equal((await ended).kind, 'killed');
  await sleep(50);
  assert.deepEqual([seen, looked(), released()], [[false, false], 0, 0]);
});
