/** Where a guest's stdin comes from. */
import { host } from '#host';
import { Input } from './input.js';

/** @typedef {import('./input.js').Source} Source */

/**
 * The parts of Node's Readable that are used here.
 *
 * @typedef {object} NodeReadable
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} on
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} off
 * @property {() => unknown} pause
 * @property {() => unknown} resume
 * @property {boolean} [readableEnded]
 * @property {boolean} [destroyed]
 * @property {Error | null} [errored]
 */

/**
 * The word `inherit` is the host's own stdin (Node); text that reads so must be given as bytes.
 *
 * @typedef {string | Uint8Array | ArrayBuffer} InputBytes
 * @typedef {InputBytes | Blob | ReadableStream | AsyncIterable<string | Uint8Array> | NodeReadable} InputOption
 */

/** @param {InputOption} option */
export const openInput = (option) => new Input(makeSource(option));

/**
 * @param {InputOption} option
 * @returns {Source}
 */
function makeSource(option) {
  if (option === 'inherit') return inherit();
  if (typeof option === 'string') return fromBytes(new TextEncoder().encode(option));
  if (option instanceof Uint8Array) return fromBytes(option);
  if (option instanceof ArrayBuffer) return fromBytes(new Uint8Array(option));
  if (typeof option === 'object' && option !== null) {
    if ('getReader' in option && typeof option.getReader === 'function') return fromStream(option);
    if ('pause' in option && typeof option.on === 'function') return fromNode(option);
    if (Symbol.asyncIterator in option) return fromIterable(option);
    if (option instanceof Blob) return fromStream(option.stream());
  }
  throw new TypeError('stdin: text, bytes, a Blob, a readable stream or an async iterable is expected');
}

function inherit() {
  if (host.inheritSource) return host.inheritSource();
  throw new TypeError("stdin: 'inherit' is for Node; a page has none: give text, bytes or a stream");
}

/** @param {Uint8Array} bytes @returns {Source} */
function fromBytes(bytes) {
  let at = 0;
  return {
    async pull() {
      if (at >= bytes.length) return null;
      const part = bytes.subarray(at, at + (1 << 18));
      at += part.length;
      return part;
    },
    stop() {},
  };
}

/** @param {unknown} chunk @returns {Uint8Array} */
function toBytes(chunk) {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`stdin gave a ${chunk === null ? 'null' : typeof chunk}; text or bytes are expected`);
}

/** @param {ReadableStream} stream @returns {Source} */
function fromStream(stream) {
  const reader = stream.getReader();
  return {
    async pull() {
      const { done, value } = await reader.read();
      return done ? null : toBytes(value);
    },
    stop: () => reader.releaseLock(),
  };
}

/** @param {AsyncIterable<string | Uint8Array>} iterable @returns {Source} */
function fromIterable(iterable) {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    async pull() {
      const { done, value } = await iterator.next();
      return done ? null : toBytes(value);
    },
    stop() {
      (async () => iterator.return?.())().catch(() => {});
    },
  };
}

/**
 * By `data`, one at a time, and paused in between: a process whose stdin is paused can end, and what
 * was not read stays for the next reader. (Its async iterator would destroy the stream.)
 *
 * @param {NodeReadable} stream
 * @param {boolean} [terminal]
 * @returns {Source}
 */
export function fromNode(stream, terminal = false) {
  /** @type {() => void} */
  let leave = () => {};
  /** @type {{ error: unknown } | undefined} */
  let failed;
  // Also while nobody reads: an error event that nobody listens for would end the process.
  const onerror = (/** @type {unknown} */ error) => (failed = { error });
  stream.on('error', onerror);
  return {
    terminal,
    pull: () =>
      new Promise((resolve, reject) => {
        if (stream.errored ?? failed) return reject(stream.errored ?? failed?.error);
        if (stream.readableEnded || stream.destroyed) return resolve(null);
        /** @type {[string, (value?: any) => void][]} */
        const listeners = [
          ['data', (chunk) => settle(() => resolve(toBytes(chunk)))],
          ['end', () => settle(() => resolve(null))],
          ['close', () => settle(() => resolve(null))],
          ['error', (error) => settle(() => reject(error))],
        ];
        leave = () => {
          for (const [event, listener] of listeners) stream.off(event, listener);
          stream.pause();
        };
        /** @param {() => void} answer */
        const settle = (answer) => {
          leave();
          try {
            answer();
          } catch (error) {
            reject(error);
          }
        };
        for (const [event, listener] of listeners) stream.on(event, listener);
        stream.resume();
      }),
    stop() {
      leave();
      stream.off('error', onerror);
    },
  };
}
