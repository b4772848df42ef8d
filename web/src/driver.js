/**
 * The turns of one guest: the host's loop calls corun_turn, which never blocks, and learns when to
 * call again.
 *
 * The guest is entered from one place at a time: a turn is never nested in another, and after
 * exit() or a trap the guest is not entered again, since its stack and memory are in no known state.
 *
 *   from     event   to
 *   idle     start   running
 *   running  ended   ending, idle
 *   idle     close   closing
 *   closing  ended   ending, closed
 *   any      fall    dead      (exit(), a trap, kill)
 *
 * While it is ending, what is known of the guest's error is read, by a part that is loaded for it.
 */
import { host } from '#host';
import { GuestExit, part, refusals } from './errors.js';
import { CALLS_FIELDS, ENDED, MORE_NOW, NOBODY, readWords } from './protocol.js';
import { Pace } from './pace.js';

/** @typedef {import('./guest.js').Guest} GuestShape */
/** @typedef {'idle' | 'running' | 'closing' | 'ending' | 'closed' | 'dead'} State */

/** In each C library for WebAssembly. */
const ENOMEM = -48;

const READABLE = 1;
const WRITABLE = 2;

/**
 * What a driver is given.
 *
 * @typedef {object} DriverParts
 * @property {import('./streams.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {import('./options.js').OpenOptions} [options] whose functions perform the guest's calls
 * @property {import('./perform.js').Perform} [perform] or what does
 * @property {() => void} [onturn] called after each turn, with the guest at rest
 * @property {(error: unknown) => void} [onfail] called when a part that the guest needs cannot be loaded
 */

/** @implements {GuestShape} */
export class Driver {
  /** @type {import('./machine.js').Machine} */ #machine;
  /** @type {DriverParts} */ #parts;
  /** @type {number} */ #budgetNs;
  #pace = new Pace(() => this.#turn());
  /** @type {State} */ #state = 'idle';
  /** @type {(outcome: import('./protocol.js').Outcome) => void} */ #settle = () => {};
  /** Whether the present main, or the close, was asked to stop. */
  #interrupted = false;
  /** Interrupts since the latest turn began, and what the loop had dealt with by then. */
  #given = 0;
  #takenBefore = 0;
  #callsAreComing = false;

  /** @type {import('./host-calls.js').GuestCalls | undefined} what performs the guest's calls, from the first one on */ calls;
  /** @type {ReturnType<typeof import('./watch.js').watchTurns> | undefined} somebody wants to know what the tasks do */ watched;

  /**
   * @param {import('./machine.js').Machine} machine
   * @param {DriverParts} parts
   * @param {number} [budgetMs] how long a turn may take
   */
  constructor(machine, parts, budgetMs = host.budgetMs) {
    this.#machine = machine;
    this.#parts = parts;
    this.#budgetNs = budgetMs * 1e6;
    for (const stream of [parts.input, ...parts.outputs]) if (stream) stream.onready = () => this.wake();
  }

  get busy() {
    return this.#state === 'running' || this.#state === 'closing';
  }

  /**
   * Starts a main. Resolves, and rejects for no fault of the guest's, when it has ended.
   *
   * @param {string} entry
   * @param {string[]} args
   */
  async start(entry, args) {
    const call = this.#machine.entry(entry);
    if (call) return this.#begin('running', () => {
      const block = this.#machine.putArguments(args);
      return block === 0 ? ENOMEM : call(args.length, block);
    });
    return (await refusals()).refuseEntry(entry, this.#machine);
  }

  /** Starts the orderly close. */
  close() {
    return this.#begin('closing', () => this.#machine.exports.corun_close());
  }

  /**
   * @param {'running' | 'closing'} state
   * @param {() => number} enter
   * @returns {Promise<import('./protocol.js').Outcome>}
   */
  #begin(state, enter) {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#state = state;
      this.#interrupted = false;
      this.#given = 0;
      let rc;
      try {
        rc = enter();
      } catch (thrown) {
        return this.fall(thrown);
      }
      if (rc !== 0) return void this.#ended(rc);
      this.watched?.look(host.now());
      this.#pace.soon();
    });
  }

  #turn() {
    if (!this.busy) return;
    let next;
    try {
      this.#serve();
      if (!this.busy) return; // the embedder's function has killed it
      this.#takenBefore = this.#machine.taken;
      const { corun_turn: turn } = this.#machine.exports;
      next = this.watched ? this.watched.enter(turn, this.#budgetNs) : turn(host.now() * 1e6, this.#budgetNs);
      this.#given = 0;
      this.#tell();
      if (!this.busy) return; // likewise
      this.#takeCalls();
      if (!this.busy) return;
      if (next === ENDED) return void this.#ended(0);
      if (this.#serve()) next = MORE_NOW;
    } catch (thrown) {
      return this.fall(thrown);
    }
    this.#pace.after(next);
  }

  /** With the guest at rest, what it has done is told. */
  #tell() {
    for (const output of this.#parts.outputs) output?.flush();
    this.#parts.onturn?.();
  }

  /** Begins what the guest has asked of the embedder since the last time. */
  #takeCalls() {
    if (this.calls) return this.calls.take();
    if (this.#callsAreComing) return;
    const address = this.#machine.exports.corun_calls();
    if (address === 0 || !readWords(address, CALLS_FIELDS, this.#machine.memory, this.#machine.label, 'its host calls')[1]) return;
    // The guest goes on meanwhile, and what it asks next waits there until it is taken.
    this.loadCalls({ address, memory: this.#machine.memory.slice(0) }).catch((error) => {
      this.#callsAreComing = false;
      this.#parts.onfail?.(error);
    });
  }

  /**
   * Loads what performs the guest's calls.
   *
   * @param {import('./host-calls.js').Early} [early]
   */
  async loadCalls(early) {
    this.#callsAreComing = true;
    const { callsOf } = await part(import('./host-calls.js'));
    this.calls = callsOf(this.#machine, this.#parts, () => this.wake(), early);
    this.wake();
  }

  /** Tells the guest what it is answered, and which of the descriptors it waits for are ready. */
  #serve() {
    this.#takeCalls();
    if (!this.busy) return false;
    let any = this.calls?.deliver() ?? false;
    const { exports } = this.#machine;
    const { input, outputs } = this.#parts;
    this.#machine.noteFull();
    for (let fd = 0; fd < 3; fd++) {
      const events = exports.corun_wants(fd);
      if (fd === 0 && events & READABLE) input.fetch();
      // What a descriptor cannot do fails at once, so it is ready for that.
      const now = events & ((fd > 0 || input.ready ? READABLE : 0) | (outputs[fd]?.full ? 0 : WRITABLE));
      if (now !== 0) exports.corun_ready(fd, now);
      any ||= now !== 0;
    }
    return any;
  }

  /** Something outside has happened that the guest may wait for. */
  wake() {
    if (this.busy) this.#pace.soon();
  }

  /**
   * @returns {boolean} whether somebody will see it
   */
  interrupt() {
    if (!this.busy) return false;
    if (this.#machine.exports.corun_interrupt() === NOBODY) return false;
    this.#interrupted = true;
    this.#given++;
    this.#pace.soon();
    return true;
  }

  /**
   * Interrupts that were given and that the guest's loop has not dealt with: a turn deals with all that
   * came before it; inside one, as far as its count says.
   */
  get pendingInterrupts() {
    if (!this.busy) return 0;
    return Math.max(0, this.#given - Math.max(0, this.#machine.taken - this.#takenBefore));
  }

  /** @returns {Promise<import('./tasks.js').TaskRecord[] | undefined>} undefined: the guest will never be entered again */
  async tasks() {
    // Whoever asks may have been called from inside a turn, which is over then.
    const { listTasks } = await part(import('./tasks.js'));
    return this.#state === 'dead' ? undefined : listTasks(this.#machine);
  }

  kill() {
    this.#end('dead', { kind: 'killed' });
  }

  async dispose() {}

  files() {
    return this.#machine.files?.collect?.();
  }

  /** @param {number} rc what an entry refused with, or 0 */
  async #ended(rc) {
    const state = this.#state === 'running' ? 'idle' : 'closed';
    try {
      const { code, failure, value, status } = this.#machine.result;
      let error = rc || code ? this.#machine.bareError(rc || code, failure) : null;
      // Asking for the end, and being asked for it, is no failure, whatever the guest says.
      if (error && failure && error.code !== 'CORUN_SYSTEM_EXIT' && !(this.#interrupted && error.code === 'CORUN_INTERRUPTED')) {
        this.#state = 'ending';
        const reader = await import('./failure.js').catch(() => undefined);
        if (/** @type {State} */ (this.#state) === 'dead') return; // killed meanwhile
        error = reader?.readError(this.#machine, code, failure) ?? error; // without the part: what is known
      }
      this.#machine.releaseArguments();
      this.watched?.look(host.now());
      this.#end(state, { kind: 'done', error, value, status });
    } catch (thrown) {
      this.fall(thrown);
    }
  }

  /** @param {unknown} thrown out of the guest */
  fall(thrown) {
    if (thrown instanceof GuestExit) this.#end('dead', { kind: 'exit', status: thrown.status });
    else this.#end('dead', { kind: 'trap', error: thrown instanceof Error ? thrown : new Error(String(thrown)) });
  }

  /** @param {State} state @param {import('./protocol.js').Outcome} outcome */
  #end(state, outcome) {
    this.#state = state;
    this.watched?.stop();
    this.#pace.rest();
    this.#tell();
    this.#settle(outcome);
    if (state !== 'idle') this.calls?.abandon();
  }
}
