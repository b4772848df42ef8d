/* The control channel: the standard input of a program in a runtime that has no signals.
 *
 * One byte stream carries both. ETX is an interrupt, EOT the end of the input, SYN escapes: what
 * follows it is data, whatever it is. The real end of file means that this process died.
 *
 * The channel is a FIFO, since its writer can take back what the reader has not read yet: that tells
 * whether an interrupt lies unread, and lets one overtake the data that a slow program leaves lying.
 * Node's own pipes are sockets, which cannot; nothing in Node asks a pipe how full it is (FIONREAD).
 *
 * Always true:
 *   - this process is the only writer, and it takes back everything in one read, which is atomic: so
 *     the order of the bytes holds;
 *   - a piece is written whole or not at all (it is smaller than PIPE_BUF), and at most one waits;
 *   - a piece leaves a little of its page unused, and what was taken back is written densely: so it
 *     and an interrupt more always fit.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interrupted } from './signals.js';

const ETX = 0x03;
const EOT = 0x04;
const SYN = 0x16;

const pieceBytes = process.platform === 'linux' ? 4000 : 500;
const capacity = 1 << 16;

export class ControlChannel {
  #fd;
  #socket;
  /** The latest pieces written, at least as much as a pipe holds. */
  #pieces = [];
  #bytes = 0;
  /** How many bytes were written from the latest interrupt on; Infinity: there was none. */
  #sinceInterrupt = Infinity;

  /** Makes a channel. Nobody else can open it: its name is gone when this returns. */
  static open() {
    const directory = mkdtempSync(join(tmpdir(), 'corun-'));
    try {
      const path = join(directory, 'control');
      makeFifo(path);
      return new ControlChannel(path);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /** @param {string} path */
  constructor(path) {
    // Both closed on exec: were this end to live on in the program, its end of file would never come.
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.readEnd = openSync(path, constants.O_RDONLY);
    // The socket is how Node waits until a pipe has room.
    this.#socket = new Socket({ fd: this.#fd, readable: false, writable: true });
    this.#socket.on('error', () => {});
    this.#socket.unref();
  }

  /** Closes the program's end in this process, once the program has it. */
  closeReadEnd() {
    closeSync(this.readEnd);
  }

  /**
   * Sends input.
   * @param {Uint8Array} data
   * @returns {Promise<void>} when there is room for more
   */
  async write(data) {
    for (const piece of escapedPieces(data)) await this.#send(piece);
  }

  /** Sends the end of the input. */
  async end() {
    await this.#send(Buffer.of(EOT));
  }

  #send(piece) {
    return new Promise((resolve) => {
      this.#socket.write(piece, () => {
        this.#note(piece);
        resolve();
      });
    });
  }

  #note(piece) {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#sinceInterrupt += piece.length;
    while (this.#bytes - this.#pieces[0].length >= capacity) this.#bytes -= this.#pieces.shift().length;
  }

  /** Sends an interrupt, in front of all input that was not read yet. */
  interrupt() {
    const unread = this.#takeBack();
    const all = Buffer.concat(this.#pieces);
    const read = all.subarray(0, all.length - unread.length);
    // Between a SYN and what it escapes there is no place for an interrupt.
    const held = endsInEscape(read) ? 1 : 0;
    const rest = Buffer.concat([Buffer.of(ETX), unread.subarray(held)]);
    const again = Buffer.concat([unread.subarray(0, held), rest]);
    this.#putBack(again);
    this.#pieces = [Buffer.concat([read, again])];
    this.#bytes = this.#pieces[0].length;
    this.#sinceInterrupt = rest.length;
  }

  /** Whether the latest interrupt has not been read yet. */
  hasUnreadInterrupt() {
    const unread = this.#takeBack();
    this.#putBack(unread);
    return unread.length >= this.#sinceInterrupt;
  }

  #takeBack() {
    const unread = Buffer.alloc(capacity);
    try {
      return unread.subarray(0, readSync(this.#fd, unread));
    } catch (error) {
      if (error.code === 'EAGAIN') return Buffer.alloc(0);
      throw error;
    }
  }

  #putBack(bytes) {
    const size = bytes.length ? writeSync(this.#fd, bytes) : 0;
    if (size !== bytes.length) throw new Error(`the control channel took ${size} of ${bytes.length} bytes`);
  }

  close() {
    this.#socket.destroy();
  }
}

function makeFifo(path) {
  try {
    execFileSync('mkfifo', ['-m', '600', path]);
  } catch (error) {
    throw error.signal === 'SIGINT' ? new Interrupted() : error;
  }
}

/** Escapes input. No piece ends between a SYN and what it escapes. */
function* escapedPieces(data) {
  let piece = Buffer.allocUnsafe(pieceBytes);
  let size = 0;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    if (byte === ETX || byte === EOT || byte === SYN) piece[size++] = SYN;
    piece[size++] = byte;
    if (size < pieceBytes - 1) continue;
    yield piece.subarray(0, size);
    piece = Buffer.allocUnsafe(pieceBytes);
    size = 0;
  }
  if (size) yield piece.subarray(0, size);
}

function endsInEscape(bytes) {
  let at = 0;
  while (at < bytes.length) at += bytes[at] === SYN ? 2 : 1;
  return at > bytes.length;
}
