/**
 * Host calls, the half that performs them: the embedder's functions, called by name. With a Worker it is in the thread that made
 * that; the guest's half is host-calls.js.
 */
import { fetchCalls } from './fetch.js';

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
