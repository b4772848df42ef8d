// Plays one case of tests/js/cases, in a page.
import { playCase } from '../js/cases/support.js';

/** How many there are of what a page has to end by itself. */
const counts = { workers: 0, timers: 0, listeners: 0, rejections: 0 };
const timers = new Set();
const { setTimeout: set, clearTimeout: clear } = globalThis;
globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ call, /** @type {number} */ ms) => {
  const id = set(() => {
    timers.delete(id);
    call();
  }, ms);
  timers.add(id);
  return id;
});
globalThis.clearTimeout = (id) => {
  timers.delete(id);
  clear(id);
};
globalThis.Worker = class extends Worker {
  #ended = false;

  /** @param {string | URL} url @param {WorkerOptions} [options] */
  constructor(url, options) {
    super(url, options);
    counts.workers++;
  }

  terminate() {
    if (!this.#ended) counts.workers--;
    this.#ended = true;
    super.terminate();
  }
};
const { addEventListener: add, removeEventListener: remove } = AbortSignal.prototype;
AbortSignal.prototype.addEventListener = function (/** @type {any[]} */ ...args) {
  counts.listeners++;
  return add.apply(this, /** @type {any} */ (args));
};
AbortSignal.prototype.removeEventListener = function (/** @type {any[]} */ ...args) {
  counts.listeners--;
  return remove.apply(this, /** @type {any} */ (args));
};
addEventListener('unhandledrejection', () => counts.rejections++);

const alive = () => ({ ...counts, timers: timers.size });

/** Where each toolchain leaves its programs, and what is given as source: of Emscripten's, the script. */
const toolchains = {
  WASI: { folder: '/build/wasi/', ending: '.wasm' },
  Emscripten: { folder: '/build/emscripten/', ending: '.mjs' },
};

/**
 * @param {string} file of tests/js/cases, without .js
 * @param {string} list what it exports
 * @param {string} what the case
 * @param {Record<string, unknown>} options
 * @param {keyof typeof toolchains} toolchain
 * @returns {Promise<string>} empty if it passed
 */
export async function play(file, list, what, options, toolchain) {
  const module = await import(`../js/cases/${file}.js`);
  const { folder, ending } = toolchains[toolchain];
  const program = (/** @type {string} */ path) => new URL(`${folder}${path}${ending}`, location.href);
  const place = {
    name: 'a page',
    options,
    program: (/** @type {string} */ name) => program(`tests/js/programs/${name}`),
    example: (/** @type {string} */ name) => program(`examples/${name}`),
    alive,
  };
  try {
    await playCase(module[list][what], place);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error}\n${error.stack}` : `it threw ${error}`;
  }
}
