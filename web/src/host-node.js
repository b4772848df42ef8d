/** What Node gives: the Node half of `#host` (package.json, imports). */
import { fstatSync, write as writeDescriptor } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { pathToFileURL } from 'node:url';
import { openDirectories } from './dirs-node.js';
// There at once: a stream that cannot be opened says so soon, and must find somebody who listens.
import './check-options.js';
import './sinks.js';
import { fromNode } from './sources.js';

/** @typedef {import('./host-page.js').Host} Host */

/** A pipe may be non-blocking and full: look again at once this often, then every few milliseconds. */
const EAGER_TRIES = 20;
const SLOWEST_TRY_MS = 10;

/**
 * Writes all of it. Not process.stdout: that one loses output at exit, makes pipes non-blocking for
 * everybody who shares them, and a blocking write in this thread would delay an interrupt.
 *
 * @param {number} fd
 * @param {Uint8Array} bytes
 * @returns {Promise<void>}
 */
function writeAll(fd, bytes) {
  return new Promise((resolve, reject) => {
    let at = 0;
    let tries = 0;
    const attempt = () =>
      writeDescriptor(fd, bytes, at, bytes.length - at, null, (error, count) => {
        if (error && error.code !== 'EAGAIN') return reject(error);
        if (error) {
          tries++;
          if (tries <= EAGER_TRIES) setImmediate(attempt);
          else setTimeout(attempt, Math.min(tries - EAGER_TRIES, SLOWEST_TRY_MS));
          return;
        }
        tries = 0;
        at += count;
        if (at >= bytes.length) resolve();
        else attempt();
      });
    attempt();
  });
}

/** Standard output and standard error may be one file: then one is written to after the other. */
const areOneFile = () => {
  try {
    const [out, err] = [fstatSync(1), fstatSync(2)];
    return out.dev === err.dev && out.ino === err.ino;
  } catch {
    return false;
  }
};
/** @type {boolean | undefined} */
let oneFile;
/** @type {Promise<void>} */
let latestWrite = Promise.resolve();

/**
 * @param {number} fd
 * @returns {import('./output.js').Sink}
 */
function inheritSink(fd) {
  oneFile ??= areOneFile();
  if (!oneFile) return { terminal: isatty(fd), write: (bytes) => writeAll(fd, bytes) };
  return {
    terminal: isatty(fd),
    windowed: true, // all that is written takes its place at once
    write(bytes) {
      const written = latestWrite.then(() => writeAll(fd, bytes));
      latestWrite = written.catch(() => {});
      return written;
    },
  };
}

/** @type {Host} */
export const host = {
  name: 'Node',
  lacks: () => (Number.parseInt(process.versions.node) < 20 ? 'Node 20' : undefined),
  budgetMs: 20,
  now: () => performance.now(),
  immediate: (turn) => void setImmediate(turn),
  clamps: false,
  draws: () => false,
  hold() {
    const timer = setInterval(() => {}, 1 << 30);
    return () => clearInterval(timer);
  },
  sleep(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return true;
  },
  resolve: (text) => (/^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(text) : pathToFileURL(text)),
  load: async (url) => (url.protocol === 'file:' ? new Uint8Array(await readFile(url)) : undefined),
  inheritSink,
  inheritSource: () => fromNode(process.stdin, isatty(0)),
  openDirectories,
};
