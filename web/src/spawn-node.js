/** How Node starts a Worker: the Node half of `#spawn` (package.json, imports). */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { awaitHello } from './spawn-hello.js';

/**
 * @param {Record<string, unknown>} first
 * @param {string | URL | undefined} url
 * @returns {import('./spawn-page.js').WorkerLink}
 */
export function spawnWorker(first, url) {
  // Its own stdout and stderr, which a guest does not use, are taken and not read: otherwise Node
  // pipes them into process.stdout, which makes an inherited pipe non-blocking; and reading holds the
  // process. The process's own flags are not for it: --input-type breaks it.
  const script = url ?? new URL('./worker.js', import.meta.url);
  const worker = new Worker(script, {
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
      greeted.end();
      await worker.terminate();
    },
  };
  const online = once(worker, 'online');
  online.catch(() => {}); // its error event, which is told below
  const greeted = awaitHello({
    script,
    loaded: () => online, // what comes then is read from this machine's files
    pass: (message) => link.onmessage(message),
    refuse: (error) => link.onfail(error),
  });
  worker.on('message', greeted.receive);
  worker.on('error', (error) => {
    greeted.end();
    link.onfail(error);
  });
  worker.on('exit', (code) => {
    greeted.refuse(`it ran to its end (status ${code}) and said nothing`);
    link.onfail(new Error(`the Worker ended with status ${code}`));
  });
  worker.unref(); // after the listeners, which undo it; whoever waits for a Worker holds the process
  try {
    link.post(first);
  } catch (error) {
    void link.terminate(); // what cannot be cloned
    throw error;
  }
  return link;
}
