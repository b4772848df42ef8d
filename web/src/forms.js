/** Output in the form that is asked for, handed to a function or collected. */
import { sizeOf } from './strings.js';

/** @typedef {import('./output.js').Sink} Sink */

/**
 * Turns bytes into text.
 *
 * @param {'text' | 'lines'} form
 * @returns {(bytes?: Uint8Array) => string[]} without bytes: a run has ended
 */
export function textFormer(form) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  return (bytes) => {
    const text = rest + decoder.decode(bytes, { stream: bytes !== undefined });
    const lines = form === 'lines' && bytes ? text.split('\n') : undefined;
    rest = lines?.pop() ?? '';
    return lines ?? (text ? [text] : []);
  };
}

/**
 * Hands parts out in order, waiting for those that take time.
 *
 * @param {(string | Uint8Array)[]} parts
 * @param {(part: any) => unknown} give
 * @returns {void | Promise<void>}
 */
export function giveAll(parts, give) {
  for (let i = 0; i < parts.length; i++) {
    const answer = /** @type {any} */ (give(parts[i]));
    if (typeof answer?.then === 'function')
      return Promise.resolve(answer).then(async () => {
        while (++i < parts.length) await give(parts[i]);
      });
  }
}

/**
 * @param {(part: any) => unknown} receive
 * @param {(bytes?: Uint8Array) => (string | Uint8Array)[]} formed
 * @returns {Sink}
 */
export function callFunction(receive, formed) {
  const write = (/** @type {Uint8Array} */ bytes) => giveAll(formed(bytes), receive);
  return { reports: true, write, finish: /** @type {() => void | Promise<void>} */ (write) }; // without bytes: what is held back
}

/** @param {'text' | 'bytes'} form @returns {Sink} */
export function collect(form) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  let parts = [];
  return {
    write: (bytes) => void parts.push(/** @type {Uint8Array<ArrayBuffer>} */ (bytes)),
    take() {
      const all = new Uint8Array(sizeOf(parts));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      parts = [];
      return form === 'bytes' ? all : new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
    },
  };
}
