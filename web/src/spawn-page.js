/** How a page starts a Worker: the page half of `#spawn` (package.json, imports). */
import { awaitHello } from './spawn-hello.js';

/**
 * The Worker as its owner sees it.
 *
 * @typedef {object} WorkerLink
 * @property {(message: Record<string, unknown>, transfer?: unknown[]) => void} post
 * @property {(message: any) => void} onmessage
 * @property {(error: Error) => void} onfail the Worker itself broke, or ended by itself
 * @property {() => Promise<void>} terminate
 */

/** The file beside this one. It stands here word for word because bundlers look for it. */
const fromFile = async () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

/**
 * Its text: for where the file cannot be had, as of another origin, or behind a development server that has moved this
 * module and not the file.
 */
async function fromText() {
  const { text } = await import('./worker-text.js');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module' });
  for (const event of ['message', 'error']) worker.addEventListener(event, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/** Where the file should be. What is bundled into a classic script, which has no import.meta, does not know where it lies. */
const beside = () => (import.meta.url ? new URL('worker.js', import.meta.url) : 'worker.js');

/**
 * What a second one is given is what the first one was: nothing of it is transferred.
 *
 * @param {Record<string, unknown>} first
 * @param {string | URL | undefined} url
 * @returns {WorkerLink}
 */
export function spawnWorker(first, url) {
  const ways = url === undefined ? [fromFile, fromText] : [async () => new Worker(url, { type: 'module' })];
  const script = url ?? beside();
  /** @type {Worker | undefined} */
  let worker;
  let ended = false;
  let stopWaiting = () => {};
  /** @type {WorkerLink} */
  const link = {
    post: (message, transfer = []) => worker?.postMessage(message, /** @type {any} */ (transfer)),
    onmessage: () => {},
    onfail: () => {},
    async terminate() {
      ended = true;
      stopWaiting();
      worker?.terminate();
    },
  };
  /** @param {Error} [earlier] what the first way failed with: it says most */
  const begin = async (earlier) => {
    const make = ways.shift();
    if (!make) return link.onfail(/** @type {Error} */ (earlier));
    const made = await make().catch((error) => void begin(earlier ?? error));
    if (!made || ended) return made?.terminate();
    worker = made;
    const fail = (/** @type {Error} */ error) => {
      if (greeted.isOurs()) return link.onfail(error);
      greeted.end();
      made.terminate();
      void begin(earlier ?? error);
    };
    const greeted = awaitHello({
      script,
      loaded: (signal) => fetchWhole(script, signal),
      pass: (message) => link.onmessage(message),
      refuse: fail,
    });
    stopWaiting = greeted.end;
    made.onmessage = (event) => greeted.receive(event.data);
    made.onerror = (event) => fail(new Error(event.message || couldNotLoad(script)));
    try {
      link.post(first);
    } catch (error) {
      fail(/** @type {Error} */ (error)); // what cannot be cloned
    }
  };
  void begin();
  return link;
}

/**
 * A page is not told when a Worker's script has come, but what it asks for later comes later.
 *
 * @param {string | URL} url
 * @param {AbortSignal} signal
 */
async function fetchWhole(url, signal) {
  const response = await fetch(url, { signal });
  await response.arrayBuffer();
}

/** What the browser does not say. @param {string | URL} script */
function couldNotLoad(script) {
  return (
    `${script} could not be loaded; is worker.js served there, as JavaScript, and does the page's content ` +
    'security policy allow it (worker-src)?'
  );
}
