// The host calls of a guest, by themselves: each ends once, whoever answers how often, and damaged ones end the guest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Driver } from '../../web/src/driver.js';
import { GuestCalls } from '../../web/src/host-calls.js';
import { performer } from '../../web/src/perform.js';
import { badModule } from '../../web/src/protocol.js';

/** A machine whose guest asks what the test says. */
function machine() {
  const answers = /** @type {any[]} */ ([]);
  const told = { asked: /** @type {any[]} */ ([]), takenBack: /** @type {number[]} */ ([]) };
  return {
    answers,
    told,
    label: 'it',
    takeCalls: () => ({ asked: told.asked.splice(0), takenBack: told.takenBack.splice(0) }),
    answer: (/** @type {number} */ address, /** @type {unknown} */ answer) => void answers.push([address, answer]),
  };
}

const ask = (/** @type {number} */ address, name = 'it') => ({ address, name, bytes: new Uint8Array(0) });

test('a call ends once, whoever answers how often', () => {
  const guest = machine();
  /** @type {((answer: any) => void)[]} */
  const dones = [];
  let aborts = 0;
  const open = new GuestCalls(/** @type {any} */ (guest), (_name, _bytes, done) => (dones.push(done), () => aborts++), () => {});
  guest.told.asked.push(ask(8), ask(16));
  open.take();
  dones[0]?.('first');
  dones[0]?.('again');
  assert.equal(open.deliver(), true);
  dones[0]?.('late');
  assert.equal(open.deliver(), false);
  guest.told.takenBack.push(16, 24);
  open.take();
  dones[1]?.('late');
  assert.equal(open.deliver(), false);
  assert.equal(aborts, 1);
  // The same address is another call now.
  guest.told.asked.push(ask(16), ask(8));
  open.take();
  dones[1]?.('late');
  dones[2]?.('answered, then taken back');
  guest.told.takenBack.push(16);
  open.take();
  assert.equal(open.deliver(), false);
  dones[3]?.('late');
  open.abandon();
  open.deliver();
  assert.deepEqual(guest.answers, [[8, 'first']]);
  assert.equal(aborts, 3);
});

test('a guest that asks twice for one call is refused', () => {
  const guest = machine();
  const open = new GuestCalls(/** @type {any} */ (guest), () => () => {}, () => {});
  guest.told.asked.push(ask(8), ask(8));
  assert.throws(() => open.take(), /^CorunError: it asks twice for the same host call, 'it'$/);
});

test('a guest whose calls are damaged ends as one that has trapped, and what is open is aborted', async () => {
  let turns = 0;
  let aborts = 0;
  const first = [ask(8)];
  const guest = {
    ...machine(),
    taken: 0,
    noteFull() {},
    entry: () => () => 0,
    putArguments: () => 8,
    takeCalls() {
      if (turns === 2) throw badModule('it', 'is damaged');
      return { asked: first.splice(0), takenBack: [] };
    },
    exports: { corun_turn: () => (turns++, 0), corun_wants: () => 0 },
  };
  const streams = { input: /** @type {any} */ ({}), outputs: [] };
  const perform = () => () => void aborts++;
  const driver = new Driver(/** @type {any} */ (guest), streams);
  driver.calls = new GuestCalls(/** @type {any} */ (guest), perform, () => {});
  const outcome = await driver.start('main', []);
  assert.equal(outcome.kind, 'trap');
  assert.equal(outcome.kind === 'trap' && /** @type {any} */ (outcome.error).code, 'EMODULE');
  assert.equal(turns, 2);
  assert.equal(aborts, 1);
});

test('a call that is aborted before it was made is not made', async () => {
  let times = 0;
  const perform = performer(new Map([['it', () => void times++]]));
  perform('it', new Uint8Array(0), () => times++)();
  await sleep(1);
  assert.equal(times, 0);
});

test('the signal of a call that has been answered is not aborted', async () => {
  /** @type {AbortSignal | undefined} */
  let asked;
  /** @type {() => void} */
  let abort = () => {};
  await new Promise((resolve) => {
    abort = performer(new Map([['it', (_bytes, { signal }) => void (asked = signal)]]))('it', new Uint8Array(0), resolve);
  });
  abort();
  assert.equal(asked?.aborted, false);
});
