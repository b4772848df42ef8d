/** Says in words what is wrong with options. Loaded for all but the plainest of them. */

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

/** Beyond it setTimeout fires at once. */
const LONGEST_MS = 0x7fffffff;

/** @param {unknown} options @param {'run' | 'Runner.open' | 'runner.run'} where @param {unknown} entry */
export function checkOptions(options, where, entry) {
  if (typeof entry !== 'string') throw new TypeError(`${where}: the entry is not a string`);
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
  if (like) return `; did you mean '${like}'?`;
  if (RUN.includes(name)) return '; runner.run takes it';
  if (OPEN.includes(name)) return '; Runner.open takes it';
  return `; there are ${known.join(', ')}`;
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
  grace(value, what) {
    mustBePositive(value, what);
    if (value > LONGEST_MS) throw new TypeError(`${what} is more than ${LONGEST_MS} milliseconds, the longest that a timer takes`);
  },
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
