/** What Node gives: the Node half of `#host` (package.json, imports). */
import { fstatSync, write as writeDescriptor } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { pathToFileURL } from 'node:url';
import { Worker, parentPort } from 'node:worker_threads';
import { openDirectories } from './dirs-node.js';
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

/**
 * @param {Record<string, unknown>} first
 * @param {string | URL | undefined} url
 * @returns {import('./host-page.js').WorkerLink}
 */
function spawnWorker(first, url) {
  // Its own stdout and stderr, which a guest does not use, are taken and not read: otherwise Node
  // pipes them into process.stdout, which makes an inherited pipe non-blocking; and reading holds the
  // process. The process's own flags are not for it: --input-type breaks it.
  const worker = new Worker(url ?? new URL('./worker.js', import.meta.url), {
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  /** @type {import('./host-page.js').WorkerLink} */
  const link = {
    post: (message, transfer = []) => worker.postMessage(message, /** @type {any} */ (transfer)),
    onmessage: () => {},
    onfail: () => {},
    async terminate() {
      await worker.terminate();
    },
  };
  worker.on('message', (message) => link.onmessage(message));
  worker.on('error', (error) => link.onfail(error));
  worker.on('exit', (code) => link.onfail(new Error(`the Worker ended with status ${code}`)));
  worker.unref(); // after the listeners, which undo it; who waits for a Worker holds the process himself
  link.post(first);
  return link;
}

/** @returns {import('./host-page.js').WorkerPort} */
function workerPort() {
  const parent = parentPort;
  if (!parent) throw new Error('worker.js runs in a Worker only');
  return {
    post: (message, transfer = []) => parent.postMessage(message, /** @type {any} */ (transfer)),
    listen: (receive) => void parent.on('message', receive),
  };
}

/** @type {Host} */
export const host = {
  name: 'Node',
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
  sharedWords: (count) => new Int32Array(new SharedArrayBuffer(count * 4)),
  resolve: (text) => (/^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(text) : pathToFileURL(text)),
  load: async (url) => (url.protocol === 'file:' ? new Uint8Array(await readFile(url)) : undefined),
  inheritSink,
  inheritSource: () => fromNode(process.stdin, isatty(0)),
  openDirectories,
  spawnWorker,
  workerPort,
};
