/** The guest's instance: made, checked, and wrapped so that nobody else touches its memory. */
import { host } from '#host';
import { part, refusals } from './errors.js';
import { ENTRY, readAbi, readResult, readText, readWords } from './protocol.js';
import { encodeAll, putAll, sizeOf } from './strings.js';
import { Wasi } from './wasi.js';

/**
 * @typedef {object} MachineParts
 * @property {import('./source.js').Loaded} loaded
 * @property {import('./options.js').GuestSettings} settings
 * @property {import('./streams.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {() => void} [onoutput]
 * @property {() => void} [onyield]
 */

export class Machine {
  /** @type {import('./protocol.js').Abi} */ #abi;
  /** @type {MachineParts['outputs']} */ #outputs;
  /** Of the arguments; 0: there is none. */
  #block = 0;

  /** @type {import('./protocol.js').GuestExports} */ exports;
  /** @type {string} */ label;

  /**
   * @param {any} exports
   * @param {import('./protocol.js').Abi} abi
   * @param {string} label
   * @param {MachineParts['outputs']} outputs
   * @param {import('./files.js').FileSystem | undefined} files
   */
  constructor(exports, abi, label, outputs, files) {
    this.exports = exports;
    this.label = label;
    this.#outputs = outputs;
    this.#abi = abi;
    this.files = files;
  }

  /** As it is now: it may be replaced when it grows. */
  get memory() {
    return this.exports.memory.buffer;
  }

  /** Tells corun_write which outputs are full. */
  noteFull() {
    let bits = 0;
    for (const [fd, output] of this.#outputs.entries()) if (output?.full) bits |= 1 << fd;
    new DataView(this.memory).setUint32(this.#abi.full, bits, true);
  }

  /** How many interrupts the loop has dealt with. */
  get taken() {
    return new DataView(this.memory).getUint32(this.#abi.taken, true);
  }

  get result() {
    return readResult(this.exports.corun_result(), this.memory, this.label);
  }

  /**
   * What the guest says of an error, without its chain of awaits.
   *
   * @param {number} code
   * @param {number} [failure] where its corun_failure is
   * @returns {import('./failure.js').GuestError}
   */
  bareError(code, failure) {
    const { corun_error_name: name, corun_error_text: text } = this.exports;
    const message = failure ? readWords(failure, 2, this.memory, this.label, 'an error')[1] : text(code);
    const read = (/** @type {number} */ at) => readText(at, this.memory, this.label);
    return { code: read(name(code)), message: read(Number(message)), trace: '' };
  }

  /**
   * @param {string} name
   * @returns {((count: number, args: number) => number) | undefined} what begins it, and answers 0 or an error
   */
  entry(name) {
    return /** @type {any} */ (this.exports)[ENTRY + name];
  }

  /**
   * They stay until releaseArguments.
   *
   * @param {string[]} args
   * @returns {number} their address; 0: there is no memory
   */
  putArguments(args) {
    const texts = encodeAll(args);
    const table = (args.length + 1) * 4;
    const block = (this.#block = this.exports.corun_alloc(table + sizeOf(texts)) >>> 0);
    if (block === 0) return 0;
    putAll(texts, this.memory, block, block + table);
    new DataView(this.memory).setUint32(block + args.length * 4, 0, true);
    return block;
  }

  releaseArguments() {
    if (this.#block !== 0) this.exports.corun_free(this.#block);
    this.#block = 0;
  }
}

/**
 * @param {MachineParts} parts
 * @returns {Promise<Machine>}
 */
export async function openMachine(parts) {
  const { loaded, settings, outputs } = parts;
  const { module, label, factory } = loaded;
  const wasi = new Wasi({ ...parts, ...settings, onoutput: () => onoutput() });
  const isPlain = !factory && !settings.files && !settings.dirs && WebAssembly.Module.imports(module).every(({ name }) => wasi.imports[name]);
  const more = isPlain ? undefined : await (await part(import('./wasi-rest.js'))).extend(wasi, parts);
  const { files } = wasi;
  /** @type {Made | undefined} */
  let made = more;
  /** @type {unknown} */
  let problem;
  /** @type {Machine | undefined} */
  let machine;
  try {
    made ??= await WebAssembly.instantiate(/** @type {WebAssembly.Module} */ (module), { wasi_snapshot_preview1: wasi.imports });
    const exports = /** @type {any} */ (made.exports);
    wasi.memory = () => exports.memory.buffer;
    files?.bind(exports.memory);
    exports._initialize?.();
    const abi = readAbi(exports.corun_abi(), wasi.memory(), label);
    if (abi) machine = new Machine(exports, abi, label, outputs, files);
  } catch (error) {
    problem = error;
  }
  return machine ?? (await refusals(problem)).refuseProgram(more ? undefined : module, label, made, problem);

  function onoutput() {
    machine?.noteFull();
    parts.onoutput?.();
  }
}

/** An instance, or what has its exports. @typedef {{ exports: WebAssembly.Exports }} Made */
