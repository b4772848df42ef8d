// Stops that come at any time, in any order and number. What must hold is the same for all of them.
import { assert } from 'chai';
import { CorunError } from 'corun';
import { nothingLeft, pause } from './support.js';

const HISTORIES = 40;
const MOST_STOPS = 3;
/** Of a run of `waits`: its cleanup takes 20 ms. */
const LONGEST_PAUSE_MS = 30;

/** Mulberry32: the same numbers on every host. @param {number} seed */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @typedef {'abort' | 'interrupt' | 'kill' | 'close' | 'tasks'} Stop what is done to a run; the last only looks */

/** @param {() => number} random @returns {{ what: Stop, after: number | 'now' | 'microtask' }[]} */
function plan(random) {
  const pick = (/** @type {any[]} */ ...all) => all[Math.floor(random() * all.length)];
  const stops = Array.from({ length: 1 + Math.floor(random() * MOST_STOPS) }, () => ({
    what: pick('abort', 'abort', 'interrupt', 'interrupt', 'kill', 'close', 'tasks'),
    after: pick('now', 'microtask', 0, random() * LONGEST_PAUSE_MS),
  }));
  // Something has to end it.
  return [...stops, { what: 'abort', after: LONGEST_PAUSE_MS }];
}

/** @param {number | 'now' | 'microtask'} when */
const moment = (when) => (when === 'microtask' ? Promise.resolve() : pause(/** @type {number} */ (when)));

/** One run of `waits` in a runner of its own. @param {import('./support.js').Case} t @param {ReturnType<typeof plan>} stops */
async function play(t, stops) {
  const { runner, out } = await t.open();
  const reason = new Error('the reason');
  const controller = new AbortController();
  const done = /** @type {Stop[]} */ ([]);
  /** @type {Record<Stop, () => unknown>} */
  const act = {
    abort: () => controller.abort(reason),
    interrupt: () => runner.interrupt(),
    kill: () => runner.kill(),
    close: () => runner.close(),
    tasks: () => runner.tasks(),
  };
  const perform = async (/** @type {Stop} */ what) => {
    done.push(what);
    await act[what]();
  };
  const outcome = runner.run('waits', { signal: controller.signal }).then(() => 'resolved', (error) => error);
  const acts = stops.map(async ({ what, after }) => {
    if (after !== 'now') await moment(after);
    // What comes too late, or at a bad moment, is refused by a CorunError, and changes nothing.
    await perform(what).catch((error) => assert.instanceOf(error, CorunError));
  });
  const error = await outcome;
  const killed = done.includes('kill');
  assert.include([reason, 'AbortError', 'EKILLED'], error === reason ? reason : error.code === 'EKILLED' ? error.code : error.name);
  if (error.code === 'EKILLED') assert.isTrue(killed);
  await Promise.all(acts);
  await runner.close().catch((late) => assert.instanceOf(late, CorunError));
  if (killed) return;
  // A second one ends the run, and the close lets main clean up, if it has not: so it may be cut short, never left out.
  const asked = done.filter((what) => what === 'abort' || what === 'interrupt').length;
  assert.match(out.text, asked === 1 ? /^(waiting\ncleaning up\nclean\n)?$/ : /^(waiting\ncleaning up\n(clean\n)?)?$/);
}

/** @type {Record<string, import('./support.js').Play>} */
export const cases = {
  'stops at any time: it settles, what has begun cleans up, nothing is left': async (t) => {
    const before = t.place.alive();
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const stops = plan(randomNumbers(seed));
      await play(t, stops).catch((error) => {
        throw new Error(`seed ${seed}: ${error.message}; ${JSON.stringify(stops)}`, { cause: error });
      });
    }
    await t.end();
    await nothingLeft(t, before);
  },
};
