/** The guest's instance: made, checked, and wrapped so that nobody else touches its memory. */
import { badModule, checkModule, entriesOf, forbidden, readAbi, readCalls, readResult } from './protocol.js';
import { CorunError } from './errors.js';
import { readError } from './failure.js';
import { readTasks } from './tasks.js';
import { openFiles } from './files.js';
import { host } from '#host';
import { Wasi } from './wasi.js';

/**
 * @typedef {object} MachineParts
 * @property {import('./source.js').Loaded} loaded
 * @property {import('./options.js').GuestSettings} settings
 * @property {import('./input.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {() => void} [onoutput]
 * @property {() => void} [onyield]
 */

export class Machine {
  /** @type {WebAssembly.Memory} */ #memory;
  /** @type {import('./protocol.js').Abi} */ #abi;
  /** @type {MachineParts['outputs']} */ #outputs;
  #blocks = /** @type {number[]} */ ([]);

  /** @type {import('./protocol.js').GuestExports} */ exports;
  /** @type {string[]} */ entries;
  /** @type {string} */ label;
  /** @type {import('./files.js').FileSystem | undefined} */ files;

  /**
   * @param {{ exports: WebAssembly.Exports, module: WebAssembly.Module, memory: WebAssembly.Memory }} made
   * @param {string} label
   * @param {MachineParts['outputs']} outputs
   */
  constructor(made, label, outputs) {
    this.exports = /** @type {import('./protocol.js').GuestExports} */ (
      /** @type {unknown} */ (made.exports)
    );
    this.entries = entriesOf(made.module);
    this.label = label;
    this.#memory = made.memory;
    this.#outputs = outputs;
    this.#abi = readAbi(this.exports.corun_abi(), this.#memory.buffer, label);
  }

  /** Tells corun_write which outputs are full. */
  noteFull() {
    let bits = 0;
    for (const [fd, output] of this.#outputs.entries()) if (output?.full) bits |= 1 << fd;
    new DataView(this.#memory.buffer).setUint32(this.#abi.full, bits, true);
  }

  /** How many interrupts the loop has dealt with. */
  get taken() {
    return new DataView(this.#memory.buffer).getUint32(this.#abi.taken, true);
  }

  get result() {
    const address = this.exports.corun_result();
    const guest = { exports: this.exports, memory: this.#memory, label: this.label };
    return readResult(address, this.#memory.buffer, this.label, (code, failure) => readError(guest, code, failure));
  }

  get tasks() {
    const address = this.exports.corun_tasks();
    if (address === 0) throw new CorunError('ENOMEM', 'no memory for a list of the tasks');
    const tasks = readTasks(address, this.#memory.buffer, this.label);
    this.exports.corun_free(address);
    return tasks;
  }

  /** What the guest has asked of the embedder, and taken back, since the last time. */
  takeCalls() {
    return readCalls(this.exports.corun_calls() >>> 0, this.#memory.buffer, this.label);
  }

  /**
   * Answers what takeCalls has told of, once each. What there is no memory for is the guest's to say.
   *
   * @param {number} call its address
   * @param {import('./host-calls.js').Answer} answer
   */
  answer(call, answer) {
    const failed = 'error' in answer;
    const bytes = failed
      ? new TextEncoder().encode(`${answer.error.code}\0${answer.error.message}\0`)
      : answer.bytes;
    const place = this.exports.corun_answer(call, failed ? 1 : 0, bytes.length) >>> 0;
    if (place === 0) return;
    if (place + bytes.length > this.#memory.buffer.byteLength)
      throw badModule(this.label, `wants ${bytes.length} bytes at ${place}, which is not in its memory`);
    new Uint8Array(this.#memory.buffer).set(bytes, place);
  }

  /**
   * Calls an entry with arguments that stay until releaseArguments.
   *
   * @param {string} entry
   * @param {string[]} args
   * @returns {number} 0, or an error
   */
  enter(entry, args) {
    const call = /** @type {any} */ (this.exports)[`corun_entry_${entry}`];
    if (!this.entries.includes(entry) || typeof call !== 'function') {
      const there = this.entries.length ? `there is ${this.entries.join(', ')}` : 'it has none';
      throw new CorunError('ENOENTRY', `${this.label} has no entry '${entry}': ${there}`);
    }
    return call(args.length, this.#putArguments(args));
  }

  /** @param {string[]} args */
  #putArguments(args) {
    const texts = args.map((text) => new TextEncoder().encode(`${text}\0`));
    const table = (args.length + 1) * 4;
    const block = this.exports.corun_alloc(table + texts.reduce((sum, text) => sum + text.length, 0)) >>> 0;
    if (block === 0) throw new CorunError('ENOMEM', 'no memory for the arguments');
    this.#blocks.push(block);
    const view = new DataView(this.#memory.buffer);
    let at = block + table;
    for (const [i, text] of texts.entries()) {
      view.setUint32(block + i * 4, at, true);
      new Uint8Array(this.#memory.buffer).set(text, at);
      at += text.length;
    }
    view.setUint32(block + args.length * 4, 0, true);
    return block;
  }

  releaseArguments() {
    for (const block of this.#blocks.splice(0)) this.exports.corun_free(block);
  }
}

/**
 * @param {MachineParts} parts
 * @returns {Promise<Machine>}
 */
export async function openMachine(parts) {
  const { loaded, settings } = parts;
  if (loaded.factory && (settings.files || settings.dirs)) {
    throw new TypeError('files and dirs are for WASI builds; an Emscripten module has its own file system');
  }
  const files = settings.files
    ? await openFiles(settings.files)
    : settings.dirs && (await host.openDirectories(settings.dirs));
  const wasi = new Wasi({
    ...parts,
    ...settings,
    files,
    onoutput: () => onoutput(),
    onyield: parts.onyield ?? (() => {}),
  });
  const made = loaded.factory
    ? await (await import('./emscripten.js')).openEmscripten(loaded.factory, loaded.module, wasi, loaded.label)
    : await openWasi(loaded.module, wasi.imports, loaded.label);
  wasi.bind(() => made.memory.buffer);
  files?.bind(made.memory);
  /** @type {{ _initialize?: () => void }} */ (made.exports)._initialize?.();
  const machine = new Machine(made, loaded.label, parts.outputs);
  machine.files = files;
  return machine;

  function onoutput() {
    machine.noteFull();
    parts.onoutput?.();
  }
}

/** @param {WebAssembly.Module} module @param {WebAssembly.ModuleImports} imports @param {string} label */
async function openWasi(module, imports, label) {
  checkModule(module, label);
  let exports;
  try {
    ({ exports } = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: imports }));
  } catch (error) {
    throw forbidden(label, error) ?? badModule(label, `cannot be instantiated: ${error instanceof Error ? error.message : error}`);
  }
  return { exports, module, memory: /** @type {WebAssembly.Memory} */ (exports['memory']) };
}
