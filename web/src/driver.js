/**
 * The turns of one guest: the host's loop calls corun_turn, which never blocks, and learns when to
 * call again.
 *
 * The guest is entered from one place at a time: a turn is never nested in another, and after
 * exit() or a trap the guest is not entered again, since its stack and memory are in no known state.
 *
 *   from     event   to
 *   idle     start   running
 *   running  ended   idle
 *   idle     close   closing
 *   closing  ended   closed
 *   any      fall    dead      (exit(), a trap, kill)
 */
import { CorunError, GuestExit, toPlain } from './errors.js';
import { GuestCalls } from './host-calls.js';
import { ENDED, INTERRUPT, MORE_NOW, ONLY_OUTSIDE, TURN } from './protocol.js';
import { Pace } from './pace.js';

/** @typedef {'idle' | 'running' | 'closing' | 'closed' | 'dead'} State */

/** @type {Record<State, State[]>} */
const NEXT = {
  idle: ['running', 'closing', 'dead'],
  running: ['idle', 'dead'],
  closing: ['closed', 'dead'],
  closed: ['dead'],
  dead: ['dead'],
};

const READABLE = 1;
const WRITABLE = 2;

export class Driver {
  /** @type {import('./machine.js').Machine} */ #machine;
  /** @type {import('./input.js').Input} */ #input;
  /** @type {import('./machine.js').MachineParts['outputs']} */ #outputs;
  /** @type {GuestCalls} */ #calls;
  /** @type {number} */ #budgetNs;
  /** @type {() => number} */ #now;
  /** @type {import('./watch.js').TaskWatch | undefined} */ #watch;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #later;
  #pace = new Pace(() => this.#turn());
  /** @type {State} */ #state = 'idle';
  /** @type {(outcome: import('./protocol.js').Outcome) => void} */ #settle = () => {};
  /** Interrupts since the latest turn began, and what the loop had dealt with by then. */
  #given = 0;
  #takenBefore = 0;

  /** Called after each turn, with the guest at rest. */
  onturn = () => {};

  /**
   * @param {import('./machine.js').Machine} machine
   * @param {Pick<import('./machine.js').MachineParts, 'input' | 'outputs'>} streams
   * @param {import('./host-calls.js').Perform} perform
   * @param {{ budgetMs: number, now: () => number }} time
   * @param {import('./watch.js').TaskWatch} [watch] somebody wants to know what the tasks do
   */
  constructor(machine, { input, outputs }, perform, { budgetMs, now }, watch) {
    this.#machine = machine;
    this.#input = input;
    this.#outputs = outputs;
    this.#calls = new GuestCalls(machine, perform, () => this.wake());
    this.#budgetNs = budgetMs * 1e6;
    this.#now = now;
    this.#watch = watch;
    input.onarrival = () => this.wake();
    for (const output of outputs) if (output) output.onroom = () => this.wake();
  }

  get #busy() {
    return this.#state === 'running' || this.#state === 'closing';
  }

  /** @param {State} state */
  #become(state) {
    if (!NEXT[this.#state].includes(state)) throw new Error(`driver: from ${this.#state} to ${state}`);
    this.#state = state;
  }

  /**
   * Starts a main. Resolves, never rejects, when it has ended.
   *
   * @param {string} entry
   * @param {string[]} args
   */
  start(entry, args) {
    return this.#begin('running', () => this.#machine.enter(entry, args));
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
      this.#become(state);
      this.#given = 0;
      let rc;
      try {
        rc = enter();
      } catch (thrown) {
        if (thrown instanceof CorunError) return this.#refused(thrown);
        return this.#fall(thrown);
      }
      if (rc !== 0) return this.#ended(rc);
      this.#watch?.look(this.#now());
      this.#pace.soon();
    });
  }

  #turn() {
    if (!this.#busy) return;
    let next;
    try {
      this.#serve();
      if (!this.#busy) return; // the embedder's function has killed it
      this.#takenBefore = this.#machine.taken;
      next = this.#enter();
      this.#given = 0;
      for (const output of this.#outputs) output?.flush();
      this.onturn();
      if (!this.#busy) return; // likewise
      this.#calls.take();
      if (!this.#busy) return;
      if (next === ENDED) return this.#ended(0);
      if (this.#serve()) next = MORE_NOW;
    } catch (thrown) {
      return this.#fall(thrown);
    }
    if (next === MORE_NOW) this.#pace.soon();
    else if (next === ONLY_OUTSIDE) this.#pace.rest();
    else this.#pace.after(next);
  }

  /** A turn; of single rounds while each is looked at. */
  #enter() {
    const { corun_turn: turn } = this.#machine.exports;
    if (!this.#watch) return turn(this.#now() * 1e6, this.#budgetNs);
    const end = this.#now() * 1e6 + this.#budgetNs;
    for (;;) {
      const began = this.#now();
      const next = turn(began * 1e6, this.#watch.wait === 0 ? 0 : Math.max(0, end - began * 1e6));
      if (next === ENDED || !this.#busy) return next;
      this.#look(this.#watch, began);
      if (next !== MORE_NOW || this.#now() * 1e6 >= end) return next;
    }
  }

  /**
   * Looks at the tasks, or later, where it would take too much of the guest's time.
   *
   * @param {import('./watch.js').TaskWatch} watch
   * @param {number} began
   */
  #look(watch, began) {
    clearTimeout(this.#later);
    if (watch.wait === 0) return watch.look(began);
    this.#later = setTimeout(() => {
      try {
        if (this.#busy) this.#look(watch, this.#now());
      } catch (thrown) {
        this.#fall(thrown);
      }
    }, watch.wait);
  }

  /** Tells the guest what it is answered, and which of the descriptors it waits for are ready. */
  #serve() {
    this.#calls.take();
    if (!this.#busy) return false;
    let any = this.#calls.deliver();
    const { corun_wants: wants, corun_ready: ready } = this.#machine.exports;
    this.#machine.noteFull();
    for (let fd = 0; fd < 3; fd++) {
      const events = wants(fd);
      if (events === 0) continue;
      if (fd === 0 && events & READABLE) this.#input.fetch();
      const now = events & this.#readiness(fd);
      if (now === 0) continue;
      ready(fd, now);
      any = true;
    }
    return any;
  }

  /** @param {number} fd */
  #readiness(fd) {
    const output = this.#outputs[fd];
    // What a descriptor cannot do fails at once, so it is ready for that.
    if (output) return READABLE | (output.full ? 0 : WRITABLE);
    return WRITABLE | (this.#input.ready ? READABLE : 0);
  }

  /** Something outside has happened that the guest may wait for. */
  wake() {
    if (this.#busy) this.#pace.soon();
  }

  /**
   * @returns {boolean} whether somebody will see it
   */
  interrupt() {
    if (!this.#busy) return false;
    if (this.#machine.exports.corun_interrupt() === INTERRUPT.NOBODY) return false;
    this.#given++;
    this.#pace.soon();
    return true;
  }

  /**
   * Interrupts that were given and that the guest's loop has not dealt with: a turn deals with all that
   * came before it; inside one, as far as its count says.
   */
  get pendingInterrupts() {
    if (!this.#busy) return 0;
    return Math.max(0, this.#given - Math.max(0, this.#machine.taken - this.#takenBefore));
  }

  /**
   * The guest's tasks; undefined: it will never be entered again.
   *
   * @returns {Promise<import('./tasks.js').TaskRecord[] | undefined>}
   */
  async tasks() {
    await null; // whoever asks may have been called from inside a turn, which is over now
    return this.#state === 'dead' ? undefined : this.#machine.tasks;
  }

  kill() {
    this.#end('dead', { kind: 'killed' });
  }

  /** @param {number} rc what an entry refused with, or 0 */
  #ended(rc) {
    let result;
    try {
      result = this.#machine.result;
      this.#machine.releaseArguments();
      this.#watch?.look(this.#now());
    } catch (thrown) {
      return this.#fall(thrown);
    }
    if (rc !== 0 && !result.error)
      result.error = { code: `CORUN_ERROR(${rc})`, message: `the guest refused with ${rc}`, trace: '' };
    if (this.#state === 'running') this.#end('idle', { kind: 'done', result });
    else this.#end('closed', { kind: 'done', result });
  }

  /** @param {CorunError} error why nothing was started */
  #refused({ code, message }) {
    const error = { code, message, trace: '' };
    this.#end('idle', { kind: 'done', result: { state: TURN.IDLE, error, value: undefined, status: 1 } });
  }

  /** @param {unknown} thrown out of the guest */
  #fall(thrown) {
    if (thrown instanceof GuestExit) this.#end('dead', { kind: 'exit', status: thrown.status });
    else this.#end('dead', { kind: 'trap', error: toPlain(thrown) });
  }

  /** @param {State} state @param {import('./protocol.js').Outcome} outcome */
  #end(state, outcome) {
    this.#become(state);
    clearTimeout(this.#later);
    if (state === 'dead') this.#pace.stop();
    else this.#pace.rest();
    for (const output of this.#outputs) output?.flush();
    this.onturn();
    this.#settle(outcome);
    if (state !== 'idle') this.#calls.abandon();
  }
}
