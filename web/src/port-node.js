/** What a Worker and its owner have between them: the Node half of `#port` (package.json, imports). */
import { parentPort } from 'node:worker_threads';

/** @returns {import('./port-page.js').WorkerPort} */
export function workerPort() {
  const parent = parentPort;
  if (!parent) throw new Error('worker.js runs in a Worker only');
  return {
    post: (message, transfer = []) => parent.postMessage(message, /** @type {any} */ (transfer)),
    listen: (receive) => void parent.on('message', receive),
  };
}

/** @param {number} count @returns {Int32Array | null} */
export const sharedWords = (count) => new Int32Array(new SharedArrayBuffer(count * 4));
