/**
 * What the tasks of a guest do, told as changes: the list of its tasks is compared with the one before, after each
 * round of its loop, or less often where that would take too much of the guest's time.
 */
import { host } from '#host';
import { CorunError } from './errors.js';
import { ENDED, MORE_NOW } from './protocol.js';
import { listTasks } from './tasks.js';

/** The part of the time that looking may take, and how much of it may be saved up for a busy moment. */
const SHARE = 0.2;
const SAVED_MS = 50;

/**
 * A task has changed its state, or what it waits for, or where it stands.
 *
 * @typedef {object} TaskChange
 * @property {number} task tells tasks apart: 1 is the first that was seen; no other one has it later
 * @property {string} name
 * @property {string} coroutine the function that was spawned; empty if it is unknown
 * @property {number} time in milliseconds, as `performance.timeOrigin + performance.now()` tells it
 * @property {import('./tasks.js').TaskState | 'done'} state
 * @property {string | null} waitsFor what kind of thing: `sleep`, `task`, `read`; null: it does not wait
 * @property {import('./tasks.js').Place | null} at where it stands
 */

/** @typedef {import('./tasks.js').TaskRecord} TaskRecord */
/** @typedef {{ task: number, key: string, identity: string, last: TaskChange, awaitedBy: number[] }} Known */

export class TaskWatch {
  /** @type {() => TaskRecord[]} */ #list;
  /** @type {(changes: TaskChange[]) => void} */ #tell;
  /** @type {() => number} */ #now;
  /** @type {Map<number, Known>} the tasks that are not done, by the guest's id, which it may use again */
  #known = new Map();
  /** @type {TaskChange[]} not told yet */
  #changes = [];
  #numbers = 0;
  #saved = SAVED_MS;
  #countedAt;

  /**
   * @param {() => TaskRecord[]} list
   * @param {(changes: TaskChange[]) => void} tell
   * @param {() => number} now
   */
  constructor(list, tell, now) {
    this.#list = list;
    this.#tell = tell;
    this.#now = now;
    this.#countedAt = now();
  }

  /** Milliseconds until it may look again; 0: it may. */
  get wait() {
    const saved = this.#saved + (this.#now() - this.#countedAt) * SHARE;
    return saved > 0 ? 0 : 1 - saved / SHARE;
  }

  /**
   * Compares, and tells at once: the next round may be one that never ends. To be called with the guest at rest.
   *
   * @param {number} began when it was entered: whoever waits elsewhere now has run since
   */
  look(began) {
    const start = this.#now();
    try {
      this.#compare(this.#list(), began);
      if (this.#changes.length > 0) this.#tell(this.#changes.splice(0));
    } catch (error) {
      // Without memory nothing is told; that is no reason to end the program.
      if (!(error instanceof CorunError) || error.code !== 'ENOMEM') throw error;
    }
    const end = this.#now();
    this.#saved = Math.min(SAVED_MS, this.#saved + (end - this.#countedAt) * SHARE - (end - start));
    this.#countedAt = end;
  }

  /** @param {TaskRecord[]} records @param {number} began */
  #compare(records, began) {
    const now = this.#now();
    const there = new Map(records.map((record) => [record.id, record]));
    for (const [id, known] of this.#known) {
      if (there.has(id)) continue;
      if (this.#wasCancelledWith(known, there)) this.#note({ ...known.last, state: 'cancelling' }, began);
      this.#end(id, known, now);
    }
    for (const record of records) this.#compareOne(record, began, now);
  }

  /** @param {TaskRecord} record @param {number} began @param {number} now */
  #compareOne(record, began, now) {
    const { id, name, state, waitsFor, stack, spawnedAt } = record;
    const at = stack[0] ?? null;
    const identity = `${name}\0${spawnedAt?.file}\0${spawnedAt?.line}`;
    const key = `${state}\0${waitsFor}\0${at?.file}\0${at?.line}`;
    let known = this.#known.get(id);
    if (known && known.identity !== identity) {
      this.#end(id, known, now);
      known = undefined;
    }
    if (known?.key === key) {
      known.awaitedBy = record.awaitedBy;
      return;
    }
    if (known?.last.state === 'pending' && state === 'pending')
      this.#note({ ...known.last, state: 'running', waitsFor: null }, began);
    const task = known?.task ?? ++this.#numbers;
    const coroutine = stack.at(-1)?.function ?? known?.last.coroutine ?? '';
    const last = this.#note({ task, name, coroutine, time: now, state, waitsFor, at }, now);
    this.#known.set(id, { task, key, identity, last, awaitedBy: record.awaitedBy });
  }

  /**
   * Whether a task that is gone was asked to stop and ended in the same round: so it is with what the main task waits
   * for when that is interrupted.
   *
   * @param {Known} known @param {Map<number, TaskRecord>} there
   */
  #wasCancelledWith({ last, awaitedBy }, there) {
    const isCancelledNow = (/** @type {number} */ id) =>
      there.get(id)?.state === 'cancelling' && this.#known.get(id)?.last.state !== 'cancelling';
    return last.state === 'pending' && awaitedBy.some(isCancelledNow);
  }

  /** @param {number} id @param {Known} known @param {number} now */
  #end(id, known, now) {
    this.#known.delete(id);
    this.#note({ ...known.last, state: 'done', waitsFor: null, at: null }, now);
  }

  /** @param {TaskChange} change @param {number} now by this thread's clock */
  #note(change, now) {
    const dated = { ...change, time: performance.timeOrigin + now };
    this.#changes.push(dated);
    return dated;
  }
}

/** Turns of single rounds, each of which is looked at: at once, or later where it would take too much of the guest's time. */
class WatchedTurns {
  /** @type {TaskWatch} */ #watch;
  /** @type {Pick<import('./driver.js').Driver, 'busy' | 'fall'>} */ #driver;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #later;

  /**
   * @param {TaskWatch} watch
   * @param {Pick<import('./driver.js').Driver, 'busy' | 'fall'>} driver
   */
  constructor(watch, driver) {
    this.#watch = watch;
    this.#driver = driver;
  }

  /** A turn. @param {import('./protocol.js').GuestExports['corun_turn']} turn @param {number} budgetNs */
  enter(turn, budgetNs) {
    const end = host.now() * 1e6 + budgetNs;
    for (;;) {
      const began = host.now();
      const next = turn(began * 1e6, this.#watch.wait === 0 ? 0 : Math.max(0, end - began * 1e6));
      if (next === ENDED || !this.#driver.busy) return next;
      this.#lookInTime(began);
      if (next !== MORE_NOW || host.now() * 1e6 >= end) return next;
    }
  }

  /** @param {number} began */
  #lookInTime(began) {
    this.stop();
    if (this.#watch.wait === 0) return this.look(began);
    this.#later = setTimeout(() => {
      try {
        if (this.#driver.busy) this.#lookInTime(host.now());
      } catch (thrown) {
        this.#driver.fall(thrown);
      }
    }, this.#watch.wait);
  }

  /** Looks at once. @param {number} began when the guest was entered */
  look(began) {
    this.#watch.look(began);
  }

  /** Looks no more until it is entered again. */
  stop() {
    clearTimeout(this.#later);
  }
}

/**
 * @param {import('./machine.js').Machine} machine
 * @param {(changes: TaskChange[]) => void} tell
 * @param {import('./driver.js').Driver} driver
 */
export function watchTurns(machine, tell, driver) {
  return new WatchedTurns(new TaskWatch(() => listTasks(machine), tell, host.now), driver);
}
