/** What a Worker and its owner have between them: the page half of `#port` (package.json, imports). */

/**
 * The owner as the Worker sees it.
 *
 * @typedef {object} WorkerPort
 * @property {(message: Record<string, unknown>, transfer?: unknown[]) => void} post
 * @property {(receive: (message: any) => void) => void} listen
 */

/** @param {number} count @returns {Int32Array | null} null: memory cannot be shared here */
export const sharedWords = (count) => (globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(count * 4)) : null);

/** @returns {WorkerPort} */
export function workerPort() {
  const scope = /** @type {any} */ (globalThis);
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (receive) => scope.addEventListener('message', (/** @type {MessageEvent} */ event) => receive(event.data)),
  };
}
