/**
 * Host calls, the guest's half: what it has asked of the embedder's functions, kept until it is answered. Performing that is the
 * other half, perform.js, which with a Worker is in another thread.
 *
 * A call ends once: answered, taken back by the guest, or abandoned with it. What comes later is dropped.
 */
import { performerOf } from './perform.js';
import { CALLS_FIELDS, CALL_FIELDS, badModule, readBytes, readText, readWords } from './protocol.js';

/** @typedef {import('./perform.js').Answer} Answer */
/** @typedef {import('./perform.js').Perform} Perform */

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
