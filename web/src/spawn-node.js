/** How Node starts a Worker: the Node half of `#spawn` (package.json, imports). */
import { Worker } from 'node:worker_threads';

/**
 * @param {Record<string, unknown>} first
 * @param {string | URL | undefined} url
 * @returns {import('./spawn-page.js').WorkerLink}
 */
export function spawnWorker(first, url) {
  // Its own stdout and stderr, which a guest does not use, are taken and not read: otherwise Node
  // pipes them into process.stdout, which makes an inherited pipe non-blocking; and reading holds the
  // process. The process's own flags are not for it: --input-type breaks it.
  const worker = new Worker(url ?? new URL('./worker.js', import.meta.url), {
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  /** @type {import('./spawn-page.js').WorkerLink} */
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
