/**
 * What the wasm module and this driver say to each other: hosts/web/abi.h, field by field. Nothing the module
 * says is believed unchecked: a file may be damaged, or come from another version.
 */
import { CorunError } from './errors.js';

export const MAGIC = 0x4e524f43;
export const VERSION = 4;
const ABI_FIELDS = ['magic', 'version', 'abi_size', 'result_size', 'result', 'full', 'taken', 'task_size', 'call_size'];
const RESULT_FIELDS = 9;
/** Words of struct turn_task. */
export const TASK_FIELDS = 8;
/** Words of struct turn_calls, and of struct turn_call. */
const CALLS_FIELDS = 2;
const CALL_FIELDS = 5;

/** The states of struct turn_result. */
export const TURN = { IDLE: 0, RUNNING: 1, CLOSING: 2, CLOSED: 3 };

/** What corun_interrupt answers. */
export const INTERRUPT = { NOBODY: 0, TAKEN: 1, STUCK: 2 };

/** What corun_turn answers when it is not a time. */
export const MORE_NOW = 0;
export const ONLY_OUTSIDE = -1;
export const ENDED = -2;

/**
 * The guest's exports, as JavaScript sees them.
 *
 * @typedef {object} GuestExports
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
 * How a run ended, in a form that can cross to another thread.
 *
 * @typedef {object} GuestResult
 * @property {number} state
 * @property {import('./failure.js').GuestError | null} error
 * @property {number | bigint | Uint8Array | undefined} value
 * @property {number} status
 */

/**
 * @typedef {{ kind: 'done', result: GuestResult }
 *   | { kind: 'exit', status: number }
 *   | { kind: 'trap', error: import('./errors.js').PlainError }
 *   | { kind: 'killed' }} Outcome
 */

const REQUIRED = [
  'corun_abi',
  'corun_turn',
  'corun_interrupt',
  'corun_result',
  'corun_wants',
  'corun_ready',
  'corun_close',
  'corun_error_name',
  'corun_error_text',
  'corun_calls',
  'corun_answer',
  'corun_tasks',
  'corun_alloc',
  'corun_free',
];
const ENTRY = 'corun_entry_';

/** @param {string} label @param {string} what */
export function badModule(label, what) {
  return new CorunError('EMODULE', `${label} ${what}`);
}

/**
 * The error that a page's content security policy makes of WebAssembly. Each engine has its own words for it, and its own moment:
 * compiling, or instantiating.
 *
 * @param {string} label
 * @param {unknown} error
 * @returns {CorunError | undefined}
 */
export function forbidden(label, error) {
  if (!(error instanceof Error) || !/unsafe-eval|security policy|\bCSP\b|disallowed by embedder/i.test(error.message)) return undefined;
  const what = "the page's content security policy forbids it; script-src needs 'wasm-unsafe-eval'";
  return new CorunError('ELOAD', `cannot load ${label}: ${what}`, { cause: error });
}

/**
 * Refuses bytes that are not a core WebAssembly module, before the engine says so in its own words.
 *
 * @param {Uint8Array} bytes
 * @param {string} label
 */
export function checkBytes(bytes, label) {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (bytes.length === 0) throw badModule(label, 'is not WebAssembly: it is empty');
  if (!magic.every((byte, i) => i >= bytes.length || bytes[i] === byte)) {
    const html = bytes[0] === 0x3c ? ', an HTML page (does the server send one for an unknown address?)' : '';
    throw badModule(label, `is not WebAssembly: it begins with ${JSON.stringify(beginning(bytes))}${html}`);
  }
  if (bytes.length < 8) throw badModule(label, `is truncated: it has ${bytes.length} bytes`);
  const [version, layer] = [
    (bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8),
    (bytes[6] ?? 0) | ((bytes[7] ?? 0) << 8),
  ];
  if (layer === 1) throw badModule(label, 'is a WebAssembly component; Corun runs core modules');
  if (version !== 1 || layer !== 0)
    throw badModule(label, `is WebAssembly of version ${version}; this engine knows 1`);
  const missing = missingBytes(bytes);
  if (missing > 0) throw badModule(label, `is truncated: at least ${missing} bytes are missing at its end`);
}

/**
 * Walks the sections, each a number and its size: the first that reaches past the end tells.
 *
 * @param {Uint8Array} bytes
 */
function missingBytes(bytes) {
  let at = 8;
  while (at < bytes.length) {
    at++;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) return byte === undefined ? 1 : 0; // damaged: the engine's to say
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return at - bytes.length;
}

/** @param {Uint8Array} bytes */
function beginning(bytes) {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 12)).replace(/[^\x20-\x7e]/g, '?');
}

/**
 * Refuses a module that the driver could not run.
 *
 * @param {WebAssembly.Module} module
 * @param {string} label
 */
export function checkModule(module, label) {
  const foreign = WebAssembly.Module.imports(module).find((item) => item.module !== 'wasi_snapshot_preview1');
  if (foreign && (foreign.module === 'env' || foreign.module === 'a')) {
    throw badModule(
      label,
      `was built by Emscripten (it imports ${foreign.module}.${foreign.name}): pass its JavaScript's factory, or that script's URL`,
    );
  }
  checkExports(module, label);
  if (foreign)
    throw badModule(label, `imports ${foreign.module}.${foreign.name}, which this host does not have`);
}

/** @param {WebAssembly.Module} module @param {string} label */
export function checkExports(module, label) {
  const exports = new Map(WebAssembly.Module.exports(module).map((item) => [item.name, item.kind]));
  if (!exports.has('corun_abi')) {
    throw badModule(
      label,
      'is WebAssembly but not a Corun program: it does not export corun_abi (no CORUN_MAIN in it?)',
    );
  }
  for (const name of REQUIRED) {
    if (exports.get(name) !== 'function') throw badModule(label, `does not export the function ${name}: is it of another Corun release?`);
  }
  if (exports.get('memory') !== 'memory') throw badModule(label, 'does not export its memory');
}

/** @param {WebAssembly.Module} module */
export function entriesOf(module) {
  return WebAssembly.Module.exports(module)
    .filter((item) => item.kind === 'function' && item.name.startsWith(ENTRY))
    .map((item) => item.name.slice(ENTRY.length));
}

/**
 * Reads struct turn_abi and checks each of its fields.
 *
 * @param {number} address what corun_abi returned
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @returns {Abi}
 */
export function readAbi(address, memory, label) {
  const fields = readWords(address, ABI_FIELDS.length, memory, label, 'its ABI table');
  const [magic, version, abiSize, resultSize, result, full, taken, taskSize, callSize] = /** @type {number[]} */ (fields);
  if (magic !== MAGIC)
    throw badModule(label, 'is not a Corun program: its ABI table does not begin with CORN');
  if (version !== VERSION) {
    throw badModule(
      label,
      `has ABI version ${version}, this driver knows version ${VERSION}: use one Corun release for both`,
    );
  }
  checkSize('abi_size', abiSize, ABI_FIELDS.length * 4, label);
  checkSize('result_size', resultSize, RESULT_FIELDS * 4, label);
  checkSize('task_size', taskSize, TASK_FIELDS * 4, label);
  checkSize('call_size', callSize, CALL_FIELDS * 4, label);
  checkAddress('result', result, RESULT_FIELDS * 4, memory, label);
  checkAddress('full', full, 4, memory, label);
  checkAddress('taken', taken, 4, memory, label);
  return { result: Number(result), full: Number(full), taken: Number(taken) };
}

/** @param {string} name @param {number | undefined} is @param {number} should @param {string} label */
function checkSize(name, is, should, label) {
  if (is !== should) throw badModule(label, `has a damaged ABI table: ${name} is ${is}, not ${should}`);
}

/**
 * @param {string} name
 * @param {number | undefined} address
 * @param {number} size
 * @param {ArrayBuffer} memory
 * @param {string} label
 */
function checkAddress(name, address, size, memory, label) {
  if (address === undefined || address === 0 || address % 4 !== 0 || address + size > memory.byteLength) {
    throw badModule(label, `has a damaged ABI table: the address of ${name} is ${address}`);
  }
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
 * @param {(code: number, failure: number) => import('./failure.js').GuestError} readError
 * @returns {GuestResult}
 */
export function readResult(address, memory, label, readError) {
  const words = readWords(address, RESULT_FIELDS, memory, label, 'its result');
  const [state, code, failure, tag, bytes, size, low, high, status] =
    /** @type {[number, number, number, number, number, number, number, number, number]} */ (words);
  const failed = code !== 0;
  return {
    state,
    error: failed ? readError(code | 0, failure) : null,
    value: failed ? undefined : readValue(String.fromCharCode(tag), { bytes, size, low, high }, memory, label),
    status: status | 0,
  };
}

/**
 * @param {string} tag
 * @param {{ bytes: number, size: number, low: number, high: number }} parts
 * @param {ArrayBuffer} memory
 * @param {string} label
 */
function readValue(tag, { bytes, size, low, high }, memory, label) {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, low, true);
  view.setUint32(4, high, true);
  if (tag === 'i') {
    const exact = view.getBigInt64(0, true);
    const near = Number(exact);
    return Number.isSafeInteger(near) ? near : exact;
  }
  if (tag === 'f') return view.getFloat64(0, true);
  if (tag === 'p') return bytes;
  if (tag !== 'b') return undefined;
  if (bytes + size > memory.byteLength)
    throw badModule(label, `returned ${size} bytes at ${bytes}, which are not in its memory`);
  return new Uint8Array(memory, bytes, size).slice();
}

/** @param {number} address @param {ArrayBuffer} memory @param {string} label */
export function readText(address, memory, label) {
  if (address === 0) return '';
  const bytes = new Uint8Array(memory);
  const end = address < bytes.length ? bytes.indexOf(0, address) : -1;
  if (end < 0) throw badModule(label, `points to text at ${address}, which does not end in its memory`);
  return new TextDecoder().decode(bytes.slice(address, end));
}

/**
 * What the guest asks of the embedder, in the order in which it did, and what it does not wait for any more.
 *
 * @typedef {object} Asked
 * @property {{ address: number, name: string, bytes: Uint8Array<ArrayBuffer> }[]} asked
 * @property {number[]} takenBack
 */

/**
 * Reads struct turn_calls, with copies of all that it points to.
 *
 * @param {number} address what corun_calls returned
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @returns {Asked}
 */
export function readCalls(address, memory, label) {
  if (address === 0) return { asked: [], takenBack: [] };
  const [takenBack = 0, asked = 0] = readWords(address, CALLS_FIELDS, memory, label, 'its host calls');
  return {
    asked: readCallList(asked, memory, label).map(({ at, name, bytes, size }) => {
      if (bytes + size > memory.byteLength)
        throw badModule(label, `asks with ${size} bytes at ${bytes}, which are not in its memory`);
      return { address: at, name: readText(name, memory, label), bytes: new Uint8Array(memory, bytes, size).slice() };
    }),
    takenBack: readCallList(takenBack, memory, label).map(({ at }) => at),
  };
}

/** @param {number} first @param {ArrayBuffer} memory @param {string} label */
function readCallList(first, memory, label) {
  const seen = new Set();
  const calls = [];
  for (let at = first; at !== 0; ) {
    if (seen.has(at)) throw badModule(label, 'has a list of host calls that goes in a circle');
    seen.add(at);
    const [next = 0, , name = 0, bytes = 0, size = 0] = readWords(at, CALL_FIELDS, memory, label, 'a host call');
    calls.push({ at, name, bytes, size });
    at = next;
  }
  return calls;
}
