/** Where a guest's output goes: functions, collections, streams; `inherit` is the host's own. */
import { host } from '#host';

/** @typedef {import('./output.js').Sink} Sink */
/** @typedef {(part: any) => unknown} Receiver */
/** @typedef {{ write: (bytes: Uint8Array, done: (error?: Error | null) => void) => unknown }} NodeWritable */

/**
 * `text` is streaming UTF-8 (a character is never cut), `lines` whole lines without their end.
 *
 * @typedef {'text' | 'bytes' | 'lines'} OutputForm
 * @typedef {'inherit' | 'collect' | Receiver | WritableStream | NodeWritable} OutputTarget
 * @typedef {OutputTarget | { to: OutputTarget, as: OutputForm }} OutputOption
 */

/**
 * @param {OutputOption} option
 * @param {number} fd 1 or 2
 * @param {string} name of the option, for messages
 * @returns {Sink}
 */
export function makeSink(option, fd, name) {
  const { to, as } =
    isRecord(option) && 'to' in option
      ? /** @type {{ to: OutputTarget, as: OutputForm }} */ (option)
      : { to: /** @type {OutputTarget} */ (option), as: undefined };
  if (as !== undefined && !['text', 'bytes', 'lines'].includes(as)) {
    throw new TypeError(`${name}: 'as' is 'text', 'bytes' or 'lines', not ${JSON.stringify(as)}`);
  }
  if (to === 'inherit')
    return as === undefined ? host.inheritSink(fd) : refuse(name, "'inherit' has no 'as'");
  if (to === 'collect') return collect(as ?? 'text');
  if (typeof to === 'function') return callFunction(to, as ?? 'text');
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

/**
 * Turns bytes into what the embedder asked for.
 *
 * @param {OutputForm} form
 * @returns {(bytes: Uint8Array | null) => (string | Uint8Array)[]} null: a run has ended
 */
function former(form) {
  if (form === 'bytes') return (bytes) => (bytes ? [bytes] : []);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** @param {Uint8Array | null} bytes */
  const decode = (bytes) => (bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode());
  if (form === 'text') return (bytes) => [decode(bytes)].filter((text) => text !== '');
  let rest = '';
  return (bytes) => {
    const lines = (rest + decode(bytes)).split('\n');
    rest = lines.pop() ?? '';
    if (bytes === null && rest !== '') {
      lines.push(rest);
      rest = '';
    }
    return lines;
  };
}

/**
 * Hands parts out in order, waiting for those that take time.
 *
 * @param {(string | Uint8Array)[]} parts
 * @param {(part: any) => unknown} give
 * @returns {void | Promise<void>}
 */
function giveAll(parts, give) {
  for (let i = 0; i < parts.length; i++) {
    const answer = /** @type {any} */ (give(parts[i]));
    if (answer && typeof answer.then === 'function') {
      return Promise.resolve(answer).then(() => giveAll(parts.slice(i + 1), give));
    }
  }
}

/** @param {Receiver} receive @param {OutputForm} form @returns {Sink} */
function callFunction(receive, form) {
  const form_ = former(form);
  return {
    reports: true,
    write: (bytes) => giveAll(form_(bytes), receive),
    finish: () => giveAll(form_(null), receive),
  };
}

/** @param {OutputForm} form @returns {Sink} */
function collect(form) {
  if (form === 'lines') refuse('collect', "collects 'text' or 'bytes'");
  /** @type {Uint8Array[]} */
  let parts = [];
  return {
    write: (bytes) => void parts.push(bytes),
    take() {
      const all = join(parts);
      parts = [];
      return form === 'bytes' ? all : new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
    },
  };
}

/** @param {Uint8Array[]} parts */
function join(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
  const form_ = former(form);
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
    write: (bytes) => giveInTurn(form_(bytes)),
    finish: () => giveInTurn(form_(null)),
  };
}

/** @param {NodeWritable} stream @param {OutputForm} form @returns {Sink} */
function writeNode(stream, form) {
  const form_ = former(form);
  /** @param {string | Uint8Array} part */
  const give = (part) =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        stream.write(/** @type {Uint8Array} */ (part), (error) => (error ? reject(error) : resolve()));
      })
    );
  return {
    reports: true,
    terminal: false,
    write: (bytes) => giveAll(form_(bytes), give),
    finish: () => giveAll(form_(null), give),
  };
}
