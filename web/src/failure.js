/**
 * How something failed in the guest: corun_failure and corun_child_error of include/corun/error.h, read from its
 * memory, and the errors that this package makes of them.
 */
import { CorunError } from './errors.js';
import { badModule, readText, readWords } from './protocol.js';

/** Words of corun_failure, of an entry of its trace and of its errors. */
const FAILURE_FIELDS = 7;
const PLACE_FIELDS = 3;
const CHILD_FIELDS = 7;

/** Groups within groups; errors and places in all. */
const DEEPEST = 100;
const MOST = 100_000;

/**
 * An error in a form that can cross to another thread.
 *
 * @typedef {object} GuestError
 * @property {string} code its name in C
 * @property {string} message
 * @property {string} trace a line for each place of the chain of awaits, innermost first
 * @property {GuestError[]} [context] what it replaced during a cleanup, what that had replaced, and so on
 * @property {GuestError[]} [errors] of a group
 * @property {string | null} [task] of one of a group's errors: the name of the task; null: the body's own
 * @property {{ file: string, line: number } | null} [spawnedAt] likewise
 */

/**
 * @typedef {object} Guest
 * @property {Pick<import('./protocol.js').GuestExports, 'corun_error_name' | 'corun_error_text'>} exports
 * @property {ArrayBuffer} memory
 * @property {string} label
 */

/** What the guest failed with: its chain of awaits, a group's errors, what was being cleaned up after. */
class GuestFailure extends CorunError {
  /**
   * @param {string} code
   * @param {string} message
   * @param {import('./errors.js').CorunErrorDetails} more
   */
  constructor(code, message, more) {
    super(code, message, more);
    const details = detailsOf(this);
    if (details === '') return;
    const value = `${this.name}: ${message}\n${details.trimEnd()}\n${framesOf(this.stack)}`;
    // Not by an assignment, which the emitted types would declare anew.
    Object.defineProperty(this, 'stack', { value, configurable: true, writable: true });
  }

  /** @override */
  explain() {
    const { code, message, cause } = this;
    const before = cause instanceof CorunError ? `  while this was being cleaned up after: ${cause.explain()}` : '';
    return `${code}: ${message}\n${detailsOf(this)}${before}`;
  }
}

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

/** Reads errors, as many as are believable. */
class ErrorReader {
  #guest;
  #left = MOST;

  /** @param {Guest} guest */
  constructor(guest) {
    this.#guest = guest;
  }

  /** An error of which only the code is known. @param {number} code @returns {GuestError} */
  bare(code) {
    const { corun_error_name: name, corun_error_text: text } = this.#guest.exports;
    return { code: this.#text(name(code)), message: this.#text(text(code)), trace: '' };
  }

  /** With what it replaced. @param {number} at @param {number} [nesting] @returns {GuestError} */
  whole(at, nesting = 0) {
    const { error, context } = this.#single(at, nesting);
    const before = [];
    for (let next = context; next !== 0; ) {
      const one = this.#single(next, nesting);
      before.push(one.error);
      next = one.context;
    }
    return before.length > 0 ? { ...error, context: before } : error;
  }

  /** @param {number} at @param {number} nesting @returns {{ error: GuestError, context: number }} */
  #single(at, nesting) {
    const [[code, message, depth, places, context, count, errors]] =
      /** @type {[[number, number, number, number, number, number, number]]} */ (this.#records(at, 1, FAILURE_FIELDS));
    const error = { ...this.bare(code | 0), message: this.#text(message), trace: this.#trace(places, depth) };
    return { error: count > 0 ? { ...error, errors: this.#children(errors, count, nesting) } : error, context };
  }

  /** @param {number} at @param {number} depth */
  #trace(at, depth) {
    const lines = this.#records(at, depth, PLACE_FIELDS).map(([file = 0, called = 0, line = 0]) => {
      return `  in ${this.#text(called)} (${this.#text(file)}:${line | 0})\n`;
    });
    return lines.join('');
  }

  /** @param {number} at @param {number} count @param {number} nesting @returns {GuestError[]} */
  #children(at, count, nesting) {
    if (nesting === DEEPEST) throw badModule(this.#guest.label, `has errors that are nested more than ${DEEPEST} deep`);
    return this.#records(at, count, CHILD_FIELDS).map(([code = 0, message = 0, name = 0, file = 0, , line = 0, failure = 0]) => {
      const known = failure === 0 ? { ...this.bare(code | 0), message: this.#text(message) } : this.whole(failure, nesting + 1);
      const spawnedAt = file === 0 ? null : { file: this.#text(file), line: line | 0 };
      return { ...known, task: name === 0 ? null : this.#text(name), spawnedAt };
    });
  }

  /** @param {number} at @param {number} count @param {number} fields of each */
  #records(at, count, fields) {
    const { memory, label } = this.#guest;
    this.#left -= count;
    if (this.#left < 0) throw badModule(label, `tells of more than ${MOST} errors and places: do they go in a circle?`);
    const words = count > 0 ? readWords(at, count * fields, memory, label, 'an error') : [];
    return Array.from({ length: count }, (_, i) => words.slice(i * fields, (i + 1) * fields));
  }

  /** @param {number} at */
  #text(at) {
    return readText(at, this.#guest.memory, this.#guest.label);
  }
}

/**
 * @param {Guest} guest
 * @param {number} code
 * @param {number} failure its address; 0: no more is known than the code
 */
export function readError(guest, code, failure) {
  const reader = new ErrorReader(guest);
  return failure === 0 ? reader.bare(code) : reader.whole(failure);
}

/**
 * Makes an error for the caller, of a guest's.
 *
 * @param {GuestError} error
 * @param {unknown} [cause] what made the guest fail, if that is known; else what the error replaced during a cleanup
 * @returns {CorunError}
 */
export function errorOf(error, cause) {
  const { code, message, trace, context = [], errors, task, spawnedAt } = error;
  /** @type {CorunError | undefined} */
  let before;
  for (const one of [...context].reverse()) before = errorOf(one, before);
  return new GuestFailure(code, message, {
    trace,
    cause: cause ?? before,
    ...(errors ? { errors: errors.map((one) => errorOf(one)) } : {}),
    ...(task === undefined ? {} : { task, spawnedAt: spawnedAt ?? null }),
  });
}
