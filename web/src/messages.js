/** What the thread that made a Worker and that Worker say to each other. */

/** The version of the messages below; first thing said in both directions. */
export const WORKER_VERSION = 5;

/** The type of what worker.js says once it is loaded, before it is asked: another script does not say it. */
export const HELLO = 'hello from Corun';

/**
 * @typedef {object} OpenMessage
 * @property {'open'} type
 * @property {number} version
 * @property {WebAssembly.Module} module
 * @property {string} label
 * @property {string | null} factory the address of the script that exports it; null: a WASI build
 * @property {import('./options.js').GuestSettings} settings
 * @property {boolean[]} terminals which of descriptors 0-2 are
 * @property {Int32Array | null} control shared words, or null where memory cannot be shared
 */

/**
 * To the Worker.
 *
 * @typedef {OpenMessage
 *   | { type: 'start', entry: string, args: string[] }
 *   | { type: 'close' }
 *   | { type: 'interrupt', number: number }
 *   | { type: 'tasks', number: number }
 *   | { type: 'chunk', bytes: Uint8Array | null, error?: import('./plain.js').PlainError }
 *   | { type: 'answer', number: number, answer: import('./perform.js').Answer }
 *   | { type: 'room', fd: number, size: number, broken: boolean }} ToWorker
 */

/**
 * From the Worker.
 *
 * @typedef {{ type: typeof HELLO, version: number }
 *   | { type: 'opened' }
 *   | { type: 'failed', error: import('./plain.js').PlainError }
 *   | { type: 'outcome', outcome: import('./plain.js').PlainOutcome, files: Record<string, Uint8Array> | null }
 *   | { type: 'acknowledged', number: number }
 *   | { type: 'tasks', number: number, tasks?: import('./tasks.js').TaskRecord[], error?: import('./plain.js').PlainError }
 *   | { type: 'call', number: number, name: string, bytes: Uint8Array }
 *   | { type: 'abort', number: number }
 *   | { type: 'changed', changes: import('./watch.js').TaskChange[] }
 *   | { type: 'pull' }
 *   | { type: 'output', fd: number, bytes: Uint8Array }} FromWorker
 */

/** Words of the shared control block: the latest interrupt's number, bytes of output dealt with. */
export const CONTROL = { INTERRUPT: 0, WRITTEN: 1, WORDS: 2 };
