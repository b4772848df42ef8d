/**
 * When the next turn comes. Zero delays go through setImmediate in Node and a MessageChannel in a page
 * (setTimeout(0) there costs 4 ms); delays share one timer. A turn is never nested in another: all calls
 * come from the host's own loop.
 *
 * A guest that always has more to do would be a flood of messages, before which Firefox draws no frames (14 a second,
 * measured; Chromium and WebKit keep theirs). So a page gets a pause by a timer once the guest has had most of a frame.
 */
import { host } from '#host';
import { MORE_NOW, ONLY_OUTSIDE } from './protocol.js';

/** What setTimeout can hold; beyond it fires at once. */
const LONGEST_MS = 0x7fffffff;

/** In a page a timer that is set by a timer takes so long at least; one that is set by a message does not. */
const CLAMPED_MS = 4;

/** How long turns may follow each other without a pause where frames are to be drawn. */
const UNPAUSED_MS = 12;

/** Firefox draws when the page has nothing to do, not between two tasks. */
const PAUSE_MS = 1;

export class Pace {
  /** @type {() => void} */ #turn;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #soon = false;
  /** The timer that is yet to be set. */
  #wanted = /** @type {object | undefined} */ (undefined);
  /** Since when turns have followed each other without a pause; undefined: the latest was followed by one. */
  #busySince = /** @type {number | undefined} */ (undefined);

  /** @param {() => void} turn */
  constructor(turn) {
    this.#turn = turn;
  }

  /** The next turn as soon as the host has done what else waits. */
  soon() {
    if (this.#soon) return;
    this.#soon = true;
    this.#cancelTimer();
    const busySince = this.#busySince ?? Infinity;
    if (host.draws() && host.now() - busySince > UNPAUSED_MS) this.#timer = setTimeout(() => this.#begin(), PAUSE_MS);
    else host.immediate(() => this.#begin());
  }

  #begin() {
    this.#soon = false;
    if (this.#timer !== undefined) this.#paused();
    this.#busySince ??= host.now();
    this.#turn();
  }

  /** The timer's time has come, or it is not needed any more. */
  #paused() {
    this.#timer = undefined;
    this.#busySince = undefined;
  }

  /**
   * The next turn in `ns`, said at the end of one, when no timer is set. Early is harmless: the guest compares
   * with its own clock and says what is left (timers of pages do come early).
   *
   * @param {number} ns as corun_turn answers
   */
  after(ns) {
    if (ns === MORE_NOW) return this.soon();
    if (ns === ONLY_OUTSIDE) return this.rest();
    if (this.#soon) return;
    const ms = Math.min(Math.max(Math.ceil(ns / 1e6), 1), LONGEST_MS);
    if (!host.clamps || ms >= CLAMPED_MS) return this.#set(ms);
    const wanted = (this.#wanted = {});
    host.immediate(() => {
      if (this.#wanted === wanted) this.#set(ms);
    });
  }

  /** @param {number} ms */
  #set(ms) {
    this.#wanted = undefined;
    this.#timer = setTimeout(() => {
      this.#paused();
      this.#turn();
    }, ms);
  }

  /** No turn until asked again. */
  rest() {
    if (this.#soon) return;
    this.#cancelTimer();
    this.#busySince = undefined;
  }

  #cancelTimer() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = undefined;
  }
}
