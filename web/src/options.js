/** The options of run and Runner.open, checked in words before anything starts. */
import { fetchCalls } from './fetch.js';

/**
 * @typedef {object} OpenOptions
 * @property {string[]} [args] what the guest's own main gets, with its name first
 * @property {Record<string, string>} [env]
 * @property {import('./sources.js').InputOption} [stdin] nothing unless given
 * @property {import('./sinks.js').OutputOption} [stdout] `inherit` unless given
 * @property {import('./sinks.js').OutputOption} [stderr] `inherit` unless given
 * @property {Record<string, string | Uint8Array>} [files] path to contents: a file system in memory
 * @property {Record<string, string>} [dirs] Node: guest path to a directory of the machine
 * @property {boolean} [debug] Corun's debug mode
 * @property {boolean} [worker] run the guest in a Worker, so that a tight loop can be killed
 * @property {string | URL} [workerUrl] page: where worker.js is served
 * @property {number} [budget] milliseconds a turn may take: 8 in a page, 20 elsewhere
 * @property {number} [grace] milliseconds from the first interrupt to kill(); none unless given
 * @property {Record<string, import('./host-calls.js').HostFunction>} [hostCalls] what the program can call by name; the
 *   functions run in this thread, also with `worker`
 * @property {false | import('./fetch.js').Fetch} [fetch] what the program's corun_fetch calls, with a Request; the host's own
 *   unless given, false: the program must not
 * @property {(changes: import('./watch.js').TaskChange[]) => void} [ontasks] called with what the program's tasks
 *   have done since the last time: looks at them after each round of the loop, for at most a fifth of the time
 * @property {import('./source.js').Source} [wasm] the .wasm of an Emscripten factory; of a factory's URL only if it does not lie
 *   beside it under the same name
 */

/**
 * @typedef {object} RunOptions
 * @property {string[]} [args]
 * @property {AbortSignal} [signal]
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

const OPEN = [
  'args',
  'env',
  'stdin',
  'stdout',
  'stderr',
  'files',
  'dirs',
  'debug',
  'worker',
  'workerUrl',
  'budget',
  'grace',
  'ontasks',
  'wasm',
  'hostCalls',
  'fetch',
];
const RUN = ['args', 'signal'];

/** @param {unknown} options @param {'run' | 'Runner.open' | 'runner.run'} where */
export function checkOptions(options, where) {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where}: the options are not an object`);
  const known = where === 'run' ? [...OPEN, 'signal'] : where === 'Runner.open' ? OPEN : RUN;
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${where}: unknown option '${name}'${guess(name, known)}`);
  }
  const given = /** @type {Record<string, unknown>} */ (options);
  for (const [name, check] of Object.entries(CHECKS)) {
    if (given[name] !== undefined && known.includes(name)) check(given[name], `${where}: ${name}`);
  }
  if (given['files'] !== undefined && given['dirs'] !== undefined) {
    throw new TypeError(`${where}: files and dirs cannot be combined`);
  }
}

/** @param {string} name @param {string[]} known */
function guess(name, known) {
  const like = known.find(
    (other) =>
      other.toLowerCase() === name.toLowerCase() || [...other].sort().join() === [...name].sort().join(),
  );
  return like ? `; did you mean '${like}'?` : `; there are ${known.join(', ')}`;
}

/** @type {Record<string, (value: any, what: string) => void>} */
const CHECKS = {
  args(value, what) {
    if (!Array.isArray(value) || !value.every(isArgument))
      throw new TypeError(`${what} is not an array of strings without NUL`);
  },
  env(value, what) {
    if (!isRecord(value)) throw new TypeError(`${what} is not an object of strings`);
    for (const [name, text] of Object.entries(value)) {
      if (name === '' || /[=\0]/.test(name))
        throw new TypeError(`${what}: ${JSON.stringify(name)} cannot be a name`);
      if (!isArgument(text)) throw new TypeError(`${what}: ${name} is not a string without NUL`);
    }
  },
  files(value, what) {
    if (!isRecord(value)) throw new TypeError(`${what} is not an object from path to contents`);
    for (const [path, contents] of Object.entries(value)) {
      if (typeof contents !== 'string' && !(contents instanceof Uint8Array)) {
        throw new TypeError(`${what}: ${path} is neither text nor a Uint8Array`);
      }
    }
  },
  dirs(value, what) {
    if (!isRecord(value) || !Object.values(value).every(isArgument)) {
      throw new TypeError(`${what} is not an object from guest path to directory`);
    }
  },
  hostCalls(value, what) {
    if (!isRecord(value)) throw new TypeError(`${what} is not an object of functions`);
    for (const [name, called] of Object.entries(value)) {
      if (name === '' || name.includes('\0')) throw new TypeError(`${what}: ${JSON.stringify(name)} cannot be a name`);
      if (name.startsWith('corun.')) throw new TypeError(`${what}: ${name} is one of the library's own names`);
      if (typeof called !== 'function') throw new TypeError(`${what}: ${name} is not a function`);
    }
  },
  fetch(value, what) {
    if (value !== false && typeof value !== 'function') throw new TypeError(`${what} is neither a function nor false`);
  },
  debug: mustBe('boolean'),
  worker: mustBe('boolean'),
  budget: mustBePositive,
  grace: mustBePositive,
  ontasks: mustBe('function'),
  workerUrl(value, what) {
    if (typeof value !== 'string' && !(value instanceof URL)) throw new TypeError(`${what} is not a URL`);
  },
  signal(value, what) {
    if (
      typeof value !== 'object' ||
      value === null ||
      typeof value.aborted !== 'boolean' ||
      typeof value.addEventListener !== 'function'
    ) {
      throw new TypeError(`${what} is not an AbortSignal`);
    }
  },
};

/** @param {unknown} value @returns {value is string} */
function isArgument(value) {
  return typeof value === 'string' && !value.includes('\0');
}

/** @param {unknown} value */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {string} type */
function mustBe(type) {
  return (/** @type {unknown} */ value, /** @type {string} */ what) => {
    if (typeof value !== type) throw new TypeError(`${what} is not a ${type}`);
  };
}

/** @param {unknown} value @param {string} what */
function mustBePositive(value, what) {
  if (typeof value !== 'number' || !(value > 0))
    throw new TypeError(`${what} is not a positive number of milliseconds`);
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
    watched: options.ontasks !== undefined,
  };
}

/**
 * What the guest can call, by name.
 *
 * @param {OpenOptions} options
 * @returns {Map<string, import('./host-calls.js').HostFunction>}
 */
export function hostFunctions({ hostCalls = {}, fetch }) {
  const own = Object.entries(hostCalls).map(
    ([name, called]) => /** @type {[string, typeof called]} */ ([name, called.bind(hostCalls)]),
  );
  return new Map([...own, ...fetchCalls(fetch ?? ((request) => globalThis.fetch(request)))]);
}
