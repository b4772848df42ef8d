/** What a page, or a Worker of one, gives: the page half of `#host` (package.json, imports). */
import { CorunError } from './errors.js';

/**
 * The owner as the Worker sees it.
 *
 * @typedef {object} WorkerPort
 * @property {(message: Record<string, unknown>, transfer?: unknown[]) => void} post
 * @property {(receive: (message: any) => void) => void} listen
 */

/**
 * Everything that differs between Node and a page.
 *
 * @typedef {object} Host
 * @property {string} name
 * @property {() => string | undefined} lacks what of all that is needed is not there
 * @property {number} budgetMs how long a turn may take
 * @property {() => number} now monotonic milliseconds
 * @property {(turn: () => void) => void} immediate call when other events have had their turn
 * @property {() => boolean} draws whether this thread has frames to draw at present: in a hidden page timers take a second
 * @property {boolean} clamps whether timers that are set by timers are made to take 4 ms
 * @property {() => () => void} hold keep the process alive until the answer is called
 * @property {(ms: number) => boolean} sleep block this thread; false where that is not allowed
 * @property {(count: number) => Int32Array | null} sharedWords
 * @property {(text: string) => URL} resolve
 * @property {(url: URL) => Promise<Uint8Array | undefined>} load what fetch cannot; undefined: fetch it
 * @property {(fd: number) => import('./output.js').Sink} inheritSink
 * @property {() => import('./input.js').Source} inheritSource
 * @property {(dirs: Record<string, string>) => Promise<import('./files.js').FileSystem>} openDirectories
 * @property {() => WorkerPort} workerPort
 */

/** One channel for all immediate calls: a message is the only delay of 0 that is not clamped to 4 ms. */
const waiting = /** @type {(() => void)[]} */ ([]);
/** @type {MessagePort | undefined} */
let immediates;

function openChannel() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}

const NEEDED = ['WebAssembly', 'MessageChannel', 'AbortController', 'DOMException', 'TextDecoder', 'ReadableStream', 'fetch'];

/** @param {number} fd @returns {import('./output.js').Sink} */
function toConsole(fd) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const print = fd === 2 ? console.error : console.log;
  let rest = '';
  return {
    write(bytes) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) print(line);
    },
    finish() {
      rest += decoder.decode();
      if (rest !== '') print(rest);
      rest = '';
    },
  };
}

/** @type {Host} */
export const host = {
  name: 'a page',
  lacks: () => NEEDED.find((name) => !(name in globalThis)),
  budgetMs: typeof document === 'undefined' ? 20 : 8,
  now: () => performance.now(),
  immediate(turn) {
    waiting.push(turn);
    immediates ??= openChannel();
    immediates.postMessage(0);
  },
  clamps: true,
  draws: () => typeof document !== 'undefined' && !document.hidden,
  hold: () => () => {},
  sleep(ms) {
    const words = typeof document === 'undefined' ? host.sharedWords(1) : null;
    if (words) Atomics.wait(words, 0, 0, ms);
    return words !== null;
  },
  sharedWords: (count) =>
    globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(count * 4)) : null,
  resolve: (text) => new URL(text, typeof document === 'undefined' ? location.href : document.baseURI),
  load: async () => undefined,
  inheritSink: toConsole,
  inheritSource() {
    throw new TypeError("stdin: 'inherit' is for Node; a page has none: give text, bytes or a stream");
  },
  openDirectories() {
    throw new CorunError('CORUN_UNSUPPORTED', 'dirs is for Node; a page has none: use files');
  },
  workerPort() {
    const scope = /** @type {any} */ (globalThis);
    return {
      post: (message, transfer = []) => scope.postMessage(message, transfer),
      listen: (receive) =>
        scope.addEventListener('message', (/** @type {MessageEvent} */ event) => receive(event.data)),
    };
  },
};
