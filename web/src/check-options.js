/** Says in words what is wrong with options. Loaded for all but the plainest of them. */

/** @typedef {import('./options.js').OpenOptions} OpenOptions */
/** @typedef {import('./options.js').RunOptions} RunOptions */
/** @typedef {(value: any, what: string) => void} Check throws a TypeError about `what` */

/** Beyond it setTimeout fires at once. */
const LONGEST_MS = 0x7fffffff;

/** @param {unknown} options @param {'run' | 'Runner.open' | 'runner.run'} where @param {unknown} entry */
export function checkOptions(options, where, entry) {
  if (typeof entry !== 'string') throw new TypeError(`${where}: the entry is not a string`);
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where}: the options are not an object`);
  const known = KNOWN[where];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${where}: unknown option '${name}'${guess(name, known)}`);
  }
  const given = /** @type {Record<string, unknown>} */ (options);
  for (const name of known) {
    if (given[name] !== undefined) CHECKS[/** @type {keyof typeof CHECKS} */ (name)](given[name], `${where}: ${name}`);
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
  if (like) return `; did you mean '${like}'?`;
  const taker = /** @type {const} */ (['Runner.open', 'runner.run']).find((other) => KNOWN[other].includes(name));
  if (taker) return `; ${taker} takes it`;
  return `; there are ${known.join(', ')}`;
}

/** Where the streams and `wasm` are opened they are looked at, since only that can tell what is wrong with them. @type {Check} */
const later = () => {};

/** All options there are: the compiler asks for one that is missing. @type {Record<keyof OpenOptions | keyof RunOptions, Check>} */
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
  stdin: later,
  stdout: later,
  stderr: later,
  files(value, what) {
    if (!isRecord(value)) throw new TypeError(`${what} is not an object from path to contents`);
    for (const [path, contents] of Object.entries(value)) {
      if (contents instanceof Blob) throw new TypeError(`${what}: ${path} is a Blob: give new Uint8Array(await blob.arrayBuffer())`);
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
  debug: mustBe('boolean'),
  worker: mustBe('boolean'),
  workerUrl(value, what) {
    if (typeof value !== 'string' && !(value instanceof URL)) throw new TypeError(`${what} is not a URL`);
  },
  budget: mustBePositive,
  grace(value, what) {
    mustBePositive(value, what);
    if (value > LONGEST_MS) throw new TypeError(`${what} is more than ${LONGEST_MS} milliseconds, the longest that a timer takes`);
  },
  ontasks: mustBe('function'),
  wasm: later,
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

const NAMES = Object.keys(CHECKS);
/** Which of them each call takes. @type {Record<'run' | 'Runner.open' | 'runner.run', string[]>} */
const KNOWN = { run: NAMES, 'Runner.open': NAMES.filter((name) => name !== 'signal'), 'runner.run': ['args', 'signal'] };

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
