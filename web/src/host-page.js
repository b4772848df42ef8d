/** What a page, or a Worker of one, gives: the page half of `#host` (package.json, imports). */
import { callFunction, textFormer } from './forms.js';

/**
 * Everything that differs between Node and a page.
 *
 * @typedef {object} Host
 * @property {'Node'} [name] of what is no page
 * @property {() => string | undefined} lacks what of all that is needed is not there
 * @property {number} budgetMs how long a turn may take
 * @property {() => number} now monotonic milliseconds
 * @property {(turn: () => void) => void} immediate call when other events have had their turn
 * @property {() => boolean} draws whether this thread has frames to draw at present: in a hidden page timers take a second
 * @property {boolean} clamps whether timers that are set by timers are made to take 4 ms
 * @property {() => () => void} hold keep the process alive until the answer is called
 * @property {(ms: number) => boolean} [sleep] block this thread; false, or not there: that is not allowed
 * @property {(text: string) => URL} resolve
 * @property {(url: URL) => Promise<Uint8Array | undefined>} load what fetch cannot; undefined: fetch it
 * @property {(fd: number) => import('./output.js').Sink} inheritSink
 * @property {() => import('./input.js').Source} [inheritSource]
 * @property {(dirs: Record<string, string>) => Promise<import('./files.js').FileSystem>} [openDirectories]
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

/** What an engine that reads this file may still be without; all else that is used is older than its syntax. */
const NEEDED = ['WebAssembly', 'MessageChannel', 'ReadableStream'];

/** Not so in a Worker. */
const hasDocument = typeof document !== 'undefined';

/** @type {Host} */
export const host = {
  lacks: () => NEEDED.find((name) => !(name in globalThis)),
  budgetMs: hasDocument ? 8 : 20,
  now: () => performance.now(),
  immediate(turn) {
    waiting.push(turn);
    (immediates ??= openChannel()).postMessage(0);
  },
  clamps: true,
  draws: () => hasDocument && !document.hidden,
  hold: () => () => {},
  resolve: (text) => new URL(text, hasDocument ? document.baseURI : location.href),
  load: async () => undefined,
  inheritSink: (fd) => callFunction(fd === 2 ? console.error : console.log, textFormer('lines')),
};
