/**
 * WASI preview 1 for the guest: what every program imports. The other functions are those of wasi-rest.js, descriptors above 2
 * those of files.js, which are loaded for them.
 *
 * Why our own: browser_wasi_shim counts arguments in UTF-16 and writes them in UTF-8, and polls one
 * clock; node:wasi loses output on a non-blocking pipe and leaks its state at exit.
 */
import { host } from '#host';
import { AGAIN, BADF, FAULT, INVAL, IO, PIPE, SPIPE, SUCCESS } from './errno.js';
import { GuestExit } from './errors.js';
import { encodeAll, putAll, sizeOf } from './strings.js';
import { pollOneoff } from './wasi-poll.js';

const CHARACTER_DEVICE = 2;
const READ = 1 << 1;
const WRITE = 1 << 6;
/** SET_FLAGS, FILESTAT and POLL. */
const RIGHTS = (1 << 3) | (1 << 21) | (1 << 27);
const NONBLOCK = 4;

/** Answers for one of the descriptors 0-2, which is open. @typedef {(fd: number, ...args: any[]) => number} OnStream */

/**
 * @typedef {object} WasiParts
 * @property {string[]} args
 * @property {string[]} env
 * @property {import('./streams.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {() => void} [onoutput] the guest has written, inside a turn
 * @property {() => void} [onyield] the guest gives way, inside a turn
 */

export class Wasi {
  /** @type {import('./files.js').FileSystem | undefined} */ files;
  /** The guest's, which may be replaced when it grows. @type {() => ArrayBuffer} */ memory = () => new ArrayBuffer(0);
  /** @type {WasiParts} */ #parts;
  /** @type {Set<number>} */ #closed = new Set();

  /** @type {Record<string, (...args: any[]) => number>} */ imports = {};

  /** @param {WasiParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const [args_sizes_get, args_get] = this.#strings(parts.args);
    const [environ_sizes_get, environ_get] = this.#strings(parts.env);
    this.add({
      args_sizes_get,
      args_get,
      environ_sizes_get,
      environ_get,
      clock_time_get: (id, _precision, out) => this.#clock(id, out),
      sched_yield: () => {
        parts.onyield?.();
        return SUCCESS;
      },
      proc_exit(status) {
        throw new GuestExit(status);
      },
      poll_oneoff: (from, to, count, out) => pollOneoff(this.view, this.#readiness, from, to, count, out),
    });
    this.addOnStreams({
      fd_read: (fd, iovs, count, out) => this.#read(fd, iovs, count, out),
      fd_write: (fd, iovs, count, out) => this.#write(fd, iovs, count, out),
      fd_close: (fd) => {
        this.#closed.add(fd);
        return SUCCESS;
      },
      fd_fdstat_get: (fd, out) => this.#fdstat(fd, out),
      fd_seek: () => SPIPE,
    });
  }

  /**
   * Adds functions. Addresses that are not in the guest's memory are its own fault, and no trap.
   *
   * @param {Record<string, (...args: any[]) => number>} functions
   */
  add(functions) {
    for (const [name, call] of Object.entries(functions)) {
      this.imports[name] = (...args) => {
        try {
          return call(...args);
        } catch (error) {
          if (error instanceof RangeError) return FAULT;
          throw error;
        }
      };
    }
  }

  /**
   * Adds functions for descriptors, which the file system answers above 2.
   *
   * @param {Record<string, OnStream>} functions
   */
  addOnStreams(functions) {
    for (const [name, answer] of Object.entries(functions)) {
      this.add({
        [name]: (fd, ...rest) => {
          if (fd >>> 0 > 2) return this.onFiles(name, fd, rest);
          return this.#closed.has(fd) ? BADF : answer(fd, ...rest);
        },
      });
    }
  }

  /** @param {string} name @param {number} fd @param {any[]} rest @returns {number} */
  onFiles(name, fd, rest) {
    return this.files?.imports[name]?.(fd, ...rest) ?? BADF;
  }

  get view() {
    return new DataView(this.memory());
  }

  /**
   * The two functions by which a guest gets its arguments, or its environment.
   *
   * @param {string[]} texts
   * @returns {[(count: number, size: number) => number, (table: number, bytes: number) => number]}
   */
  #strings(texts) {
    const strings = encodeAll(texts);
    return [
      (count, size) => this.#put(count, strings.length) || this.#put(size, sizeOf(strings)),
      (table, bytes) => {
        putAll(strings, this.memory(), table, bytes);
        return SUCCESS;
      },
    ];
  }

  /** @param {number} at @param {number} word */
  #put(at, word) {
    this.view.setUint32(at, word, true);
    return SUCCESS;
  }

  /** @param {number} id @param {number} out */
  #clock(id, out) {
    if (id > 3) return INVAL;
    if (id === 0) {
      this.view.setBigUint64(out, BigInt(Date.now()) * 1_000_000n, true);
      return SUCCESS;
    }
    // Timers and turns ask often, and two halves cost less than one BigInt; setUint32 takes its argument modulo 2^32.
    const ns = host.now() * 1e6;
    const { view } = this;
    view.setUint32(out, ns, true);
    view.setUint32(out + 4, ns / 2 ** 32, true);
    return SUCCESS;
  }

  /** @param {number} fd @param {number} iovs @param {number} count @param {number} out */
  #read(fd, iovs, count, out) {
    if (fd !== 0) return BADF;
    const { input } = this.#parts;
    const done = input.read(this.#buffers(iovs, count));
    if (done < 0) return input.error === undefined ? AGAIN : IO;
    return this.#put(out, done);
  }

  /** @param {number} fd @param {number} iovs @param {number} count @param {number} out */
  #write(fd, iovs, count, out) {
    const output = this.#parts.outputs[fd];
    if (!output) return BADF;
    if (output.broken) return PIPE;
    // Both may go to one place, where they are to stand in the order in which they were written.
    const other = this.#parts.outputs[3 - fd];
    if (other?.held) other.flush();
    let done = 0;
    for (const part of this.#buffers(iovs, count)) {
      output.write(part);
      done += part.length;
    }
    this.#parts.onoutput?.();
    return this.#put(out, done);
  }

  /** @param {number} iovs @param {number} count */
  #buffers(iovs, count) {
    const memory = this.memory();
    const word = (/** @type {number} */ at) => this.view.getUint32(at, true);
    return Array.from({ length: count }, (_, i) => new Uint8Array(memory, word(iovs + i * 8), word(iovs + i * 8 + 4)));
  }

  /** @param {number} fd */
  filetype(fd) {
    const { input, outputs } = this.#parts;
    return (fd === 0 ? input : outputs[fd])?.terminal ? CHARACTER_DEVICE : 0;
  }

  /** @param {number} fd @param {number} out */
  #fdstat(fd, out) {
    const words = [this.filetype(fd) | (NONBLOCK << 16), 0, RIGHTS | (fd === 0 ? READ : WRITE), 0, 0, 0];
    words.forEach((word, i) => this.#put(out + i * 4, word));
    return SUCCESS;
  }

  /** @param {number} fd @param {boolean} toRead */
  #readiness = (fd, toRead) => {
    if (this.#closed.has(fd) || (fd > 2 && !this.files)) return BADF;
    if (fd === 0 && toRead) {
      this.#parts.input.fetch();
      return this.#parts.input.ready ? SUCCESS : AGAIN;
    }
    return fd === 0 || (toRead && fd < 3) ? BADF : SUCCESS;
  };
}
