/** How runs fail, and the class that leaves the guest by force. */

/**
 * @typedef {object} CorunErrorDetails
 * @property {string} [trace] the guest's chain of awaits, a line each, innermost first
 * @property {unknown} [cause]
 * @property {CorunError[]} [errors] of a group (`CORUN_GROUP`): its children's, and its body's own as the last
 * @property {string | null} [task] of one of a group's errors: the task's name; null: the body's own
 * @property {{ file: string, line: number } | null} [spawnedAt] likewise: where that was spawned
 */

/**
 * What a run rejects with when the program, its module or its use is at fault.
 *
 * page: yes, worker: yes, Node: yes
 */
export class CorunError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {CorunErrorDetails} [more]
   */
  constructor(code, message, { cause, trace = '', errors = [], task = null, spawnedAt = null } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    /**
     * What went wrong, as the program's C names it: `CORUN_TIMEOUT`, `ENOENT`. Of the driver: `ELOAD` the program, or a part of
     * Corun, could not be had; `EMODULE` it is no Corun program; `EWORKER` no Worker could be started; `EKILLED` by
     * kill(), or by the `grace` after an abort, whose reason is the `cause`; `ENOENTRY` the program has no such
     * entry; `CORUN_RUNNING` a run is under way; `CORUN_CLOSED` the runner is closed; `CORUN_UNSUPPORTED` by this host.
     */
    this.code = code;
    /** The program's chain of awaits, a line each, innermost first; may be empty. */
    this.trace = trace;
    /** Of a group (`CORUN_GROUP`): its children's, and its body's own as the last. */
    this.errors = errors;
    /** Of one of a group's errors: the task's name; null: the body's own. */
    this.task = task;
    /** Of one of a group's errors: where its task was spawned. */
    this.spawnedAt = spawnedAt;
  }

  /**
   * Tells it in lines, as a native program does on its standard error: with everything that is known.
   *
   * @returns {string}
   */
  explain() {
    return `${this.code}: ${this.message}\n${this.trace}`;
  }
}
Object.defineProperty(CorunError.prototype, 'name', { value: 'CorunError' });

/** Thrown through the guest by proc_exit; not an Error, so that nobody takes it for one. */
export class GuestExit {
  /** @param {number} status */
  constructor(status) {
    this.status = status;
  }
}

/**
 * Waits for a part of the driver that is loaded when it is needed.
 *
 * @template T
 * @param {Promise<T>} loading
 * @param {unknown} [cause] what the part was to tell about; else why it cannot be loaded
 * @returns {Promise<T>}
 */
export async function part(loading, cause) {
  try {
    return await loading;
  } catch (error) {
    const { message } = /** @type {Error} */ (cause ?? error);
    throw new CorunError('ELOAD', `cannot load a part of Corun: ${message}`, { cause: cause ?? error });
  }
}

/**
 * Loads what says why a program cannot be run.
 *
 * @param {unknown} [cause]
 */
export const refusals = (cause) => part(import('./refusals.js'), cause);
