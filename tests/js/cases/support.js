// What cases need that run in Node and in pages alike: nothing here or beside it is Node's. Bare names are found by an
// import map in the page (tests/pages/cases.html).
import { assert } from 'chai';
import { Runner } from 'corun';

/**
 * Where a case runs.
 *
 * @typedef {object} Place
 * @property {string} name
 * @property {Record<string, unknown>} options for run() and Runner.open()
 * @property {(name: string) => string | URL} program the address of a program of tests/js/programs
 * @property {(name: string) => string | URL} example likewise of examples
 * @property {() => Record<string, number>} alive how many Workers, timers and listeners there are, by kind
 */

/** @typedef {(t: Case) => Promise<void>} Play */

/** One case that is being played. */
export class Case {
  #ends = /** @type {(() => unknown)[]} */ ([]);

  /** @param {Place} place */
  constructor(place) {
    this.place = place;
    this.options = place.options;
    this.kit = place.program('kit');
  }

  /** Calls a function when the case has ended. @param {() => unknown} end */
  after(end) {
    this.#ends.unshift(end);
  }

  /** A runner of the kit whose output is recorded; closed when the case ends. @param {Record<string, unknown>} [more] */
  async open(more = {}) {
    const out = record();
    const options = { stdout: out.receive, stderr: out.receive, ...this.options, ...more };
    const runner = await Runner.open(this.kit, options);
    this.after(async () => {
      runner.kill();
      await runner.close();
    });
    return { runner, out };
  }

  async end() {
    for (const end of this.#ends.splice(0)) await end();
  }
}

/** Plays one. @param {Play} play @param {Place} place */
export async function playCase(play, place) {
  const played = new Case(place);
  await play(played).catch(async (error) => {
    await played.end().catch(() => {}); // which fails because of it
    throw error;
  });
  await played.end();
}

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Waits until no more is alive than before, or long enough. @param {Case} t @param {Record<string, number>} before */
export async function nothingLeft(t, before) {
  for (let left = 40; left > 0; left--) {
    const now = t.place.alive();
    if (Object.entries(before).every(([kind, count]) => (now[kind] ?? 0) <= count)) return;
    await pause(50);
  }
  assert.deepEqual(t.place.alive(), before);
}

/** Text that grows, and promises for when it holds something. */
export function record() {
  let text = '';
  /** @type {{ wanted: string, resolve: () => void }[]} */
  let waiting = [];
  const receive = (/** @type {string} */ part) => {
    text += part;
    waiting = waiting.filter(({ wanted, resolve }) => (text.includes(wanted) ? resolve() : true));
  };
  /** @param {string} wanted */
  const saw = (wanted) =>
    text.includes(wanted)
      ? Promise.resolve()
      : new Promise((resolve) => {
          waiting.push({ wanted, resolve: () => resolve(undefined) });
        });
  /** Resolves when it comes once more. @param {string} wanted */
  const next = async (wanted) => {
    text = text.replaceAll(wanted, '');
    await saw(wanted);
  };
  return {
    receive,
    saw,
    next,
    get text() {
      return text;
    },
  };
}

/**
 * What a promise rejects with; fails if it resolves.
 *
 * @param {Promise<unknown>} promise
 * @returns {Promise<any>}
 */
export async function rejection(promise) {
  const nothing = {};
  const reason = await promise.then(
    () => nothing,
    (error) => error,
  );
  assert.notStrictEqual(reason, nothing, 'it was expected to reject');
  return reason;
}
