// When turns come, as in a page that draws, played in Node: of two that would come, one does, and none is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { host } from '../../web/src/host-node.js';
import { Pace } from '../../web/src/pace.js';
import { MORE_NOW, ONLY_OUTSIDE } from '../../web/src/protocol.js';

const { clamps, draws } = host;
before(() => void Object.assign(host, { clamps: true, draws: () => true }));
after(() => void Object.assign(host, { clamps, draws }));

const ms = 1e6;
const limit = { timeout: 10_000 };

/** What the turns answer, one after another, and how many there were. @param {((pace: Pace) => number)[]} answers */
function play(...answers) {
  const played = { turns: 0, pace: new Pace(() => pace.after(answers[played.turns++]?.(pace) ?? ONLY_OUTSIDE)) };
  const { pace } = played;
  return played;
}

/** So long that the next turn is one after a pause. */
function compute() {
  for (const began = performance.now(); performance.now() - began < 15; );
  return MORE_NOW;
}

/** Waits until it has had so many turns, and whether there are more. @param {ReturnType<typeof play>} played @param {number} turns */
async function ends(played, turns) {
  while (played.turns < turns) await sleep(1);
  await sleep(80);
  assert.equal(played.turns, turns);
}

test('turns follow each other, without and with a pause between them, until there is no more', limit, async () => {
  const played = play(() => MORE_NOW, compute, () => MORE_NOW);
  played.pace.soon();
  await ends(played, 4);
});

test('a turn that is asked for while a pause is due is not lost to one that says there is no more', limit, async () => {
  const played = play(compute, (pace) => {
    compute();
    pace.soon();
    return ONLY_OUTSIDE;
  });
  played.pace.soon();
  await ends(played, 3);
});

test('turns by a timer, short ones and long ones', limit, async () => {
  const played = play(() => 1 * ms, () => 10 * ms, () => 0.1 * ms);
  played.pace.soon();
  await ends(played, 4);
});

for (const delay of [1, 40]) {
  test(`a turn that is asked for takes the place of the one in ${delay} ms`, limit, async () => {
    const played = play((pace) => {
      queueMicrotask(() => pace.soon());
      return delay * ms;
    });
    played.pace.soon();
    await ends(played, 2);
  });

  test(`at rest the one in ${delay} ms does not come`, limit, async () => {
    const played = play((pace) => {
      queueMicrotask(() => pace.rest());
      return delay * ms;
    });
    played.pace.soon();
    await ends(played, 1);
  });
}

test('a delay longer than timers take does not come at once', limit, async () => {
  const played = play(() => 2 ** 40 * ms);
  played.pace.soon();
  await ends(played, 1);
  played.pace.rest();
});
