/**
 * When the next turn comes. Zero delays go through setImmediate in Node and a MessageChannel in a page
 * (setTimeout(0) there costs 4 ms); delays share one timer. A turn is never nested in another: all calls
 * come from the host's own loop.
 */
import { host } from '#host';

/** What setTimeout can hold; beyond it fires at once. */
const LONGEST_MS = 0x7fffffff;

export class Pace {
  /** @type {() => void} */ #turn;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #soon = false;
  #stopped = false;

  /** @param {() => void} turn */
  constructor(turn) {
    this.#turn = turn;
  }

  /** The next turn as soon as the host has done what else waits. */
  soon() {
    if (this.#soon || this.#stopped) return;
    this.#soon = true;
    this.#cancelTimer();
    host.immediate(() => {
      this.#soon = false;
      if (!this.#stopped) this.#turn();
    });
  }

  /**
   * The next turn in `ns`. Early is harmless: the guest compares with its own clock and says what is
   * left (timers of pages do come early).
   *
   * @param {number} ns
   */
  after(ns) {
    if (this.#soon || this.#stopped) return;
    this.#cancelTimer();
    const ms = Math.min(Math.max(Math.ceil(ns / 1e6), 1), LONGEST_MS);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#turn();
    }, ms);
  }

  /** No turn until asked again. */
  rest() {
    this.#cancelTimer();
  }

  /** No turn ever again. */
  stop() {
    this.#stopped = true;
    this.#cancelTimer();
  }

  #cancelTimer() {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
