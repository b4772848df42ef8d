/**
 * Host calls: what the guest asks of the embedder's functions. Performing them is one half, which with a Worker is
 * the other side's; keeping what a guest has asked, until it is answered, is the other half.
 *
 * A call ends once: answered, taken back by the guest, or abandoned with it. What comes later is dropped.
 */
import { fetchCalls } from './fetch.js';
import { CALLS_FIELDS, CALL_FIELDS, badModule, readBytes, readText, readWords } from './protocol.js';

/**
 * What the guest is answered; undefined and null are no bytes, text is encoded as UTF-8.
 *
 * @typedef {Uint8Array | ArrayBuffer | ArrayBufferView | string | null | undefined | void} HostAnswer
 */

/**
 * A function that the guest can call by name. The signal is aborted when the guest does not wait for the answer any
 * more.
 *
 * @typedef {(bytes: Uint8Array, context: { signal: AbortSignal }) => HostAnswer | Promise<HostAnswer>} HostFunction
 */

/**
 * An answer in a form that can cross to another thread. `code` is a name as in C, or empty.
 *
 * @typedef {{ bytes: Uint8Array } | { error: { code: string, message: string } }} Answer
 */

/**
 * Begins a call; `done` is told how it ended, unless what this returns is called first, which aborts it. Never throws.
 *
 * @typedef {(name: string, bytes: Uint8Array, done: (answer: Answer) => void) => () => void} Perform
 */

/** What an answer can have: sizes are signed in the guest. */
const MOST_BYTES = 0x7fffffff;

/**
 * What the guest can call, by name.
 *
 * @param {import('./options.js').OpenOptions} options
 * @returns {Map<string, HostFunction>}
 */
function hostFunctions({ hostCalls = {}, fetch }) {
  const own = Object.entries(hostCalls).map(
    ([name, called]) => /** @type {[string, typeof called]} */ ([name, called.bind(hostCalls)]),
  );
  return new Map([...own, ...fetchCalls(fetch ?? ((request) => globalThis.fetch(request)))]);
}

/**
 * Performs what the options give.
 *
 * @param {import('./options.js').OpenOptions} options
 */
export const performerOf = (options) => performer(hostFunctions(options));

/**
 * @param {Map<string, HostFunction>} functions
 * @returns {Perform}
 */
export function performer(functions) {
  return (name, bytes, done) => {
    const controller = new AbortController();
    let open = true;
    const end = (/** @type {Answer} */ answer) => {
      if (open) done(answer);
      open = false;
    };
    call(functions, name, bytes, controller.signal).then(end, (error) => end({ error: describe(error) }));
    return () => {
      if (open) controller.abort(new DOMException('the program does not wait for it any more', 'AbortError'));
      open = false;
    };
  };
}

/**
 * @param {Map<string, HostFunction>} functions
 * @param {string} name
 * @param {Uint8Array} bytes
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function call(functions, name, bytes, signal) {
  await null; // never from inside a turn
  const called = functions.get(name);
  if (!called) return { error: { code: 'CORUN_NO_HOST_CALL', message: unknown(functions, name) } };
  if (signal.aborted) throw signal.reason;
  return { bytes: bytesOf(await called(bytes, { signal }), name) };
}

/** @param {Map<string, HostFunction>} functions @param {string} name */
function unknown(functions, name) {
  const there = [...functions.keys()].filter((other) => !other.startsWith('corun.'));
  return `there is no host call '${name}': ${there.length > 0 ? `there is ${there.join(', ')}` : 'none was given'}`;
}

/**
 * A copy, which the embedder cannot change meanwhile.
 *
 * @param {unknown} value
 * @param {string} name
 */
function bytesOf(value, name) {
  const bytes = ownBytes(value);
  if (!bytes) throw new TypeError(`the host call '${name}' gave ${kindOf(value)}, not bytes`);
  if (bytes.length > MOST_BYTES) throw new RangeError(`the host call '${name}' gave ${bytes.length} bytes, which are too many`);
  return bytes;
}

/** @param {unknown} value */
function ownBytes(value) {
  if (value === undefined || value === null) return new Uint8Array(0);
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (value instanceof ArrayBuffer) return new Uint8Array(value).slice();
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  return undefined;
}

/** @param {unknown} value */
function kindOf(value) {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * What is known of anything that was thrown, in a form that the guest can be told.
 *
 * @param {unknown} thrown
 */
function describe(thrown) {
  try {
    const { code } = /** @type {{ code?: unknown }} */ (thrown ?? {});
    const message = String(thrown).replaceAll('\0', '') || 'an error without a message';
    return { code: typeof code === 'string' && /^[\w+-]{1,64}$/.test(code) ? code : '', message };
  } catch {
    return { code: '', message: 'an error that cannot be shown' };
  }
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
    asked: readCallList(asked, memory, label).map(({ at, name, bytes, size }) => ({
      address: at,
      name: readText(name, memory, label),
      bytes: readBytes(bytes, size, memory, label, 'asks with'),
    })),
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

/**
 * @typedef {object} OpenCall
 * @property {number} address
 * @property {() => void} abort
 * @property {Answer | undefined} answer
 */

/**
 * What GuestCalls uses of a guest.
 *
 * @typedef {object} Asker
 * @property {string} label
 * @property {() => Asked} takeCalls what the guest has asked, and taken back, since the last time
 * @property {(call: number, answer: Answer) => void} answer answers what takeCalls has told of, once each
 */

/** What one guest has asked. */
export class GuestCalls {
  /** @type {Asker} */ #machine;
  /** @type {Perform} */ #perform;
  /** @type {() => void} */ #wake;
  /** @type {Map<number, OpenCall>} by what the guest names it; a call that is over is not in it */
  #open = new Map();
  /** @type {OpenCall[]} their answers wait for the next turn */
  #answered = [];
  #over = false;

  /**
   * @param {Asker} machine
   * @param {Perform} perform
   * @param {() => void} wake there is an answer
   */
  constructor(machine, perform, wake) {
    this.#machine = machine;
    this.#perform = perform;
    this.#wake = wake;
  }

  /** Begins what the guest has asked since the last time, aborts what it has taken back. */
  take() {
    const { asked, takenBack } = this.#machine.takeCalls();
    for (const address of takenBack) {
      const call = this.#open.get(address);
      this.#open.delete(address);
      call?.abort();
    }
    for (const { address, name, bytes } of asked) this.#begin(address, name, bytes);
  }

  /** @param {number} address @param {string} name @param {Uint8Array} bytes */
  #begin(address, name, bytes) {
    if (this.#over) return; // an embedder's function has killed the guest
    if (this.#open.has(address)) throw badModule(this.#machine.label, `asks twice for the same host call, '${name}'`);
    /** @type {OpenCall} */
    const call = { address, abort: () => {}, answer: undefined };
    this.#open.set(address, call);
    call.abort = this.#perform(name, bytes, (answer) => {
      if (call.answer || this.#open.get(address) !== call) return;
      call.answer = answer;
      this.#answered.push(call);
      this.#wake();
    });
  }

  /**
   * Hands over the answers that have come.
   *
   * @returns {boolean} whether there was one
   */
  deliver() {
    let any = false;
    for (const call of this.#answered.splice(0)) {
      if (this.#open.get(call.address) !== call || !call.answer) continue; // taken back since
      this.#open.delete(call.address);
      this.#machine.answer(call.address, call.answer);
      any = true;
    }
    return any;
  }

  /** The guest will never be entered again. */
  abandon() {
    this.#over = true;
    const calls = [...this.#open.values()];
    this.#open.clear();
    this.#answered = [];
    for (const call of calls) call.abort();
  }
}

/**
 * The calls of a guest that runs in this thread.
 *
 * @param {import('./machine.js').Machine} machine
 * @param {Pick<import('./driver.js').DriverParts, 'options' | 'perform'>} parts
 * @param {() => void} wake there is an answer
 * @param {Early} [early]
 */
export function callsOf(machine, { options = {}, perform = performerOf(options) }, wake, early) {
  const { exports, label } = machine;
  const takeCalls = () => {
    const { address, memory } = early ?? { address: exports.corun_calls(), memory: machine.memory };
    early = undefined;
    return readCalls(address >>> 0, memory, label);
  };
  return new GuestCalls({ label, takeCalls, answer: (call, answer) => giveAnswer(machine, call, answer) }, perform, wake);
}

/**
 * What a guest asked before this was there: what corun_calls returned, and a copy of the memory at that time.
 *
 * @typedef {{ address: number, memory: ArrayBuffer }} Early
 */

/**
 * What there is no memory for is the guest's to say.
 *
 * @param {import('./machine.js').Machine} machine
 * @param {number} call its address
 * @param {Answer} answer
 */
function giveAnswer(machine, call, answer) {
  const failed = 'error' in answer;
  const bytes = failed ? new TextEncoder().encode(`${answer.error.code}\0${answer.error.message}\0`) : answer.bytes;
  const place = machine.exports.corun_answer(call, failed ? 1 : 0, bytes.length) >>> 0;
  if (place === 0) return;
  if (place + bytes.length > machine.memory.byteLength)
    throw badModule(machine.label, `wants ${bytes.length} bytes at ${place}, which is not in its memory`);
  new Uint8Array(machine.memory).set(bytes, place);
}
