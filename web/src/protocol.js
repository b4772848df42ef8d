/**
 * What the wasm module and this driver say to each other: hosts/web/abi.h, field by field. Nothing the module
 * says is believed unchecked: a file may be damaged, or come from another version. What is wrong, refusals.js tells.
 */
import { CorunError } from './errors.js';

export const MAGIC = 0x4e524f43;
export const VERSION = 4;
/** Words of struct turn_abi, turn_result, turn_task, turn_calls and turn_call. */
export const ABI_FIELDS = 9;
export const RESULT_FIELDS = 9;
export const TASK_FIELDS = 8;
export const CALLS_FIELDS = 2;
export const CALL_FIELDS = 5;

/** What corun_interrupt answers if nobody takes it. */
export const NOBODY = 0;

/** What corun_turn answers when it is not a time. */
export const MORE_NOW = 0;
export const ONLY_OUTSIDE = -1;
export const ENDED = -2;

/**
 * The guest's exports, as JavaScript sees them.
 *
 * @typedef {object} GuestExports
 * @property {WebAssembly.Memory} memory
 * @property {() => number} corun_abi
 * @property {(now: number, budget: number) => number} corun_turn
 * @property {() => number} corun_interrupt
 * @property {() => number} corun_result
 * @property {(fd: number) => number} corun_wants
 * @property {(fd: number, events: number) => void} corun_ready
 * @property {() => number} corun_close
 * @property {(code: number) => number} corun_error_name
 * @property {(code: number) => number} corun_error_text
 * @property {() => number} corun_calls
 * @property {(call: number, failed: number, size: number) => number} corun_answer
 * @property {() => number} corun_tasks
 * @property {(size: number) => number} corun_alloc
 * @property {(address: number) => void} corun_free
 */

/** @typedef {{ result: number, full: number, taken: number }} Abi */

/**
 * How a run ended, by itself or by exit(); it can cross to another thread.
 *
 * @typedef {object} GuestResult
 * @property {import('./failure.js').GuestError | null} error
 * @property {number | bigint | Uint8Array | undefined} value
 * @property {number} status
 */

/**
 * @typedef {GuestResult & { kind: 'done' } | Partial<GuestResult> & { kind: 'exit', status: number }
 *   | { kind: 'trap', error: Error }
 *   | { kind: 'killed' }} Outcome
 */

/** What the names of entries begin with. */
export const ENTRY = 'corun_entry_';

/** @param {string} label @param {string} what */
export function badModule(label, what) {
  return new CorunError('EMODULE', `${label} ${what}`);
}

/**
 * Reads struct turn_abi.
 *
 * @param {number} address what corun_abi returned
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @returns {Abi | undefined} undefined: the driver cannot run such a program
 */
export function readAbi(address, memory, label) {
  const fields = readWords(address, ABI_FIELDS, memory, label, 'its ABI table');
  const [, , , , result = 0, full = 0, taken = 0] = fields;
  const known = [MAGIC, VERSION, ABI_FIELDS * 4, RESULT_FIELDS * 4, result, full, taken, TASK_FIELDS * 4, CALL_FIELDS * 4];
  const isIn = (/** @type {number} */ at, size = 4) => at > 0 && at % 4 === 0 && at + size <= memory.byteLength;
  if (known.every((word, i) => word === fields[i]) && isIn(result, RESULT_FIELDS * 4) && isIn(full) && isIn(taken))
    return { result, full, taken };
}

/**
 * @param {number} address
 * @param {number} count
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @param {string} what
 */
export function readWords(address, count, memory, label, what) {
  const start = address >>> 0;
  if (start === 0 || start % 4 !== 0 || start + count * 4 > memory.byteLength) {
    throw badModule(label, `puts ${what} at ${start}, which is not in its memory`);
  }
  const view = new DataView(memory, start, count * 4);
  return Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true));
}

/**
 * Reads struct turn_result, with copies of all that it points to.
 *
 * @param {number} address
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @returns {{ code: number, failure: number, value: GuestResult['value'], status: number }} `code` is 0 unless it failed, `failure` where
 *   its corun_failure is, or 0
 */
export function readResult(address, memory, label) {
  const words = readWords(address, RESULT_FIELDS, memory, label, 'its result');
  const [, code = 0, failure = 0, tag = 0, bytes = 0, size = 0, , , status = 0] = words;
  const number = new DataView(memory, address + 24);
  const integer = number.getBigInt64(0, true);
  let value;
  // The tag is the name of the member that is set.
  switch (code === 0 && String.fromCharCode(tag)) {
    case 'i':
      value = Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
      break;
    case 'f':
      value = number.getFloat64(0, true);
      break;
    case 'p':
      value = bytes;
      break;
    case 'b':
      value = readBytes(bytes, size, memory, label, 'returned');
  }
  return { code: code | 0, failure, value, status: status | 0 };
}

/**
 * Copies.
 *
 * @param {number} address
 * @param {number} size
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @param {string} what the guest does with them
 */
export function readBytes(address, size, memory, label, what) {
  if (address + size > memory.byteLength)
    throw badModule(label, `${what} ${size} bytes at ${address}, which are not in its memory`);
  return new Uint8Array(memory, address, size).slice();
}

/** @param {number} address @param {ArrayBuffer} memory @param {string} label */
export function readText(address, memory, label) {
  if (address === 0) return '';
  const bytes = new Uint8Array(memory);
  const end = bytes.indexOf(0, address >>> 0);
  if (end < 0) throw badModule(label, `points to text at ${address}, which does not end in its memory`);
  return new TextDecoder().decode(bytes.slice(address >>> 0, end));
}
