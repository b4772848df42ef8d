/** Errors on their way from one thread to another. */
import { CorunError } from './errors.js';

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
  if (!(error instanceof Error)) return { name: 'Error', message: shown(error) };
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

/** @param {unknown} thrown */
function shown(thrown) {
  try {
    return String(thrown);
  } catch {
    return 'an error that cannot be shown';
  }
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

/** @typedef {Exclude<import('./protocol.js').Outcome, { kind: 'trap' }> | { kind: 'trap', error: PlainError }} PlainOutcome */

/** @param {import('./protocol.js').Outcome} outcome @returns {PlainOutcome} */
export function toPlainOutcome(outcome) {
  return outcome.kind === 'trap' ? { ...outcome, error: toPlain(outcome.error) } : outcome;
}

/** @param {PlainOutcome} outcome @returns {import('./protocol.js').Outcome} */
export function fromPlainOutcome(outcome) {
  return outcome.kind === 'trap' ? { ...outcome, error: fromPlain(outcome.error) } : outcome;
}
