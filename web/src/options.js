/** The options of run and Runner.open: what they are, and which of them need no closer look. */
import { part } from './errors.js';

/**
 * @typedef {object} OpenOptions
 * @property {string[] | undefined} [args] what the guest's own main gets, with its name first
 * @property {Record<string, string> | undefined} [env]
 * @property {import('./sources.js').InputOption | undefined} [stdin] nothing unless given: text, bytes, a Blob or File, a readable stream, an async iterable
 * @property {import('./sinks.js').OutputOption | undefined} [stdout] `inherit` unless given: the console, in Node the process's own.
 *   `collect` gives it in the result. A function gets text as it comes, a stream bytes; `{ to, as }` says otherwise
 * @property {import('./sinks.js').OutputOption | undefined} [stderr] likewise
 * @property {Record<string, string | Uint8Array> | undefined} [files] path to contents: a file system in memory
 * @property {Record<string, string> | undefined} [dirs] Node: guest path to a directory of the machine
 * @property {boolean | undefined} [debug] Corun's debug mode
 * @property {boolean | undefined} [worker] run the guest in a Worker, so that a tight loop can be killed
 * @property {string | URL | undefined} [workerUrl] page: where worker.js is served
 * @property {number | undefined} [budget] milliseconds a turn may take: 8 in a page, 20 elsewhere
 * @property {number | undefined} [grace] milliseconds from the first interrupt to kill(); none unless given
 * @property {Record<string, import('./perform.js').HostFunction> | undefined} [hostCalls] what the program can call by name; the
 *   functions run in this thread, also with `worker`
 * @property {false | import('./fetch.js').Fetch | undefined} [fetch] what the program's corun_fetch calls, with a Request; the host's own
 *   unless given, false: the program must not
 * @property {((changes: import('./watch.js').TaskChange[]) => void) | undefined} [ontasks] called with what the program's tasks
 *   have done since the last time: looks at them after each round of the loop, for at most a fifth of the time
 * @property {import('./source.js').Source | undefined} [wasm] the .wasm of an Emscripten factory; of a factory's URL only if it does not lie
 *   beside it under the same name
 */

/**
 * @typedef {object} RunOptions
 * @property {string[] | undefined} [args]
 * @property {AbortSignal | undefined} [signal]
 */

/**
 * What the guest's side needs; all of it can cross to a Worker.
 *
 * @typedef {object} GuestSettings
 * @property {string[]} args
 * @property {string[]} env `NAME=value`
 * @property {number | undefined} budget
 * @property {Record<string, string | Uint8Array> | undefined} files
 * @property {Record<string, string> | undefined} dirs
 * @property {boolean} watched somebody wants to know what its tasks do
 */

const STREAMS = ['stdin', 'stdout', 'stderr']; // looked at where they are opened
/** The options that need no closer look, if they are of the right kind. */
const PLAIN = {
  run: ['args', 'signal', 'worker', ...STREAMS],
  'Runner.open': ['args', 'worker', ...STREAMS],
  'runner.run': ['args', 'signal'],
};

/** @param {string} name @param {unknown} value */
function isRight(name, value) {
  if (name === 'args') return Array.isArray(value) && value.every((text) => typeof text === 'string' && !text.includes('\0'));
  return name === 'signal' ? value instanceof AbortSignal : name !== 'worker' || typeof value === 'boolean';
}

/**
 * Looks at options before anything starts. Nothing: they are plainly right; else what is to be waited for, and rejects if
 * they are wrong.
 *
 * @param {unknown} options
 * @param {'run' | 'Runner.open' | 'runner.run'} where
 * @param {unknown} [entry] of runner.run
 * @returns {Promise<void> | undefined}
 */
export function checkOptions(options, where, entry = 'main') {
  const isPlain = (/** @type {[string, unknown]} */ [name, value]) =>
    PLAIN[where].includes(name) && (value === undefined || isRight(name, value));
  if (typeof entry === 'string' && options instanceof Object && Object.entries(options).every(isPlain)) return undefined;
  return part(import('./check-options.js')).then((module) => module.checkOptions(options, where, entry));
}

/**
 * @param {OpenOptions} options
 * @returns {GuestSettings}
 */
export function guestSettings(options) {
  const env = { ...options.env, ...(options.debug ? { CORUN_DEBUG: '1' } : {}) };
  return {
    args: options.args ?? ['app'],
    env: Object.entries(env).map(([name, text]) => `${name}=${text}`),
    budget: options.budget,
    files: options.files,
    dirs: options.dirs,
    watched: Boolean(options.ontasks),
  };
}
