/**
 * WASI preview 1 for the guest: arguments, environment, clocks, random, exit, polling and
 * descriptors 0-2. Descriptors above come from `files` (files.js) or `dirs` (dirs-node.js), if given.
 *
 * Why our own: browser_wasi_shim counts arguments in UTF-16 and writes them in UTF-8, and polls one
 * clock; node:wasi loses output on a non-blocking pipe and leaks its state at exit.
 */
import { host } from '#host';
import { GuestExit } from './errors.js';
import { pollOneoff } from './wasi-poll.js';

export const ERRNO = {
  SUCCESS: 0,
  AGAIN: 6,
  BADF: 8,
  FAULT: 21,
  INVAL: 28,
  IO: 29,
  NOSYS: 52,
  NOTSUP: 58,
  PIPE: 64,
  SPIPE: 70,
};
const { SUCCESS, AGAIN, BADF, FAULT, INVAL, IO, NOSYS, NOTSUP, PIPE, SPIPE } = ERRNO;
const FILETYPE = { UNKNOWN: 0, CHARACTER_DEVICE: 2 };
const RIGHT = { READ: 1n << 1n, SET_FLAGS: 1n << 3n, WRITE: 1n << 6n, FILESTAT: 1n << 21n, POLL: 1n << 27n };
const NONBLOCK = 4;

/** The preview 1 functions that only files have. */
const OF_FILES = [
  'fd_advise',
  'fd_allocate',
  'fd_datasync',
  'fd_fdstat_set_rights',
  'fd_filestat_set_size',
  'fd_filestat_set_times',
  'fd_pread',
  'fd_prestat_dir_name',
  'fd_prestat_get',
  'fd_pwrite',
  'fd_readdir',
  'fd_renumber',
  'fd_seek',
  'fd_sync',
  'fd_tell',
  'path_create_directory',
  'path_filestat_get',
  'path_filestat_set_times',
  'path_link',
  'path_open',
  'path_readlink',
  'path_remove_directory',
  'path_rename',
  'path_symlink',
  'path_unlink_file',
];
const NOWHERE = ['proc_raise', 'sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown'];
/** What these answer for descriptors 0-2, where it is not EBADF. */
const ON_STREAMS = /** @type {Record<string, number>} */ ({
  fd_seek: SPIPE,
  fd_tell: SPIPE,
  fd_pread: SPIPE,
  fd_pwrite: SPIPE,
  fd_advise: SPIPE,
  fd_allocate: SPIPE,
  fd_sync: SUCCESS,
  fd_datasync: SUCCESS,
  fd_filestat_set_size: INVAL,
  fd_renumber: NOTSUP,
});

/**
 * @typedef {object} WasiParts
 * @property {string[]} args
 * @property {string[]} env
 * @property {import('./input.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {import('./files.js').FileSystem | undefined} files
 * @property {() => void} [onoutput] the guest has written, inside a turn
 * @property {() => void} [onyield] the guest gives way, inside a turn
 */

export class Wasi {
  /** @type {() => ArrayBuffer} */ #memory = () => new ArrayBuffer(0);
  /** @type {WasiParts} */ #parts;
  /** @type {Set<number>} */ #closed = new Set();

  /** @type {Record<string, (...args: any[]) => number>} */ imports;

  /** @param {WasiParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.imports = this.#makeImports();
  }

  /** @param {() => ArrayBuffer} memory the guest's, which may be replaced when it grows */
  bind(memory) {
    this.#memory = memory;
  }

  get #view() {
    return new DataView(this.#memory());
  }

  #makeImports() {
    const encode = (/** @type {string} */ text) => new TextEncoder().encode(`${text}\0`);
    const args = this.#parts.args.map(encode);
    const env = this.#parts.env.map(encode);
    /** @type {Record<string, (...args: any[]) => number>} */
    const own = {
      args_sizes_get: (count, size) => this.#putSizes(args, count, size),
      args_get: (table, bytes) => this.#putStrings(args, table, bytes),
      environ_sizes_get: (count, size) => this.#putSizes(env, count, size),
      environ_get: (table, bytes) => this.#putStrings(env, table, bytes),
      clock_res_get: (id, out) => (id > 3 ? INVAL : this.#putTime(out, 1000n)),
      clock_time_get: (id, _precision, out) => this.#clock(id, out),
      random_get: (at, size) => this.#random(at, size),
      sched_yield: () => this.#yield(),
      proc_exit(status) {
        throw new GuestExit(status);
      },
      poll_oneoff: (from, to, count, out) => pollOneoff(this.#view, this.#readiness, from, to, count, out),
      fd_read: (fd, iovs, count, out) => this.#read(fd, iovs, count, out),
      fd_write: (fd, iovs, count, out) => this.#write(fd, iovs, count, out),
      fd_close: (fd) => this.#close(fd),
      fd_fdstat_get: (fd, out) => this.#onStream('fd_fdstat_get', fd, [out], () => this.#fdstat(fd, out)),
      fd_fdstat_set_flags: (fd, flags) => this.#onStream('fd_fdstat_set_flags', fd, [flags], () => SUCCESS),
      fd_filestat_get: (fd, out) =>
        this.#onStream('fd_filestat_get', fd, [out], () => this.#filestat(fd, out)),
    };
    for (const name of OF_FILES)
      own[name] = (fd, ...rest) => this.#onStream(name, fd, rest, () => ON_STREAMS[name] ?? BADF);
    for (const name of NOWHERE) own[name] = () => NOSYS;
    return Object.fromEntries(Object.entries(own).map(([name, call]) => [name, guard(call)]));
  }

  /**
   * Answers for one of 0-2 by `answer`, for others by the file system.
   *
   * @param {string} name @param {number} fd @param {any[]} rest @param {() => number} answer
   */
  #onStream(name, fd, rest, answer) {
    if (fd <= 2 && !name.startsWith('path_')) return this.#closed.has(fd) ? BADF : answer();
    return this.#parts.files?.imports[name]?.(fd, ...rest) ?? BADF;
  }

  /** @param {Uint8Array[]} strings @param {number} count @param {number} size */
  #putSizes(strings, count, size) {
    this.#view.setUint32(count, strings.length, true);
    this.#view.setUint32(
      size,
      strings.reduce((sum, text) => sum + text.length, 0),
      true,
    );
    return SUCCESS;
  }

  /** @param {Uint8Array[]} strings @param {number} table @param {number} bytes */
  #putStrings(strings, table, bytes) {
    for (const [i, text] of strings.entries()) {
      this.#view.setUint32(table + i * 4, bytes, true);
      new Uint8Array(this.#memory()).set(text, bytes);
      bytes += text.length;
    }
    return SUCCESS;
  }

  /** @param {number} out @param {bigint} ns */
  #putTime(out, ns) {
    this.#view.setBigUint64(out, ns, true);
    return SUCCESS;
  }

  /**
   * Timers and turns ask often, and two halves cost less than one BigInt; setUint32 takes its argument
   * modulo 2^32.
   * @param {number} id @param {number} out
   */
  #clock(id, out) {
    if (id === 0) return this.#putTime(out, BigInt(Date.now()) * 1_000_000n);
    if (id > 3) return INVAL;
    const ns = host.now() * 1e6;
    const view = this.#view;
    view.setUint32(out, ns, true);
    view.setUint32(out + 4, ns / 2 ** 32, true);
    return SUCCESS;
  }

  /** @param {number} at @param {number} size */
  #random(at, size) {
    const longest = 65536; // what getRandomValues takes
    for (let done = 0; done < size; done += longest) {
      crypto.getRandomValues(new Uint8Array(this.#memory(), at + done, Math.min(longest, size - done)));
    }
    return SUCCESS;
  }

  #yield() {
    this.#parts.onyield?.();
    return SUCCESS;
  }

  /** @param {number} fd @param {number} iovs @param {number} count @param {number} out */
  #read(fd, iovs, count, out) {
    if (fd > 2) return this.#parts.files?.imports['fd_read']?.(fd, iovs, count, out) ?? BADF;
    if (fd !== 0 || this.#closed.has(0)) return BADF;
    const { input } = this.#parts;
    let done = 0;
    for (const part of this.#buffers(iovs, count)) {
      if (part.length === 0) continue;
      const got = input.read(part);
      if (got < 0 && done === 0) return input.error === undefined ? AGAIN : IO;
      done += Math.max(got, 0);
      if (got < part.length) break;
    }
    this.#view.setUint32(out, done, true);
    return SUCCESS;
  }

  /** @param {number} fd @param {number} iovs @param {number} count @param {number} out */
  #write(fd, iovs, count, out) {
    if (fd > 2) return this.#parts.files?.imports['fd_write']?.(fd, iovs, count, out) ?? BADF;
    const output = this.#parts.outputs[fd];
    if (!output || this.#closed.has(fd)) return BADF;
    if (output.broken) return PIPE;
    // Both may go to one place, where they are to stand in the order in which they were written.
    const other = this.#parts.outputs[3 - fd];
    if (other?.held) other.flush();
    let done = 0;
    for (const part of this.#buffers(iovs, count)) {
      output.write(part);
      done += part.length;
    }
    this.#view.setUint32(out, done, true);
    this.#parts.onoutput?.();
    return SUCCESS;
  }

  /** @param {number} iovs @param {number} count */
  #buffers(iovs, count) {
    const memory = this.#memory();
    const view = new DataView(memory, iovs, count * 8);
    return Array.from(
      { length: count },
      (_, i) => new Uint8Array(memory, view.getUint32(i * 8, true), view.getUint32(i * 8 + 4, true)),
    );
  }

  /** @param {number} fd */
  #close(fd) {
    if (fd > 2) return this.#parts.files?.imports['fd_close']?.(fd) ?? BADF;
    if (this.#closed.has(fd)) return BADF;
    this.#closed.add(fd);
    return SUCCESS;
  }

  /** @param {number} fd */
  #filetype(fd) {
    const terminal = fd === 0 ? this.#parts.input.terminal : this.#parts.outputs[fd]?.terminal;
    return terminal ? FILETYPE.CHARACTER_DEVICE : FILETYPE.UNKNOWN;
  }

  /** @param {number} fd @param {number} out */
  #fdstat(fd, out) {
    const rights = (fd === 0 ? RIGHT.READ : RIGHT.WRITE) | RIGHT.SET_FLAGS | RIGHT.FILESTAT | RIGHT.POLL;
    const view = this.#view;
    view.setUint8(out, this.#filetype(fd));
    view.setUint8(out + 1, 0);
    view.setUint16(out + 2, NONBLOCK, true);
    view.setUint32(out + 4, 0, true);
    view.setBigUint64(out + 8, rights, true);
    view.setBigUint64(out + 16, 0n, true);
    return SUCCESS;
  }

  /** @param {number} fd @param {number} out */
  #filestat(fd, out) {
    new Uint8Array(this.#memory(), out, 64).fill(0);
    this.#view.setUint8(out + 16, this.#filetype(fd));
    this.#view.setBigUint64(out + 24, 1n, true);
    return SUCCESS;
  }

  /** @param {number} fd @param {boolean} toRead */
  #readiness = (fd, toRead) => {
    if (this.#closed.has(fd) || (fd > 2 && !this.#parts.files)) return BADF;
    if (fd === 0 && toRead) {
      this.#parts.input.fetch();
      return this.#parts.input.ready ? SUCCESS : AGAIN;
    }
    return fd === 0 || (toRead && fd < 3) ? BADF : SUCCESS;
  };
}

/**
 * Addresses that are not in the guest's memory are its own fault, and no trap.
 *
 * @param {(...args: any[]) => number} call
 */
function guard(call) {
  return (/** @type {any[]} */ ...args) => {
    try {
      return call(...args);
    } catch (error) {
      if (error instanceof RangeError) return FAULT;
      throw error;
    }
  };
}
