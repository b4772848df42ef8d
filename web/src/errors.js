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
   * @param {string} code a name as in C, `CORUN_TIMEOUT` or `ENOENT`, or one of the driver's: `EKILLED`,
   *   `EMODULE` (not a Corun module), `ELOAD` (could not be fetched or read), `EWORKER` (no Worker could be started)
   * @param {string} message
   * @param {CorunErrorDetails} [more]
   */
  constructor(code, message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.trace = more.trace ?? '';
    this.errors = more.errors ?? [];
    this.task = more.task ?? null;
    this.spawnedAt = more.spawnedAt ?? null;
    const details = detailsOf(this);
    const stack = details && `${this.name}: ${message}\n${details.trimEnd()}\n${framesOf(this.stack)}`;
    // Not by an assignment, which the emitted types would declare anew.
    if (stack) Object.defineProperty(this, 'stack', { value: stack, configurable: true, writable: true });
  }

  /**
   * Tells it in lines, as a native program does on its standard error: with everything that is known.
   *
   * @returns {string}
   */
  explain() {
    const { code, message, cause } = this;
    const before = cause instanceof CorunError ? `  while this was being cleaned up after: ${cause.explain()}` : '';
    return `${code}: ${message}\n${detailsOf(this)}${before}`;
  }
}
Object.defineProperty(CorunError.prototype, 'name', { value: 'CorunError' });

/**
 * The chain of awaits, and a group's errors, each with the task it comes from.
 *
 * @param {CorunError} error
 * @returns {string}
 */
function detailsOf({ trace, errors }) {
  return trace + errors.map((error) => `  + ${originOf(error)}: ${error.explain()}`).join('');
}

/** @param {CorunError} error */
function originOf({ task, spawnedAt }) {
  if (!spawnedAt) return task ?? 'the body';
  return `${task ?? 'not spawned'} (${spawnedAt.file}:${spawnedAt.line})`;
}

/** @param {string | undefined} stack */
function framesOf(stack = '') {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  return first < 0 ? '' : lines.slice(first).join('\n');
}

/** Thrown through the guest by proc_exit; not an Error, so that nobody takes it for one. */
export class GuestExit {
  /** @param {number} status */
  constructor(status) {
    this.status = status;
  }
}

/**
 * An error as a plain object: structuredClone drops its class and code.
 *
 * @typedef {{ name: string, code?: string, message: string, stack?: string, trace?: string }} PlainError
 */

/**
 * @param {unknown} error
 * @returns {PlainError}
 */
export function toPlain(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const { code, trace } = /** @type {{ code?: unknown, trace?: unknown }} */ (/** @type {unknown} */ (error));
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof trace === 'string' ? { trace } : {}),
  };
}

/**
 * @param {PlainError} plain
 * @returns {Error}
 */
export function fromPlain(plain) {
  const error = rebuild(plain);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

/** @param {PlainError} plain */
function rebuild({ name, code, message, trace }) {
  if (name === 'CorunError') return new CorunError(code ?? 'EWORKER', message, trace ? { trace } : {});
  if (name === 'RuntimeError') return new WebAssembly.RuntimeError(message);
  if (name === 'TypeError') return new TypeError(message);
  if (name === 'RangeError') return new RangeError(message);
  const error = new Error(message);
  error.name = name;
  return code === undefined ? error : Object.assign(error, { code });
}
