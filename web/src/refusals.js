/**
 * Why a program cannot be run, in words: what is wrong with its source, its bytes, its imports and exports, its ABI table. Loaded when
 * something is.
 */
import { CorunError } from './errors.js';
import { ABI_FIELDS, CALL_FIELDS, ENTRY, MAGIC, RESULT_FIELDS, TASK_FIELDS, VERSION, badModule, readWords } from './protocol.js';

/** What a Corun program exports. */
const REQUIRED = [
  'corun_abi',
  'corun_turn',
  'corun_interrupt',
  'corun_result',
  'corun_wants',
  'corun_ready',
  'corun_close',
  'corun_error_name',
  'corun_error_text',
  'corun_calls',
  'corun_answer',
  'corun_tasks',
  'corun_alloc',
  'corun_free',
];

/**
 * The error that a page's content security policy makes of WebAssembly. Each engine has its own words for it, and its own moment:
 * compiling, or instantiating.
 *
 * @param {string} label
 * @param {unknown} error
 * @returns {CorunError | undefined}
 */
export function forbidden(label, error) {
  if (!(error instanceof Error) || !/unsafe-eval|security policy|\bCSP\b|disallowed by embedder/i.test(error.message)) return undefined;
  const what = "the page's content security policy forbids it; script-src needs 'wasm-unsafe-eval'";
  return new CorunError('ELOAD', `cannot load ${label}: ${what}`, { cause: error });
}

/** Why a program cannot be run any more. @typedef {keyof typeof OVER} Over */
const OVER = {
  exit: 'the program has called exit()',
  trap: 'the program has trapped',
  killed: 'the program was killed',
  closed: 'the runner is closed',
};

/**
 * @param {Over | undefined} over
 * @returns {never}
 */
export function refuseRun(over) {
  throw new CorunError('CORUN_CLOSED', over ? OVER[over] : 'the program has ended');
}

/**
 * @param {string} lacking what is not there
 * @returns {never}
 */
export function refuseHost(lacking) {
  throw new CorunError('CORUN_UNSUPPORTED', `Corun needs ${lacking}, which is not here`);
}

/**
 * Refuses what is no source at all.
 *
 * @returns {never}
 */
export function refuseSource() {
  throw new TypeError('the source is not a URL, a Response, bytes, a WebAssembly.Module or an Emscripten factory');
}

/**
 * Refuses an answer that is none.
 *
 * @param {string} label
 * @param {Response} response
 * @returns {never}
 */
export function refuseResponse(label, { status, statusText }) {
  throw new CorunError('ELOAD', `cannot load ${label}: the server answered ${status} ${statusText}`.trimEnd());
}

/**
 * Refuses what the engine does not compile, or what did not come to its end.
 *
 * @param {string} label
 * @param {unknown} error the engine's
 * @param {BufferSource | Promise<BufferSource>} [given] its bytes, if they are known
 * @returns {Promise<never>}
 */
export async function refuseCode(label, error, given) {
  const source = await Promise.resolve(given).catch(() => undefined);
  if (source instanceof ArrayBuffer) checkBytes(new Uint8Array(source), label);
  else if (source) checkBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), label);
  const why = error instanceof Error ? error.message.replace(/^WebAssembly\.\w+\(\): /, '') : String(error);
  const refused = forbidden(label, error);
  if (refused) throw refused;
  if (error instanceof WebAssembly.CompileError) throw badModule(label, `is damaged or truncated: ${why}`);
  throw new CorunError('ELOAD', `cannot load ${label}: ${why}`, { cause: error });
}

/**
 * Refuses what cannot be instantiated, or is no Corun program.
 *
 * @param {WebAssembly.Module | undefined} module
 * @param {string} label
 * @param {import('./machine.js').Made | undefined} made
 * @param {unknown} problem what was thrown; undefined: its ABI table is not this release's
 * @returns {never}
 */
export function refuseProgram(module, label, made, problem) {
  if (module) checkModule(module, label);
  if (problem === undefined) return refuseAbi(made, label);
  if (made) throw problem;
  throw forbidden(label, problem) ?? badModule(label, `cannot be instantiated: ${problem instanceof Error ? problem.message : problem}`);
}

/**
 * Refuses bytes that are not a core WebAssembly module, in better words than the engine's.
 *
 * @param {Uint8Array} bytes
 * @param {string} label
 */
export function checkBytes(bytes, label) {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (bytes.length === 0) throw badModule(label, 'is not WebAssembly: it is empty');
  if (!magic.every((byte, i) => i >= bytes.length || bytes[i] === byte)) {
    const html = bytes[0] === 0x3c ? ', an HTML page (does the server send one for an unknown address?)' : '';
    throw badModule(label, `is not WebAssembly: it begins with ${JSON.stringify(beginning(bytes))}${html}`);
  }
  if (bytes.length < 8) throw badModule(label, `is truncated: it has ${bytes.length} bytes`);
  const [version, layer] = [
    (bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8),
    (bytes[6] ?? 0) | ((bytes[7] ?? 0) << 8),
  ];
  if (layer === 1) throw badModule(label, 'is a WebAssembly component; Corun runs core modules');
  if (version !== 1 || layer !== 0)
    throw badModule(label, `is WebAssembly of version ${version}; this engine knows 1`);
  const missing = missingBytes(bytes);
  if (missing > 0) throw badModule(label, `is truncated: at least ${missing} bytes are missing at its end`);
}

/**
 * Walks the sections, each a number and its size: the first that reaches past the end tells.
 *
 * @param {Uint8Array} bytes
 */
function missingBytes(bytes) {
  let at = 8;
  while (at < bytes.length) {
    at++;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) return byte === undefined ? 1 : 0; // damaged: the engine's to say
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return at - bytes.length;
}

/** @param {Uint8Array} bytes */
function beginning(bytes) {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 12)).replace(/[^\x20-\x7e]/g, '?');
}

/**
 * Refuses a module that the driver could not run.
 *
 * @param {WebAssembly.Module} module
 * @param {string} label
 */
export function checkModule(module, label) {
  const foreign = WebAssembly.Module.imports(module).find((item) => item.module !== 'wasi_snapshot_preview1');
  if (foreign && (foreign.module === 'env' || foreign.module === 'a')) {
    throw badModule(
      label,
      `was built by Emscripten (it imports ${foreign.module}.${foreign.name}): pass its JavaScript's factory, or that script's URL`,
    );
  }
  checkExports(module, label);
  if (foreign)
    throw badModule(label, `imports ${foreign.module}.${foreign.name}, which this host does not have`);
}

/** @param {WebAssembly.Module} module @param {string} label */
export function checkExports(module, label) {
  const exports = new Map(WebAssembly.Module.exports(module).map((item) => [item.name, item.kind]));
  if (!exports.has('corun_abi')) {
    throw badModule(
      label,
      'is WebAssembly but not a Corun program: it does not export corun_abi (no CORUN_MAIN in it?)',
    );
  }
  for (const name of REQUIRED) {
    if (exports.get(name) !== 'function') throw badModule(label, `does not export the function ${name}: is it of another Corun release?`);
  }
  if (exports.get('memory') !== 'memory') throw badModule(label, 'does not export its memory');
}

/**
 * How a run ends whose entry is not there.
 *
 * @param {string} entry
 * @param {import('./machine.js').Machine} machine
 * @returns {import('./protocol.js').Outcome}
 */
export function refuseEntry(entry, { exports, label }) {
  const there = Object.keys(exports).flatMap((name) => (name.startsWith(ENTRY) ? name.slice(ENTRY.length) : []));
  const message = `${label} has no entry '${entry}': ${there.length ? `there is ${there.join(', ')}` : 'it has none'}`;
  return { kind: 'done', error: { code: 'ENOENTRY', message, trace: '' }, value: undefined, status: 1 };
}

/** @param {import('./machine.js').Made | undefined} made @param {string} label @returns {never} */
function refuseAbi(made, label) {
  const { corun_abi, memory } = /** @type {any} */ (made?.exports);
  checkAbi(corun_abi(), memory.buffer, label);
  throw badModule(label, 'has a damaged ABI table');
}

/**
 * Says what is wrong with a struct turn_abi that readAbi of protocol.js does not take.
 *
 * @param {number} address what corun_abi returned
 * @param {ArrayBuffer} memory
 * @param {string} label
 */
export function checkAbi(address, memory, label) {
  const fields = readWords(address, ABI_FIELDS, memory, label, 'its ABI table');
  const [magic, version, abiSize, resultSize, result, full, taken, taskSize, callSize] = fields;
  if (magic !== MAGIC) throw badModule(label, 'is not a Corun program: its ABI table does not begin with CORN');
  if (version !== VERSION)
    throw badModule(label, `has ABI version ${version}, this driver knows version ${VERSION}: use one Corun release for both`);
  checkSize('abi_size', abiSize, ABI_FIELDS * 4, label);
  checkSize('result_size', resultSize, RESULT_FIELDS * 4, label);
  checkSize('task_size', taskSize, TASK_FIELDS * 4, label);
  checkSize('call_size', callSize, CALL_FIELDS * 4, label);
  checkAddress('result', result, RESULT_FIELDS * 4, memory, label);
  checkAddress('full', full, 4, memory, label);
  checkAddress('taken', taken, 4, memory, label);
}

/** @param {string} name @param {number | undefined} is @param {number} should @param {string} label */
function checkSize(name, is, should, label) {
  if (is !== should) throw badModule(label, `has a damaged ABI table: ${name} is ${is}, not ${should}`);
}

/**
 * @param {string} name
 * @param {number | undefined} address
 * @param {number} size
 * @param {ArrayBuffer} memory
 * @param {string} label
 */
function checkAddress(name, address, size, memory, label) {
  if (address === undefined || address === 0 || address % 4 !== 0 || address + size > memory.byteLength) {
    throw badModule(label, `has a damaged ABI table: the address of ${name} is ${address}`);
  }
}

