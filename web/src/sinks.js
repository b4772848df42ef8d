/** Where a guest's output goes, if it is not the plainest kind: streams, and what says in which form it wants it. */
import { host } from '#host';
import { callFunction, collect, giveAll, textFormer } from './forms.js';

/** @typedef {import('./output.js').Sink} Sink */

/**
 * The parts of Node's Writable that are used here.
 *
 * @typedef {object} NodeWritable
 * @property {(bytes: Uint8Array, done: (error?: Error | null) => void) => unknown} write
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} on
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} off
 * @property {Error | null} [errored]
 */

/** @typedef {'text' | 'bytes' | 'lines'} OutputForm */

/**
 * Where output goes; a stream is written to, and not closed. What a function or a stream fails with, the run fails with.
 *
 * @template Part
 * @typedef {((part: Part) => unknown) | WritableStream<Part> | NodeWritable} OutputTarget
 */

/**
 * A function gets text and `collect` collects it, a stream gets bytes, unless `as` says what comes: `text` is streaming UTF-8 (a
 * character is never cut), `lines` whole lines without their end, which cannot be collected, `bytes` a Uint8Array.
 *
 * @typedef {'inherit' | 'collect' | ((text: string) => unknown) | WritableStream<Uint8Array> | NodeWritable
 *   | { to: 'collect' | OutputTarget<string>, as: 'text' } | { to: OutputTarget<string>, as: 'lines' }
 *   | { to: 'collect' | OutputTarget<Uint8Array>, as: 'bytes' }} OutputOption
 */

/**
 * What a result has of a stream that is known to be collected; nothing is known of an option that is only an OutputOption.
 *
 * @template {string} Name
 * @template Option
 * @typedef {[Option] extends ['collect' | { to: 'collect', as: 'text' }] ? { [N in Name]: string }
 *   : [Option] extends [{ to: 'collect', as: 'bytes' }] ? { [N in Name]: Uint8Array } : unknown} Collected
 */

/**
 * @param {OutputOption} option
 * @param {string} name of the option, for messages
 * @param {number} fd 1 or 2
 * @returns {Sink}
 */
export function makeSink(option, name, fd) {
  const { to, as } = /** @type {{ to: 'inherit' | 'collect' | OutputTarget<any>, as?: OutputForm }} */ (isRecord(option) && 'to' in option ? option : { to: option });
  if (as !== undefined && !['text', 'bytes', 'lines'].includes(as)) {
    throw new TypeError(`${name}: 'as' is 'text', 'bytes' or 'lines', not ${JSON.stringify(as)}`);
  }
  if (to === 'inherit')
    return as === undefined ? host.inheritSink(fd) : refuse(name, "'inherit' has no 'as'");
  if (to === 'collect') return as === 'lines' ? refuse(name, "'collect' collects 'text' or 'bytes'") : collect(as ?? 'text');
  if (typeof to === 'function') return callFunction(to, former(as ?? 'text'));
  if (isWritableStream(to)) return writeStream(to, as ?? 'bytes');
  if (isNodeWritable(to)) return writeNode(to, as ?? 'bytes');
  return refuse(name, "'inherit', 'collect', a function, a writable stream, or { to, as } is expected");
}

/** @param {string} name @param {string} what @returns {never} */
function refuse(name, what) {
  throw new TypeError(`${name}: ${what}`);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {unknown} value @returns {value is WritableStream} */
function isWritableStream(value) {
  return isRecord(value) && typeof value.getWriter === 'function';
}

/** @param {unknown} value @returns {value is NodeWritable} */
function isNodeWritable(value) {
  return isRecord(value) && typeof value.write === 'function' && typeof value.on === 'function';
}

/** @param {OutputForm} form @returns {(bytes?: Uint8Array) => (string | Uint8Array)[]} */
function former(form) {
  return form === 'bytes' ? (bytes) => (bytes ? [bytes] : []) : textFormer(form);
}

/** The latest write to each stream: stdout and stderr may share one, which only one may lock. */
const latest = /** @type {WeakMap<WritableStream, Promise<unknown>>} */ (new WeakMap());

/**
 * Locked only while a write is under way, and never closed: the stream is its owner's.
 *
 * @param {WritableStream} stream
 * @param {OutputForm} form
 * @returns {Sink}
 */
function writeStream(stream, form) {
  const formed = former(form);
  /** @param {string | Uint8Array} part */
  const give = async (part) => {
    const writer = stream.getWriter();
    try {
      await writer.ready;
      await writer.write(part);
    } finally {
      writer.releaseLock();
    }
  };
  /** @param {(string | Uint8Array)[]} parts */
  const giveInTurn = (parts) => {
    const given = Promise.resolve(latest.get(stream)).then(() => giveAll(parts, give));
    latest.set(
      stream,
      given.catch(() => {}),
    );
    return given;
  };
  return {
    reports: true,
    terminal: false,
    write: (bytes) => giveInTurn(formed(bytes)),
    finish: () => giveInTurn(formed()),
  };
}

const ignore = () => {};

/**
 * What a write fails with comes as an event too, sooner or later, and one that nobody listens for would end the process.
 *
 * @param {NodeWritable} stream
 */
function listen(stream) {
  stream.off('error', ignore); // once is enough
  stream.on('error', ignore);
}

/** @param {NodeWritable} stream @param {OutputForm} form @returns {Sink} */
function writeNode(stream, form) {
  const formed = former(form);
  listen(stream);
  /** @param {string | Uint8Array} part */
  const give = (part) =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        listen(stream);
        stream.write(/** @type {Uint8Array} */ (part), (error) => (error ? reject(stream.errored ?? error) : resolve()));
      })
    );
  return {
    reports: true,
    terminal: false,
    write: (bytes) => giveAll(formed(bytes), give),
    async finish() {
      await giveAll(formed(), give);
      stream.off('error', ignore);
    },
  };
}
