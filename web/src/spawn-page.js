/** How a page starts a Worker: the page half of `#spawn` (package.json, imports). */

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

/**
 * What a second one is given is what the first one was: nothing of it is transferred.
 *
 * @param {Record<string, unknown>} first
 * @param {string | URL | undefined} url
 * @returns {WorkerLink}
 */
export function spawnWorker(first, url) {
  const ways = url === undefined ? [fromFile, fromText] : [async () => new Worker(url, { type: 'module' })];
  /** @type {Worker | undefined} */
  let worker;
  let ended = false;
  /** @type {WorkerLink} */
  const link = {
    post: (message, transfer = []) => worker?.postMessage(message, /** @type {any} */ (transfer)),
    onmessage: () => {},
    onfail: () => {},
    async terminate() {
      ended = true;
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
    let answers = false;
    made.onmessage = (event) => {
      answers = true;
      link.onmessage(event.data);
    };
    made.onerror = (event) => {
      const error = new Error(event.message || couldNotLoad(url));
      if (answers) return link.onfail(error);
      made.terminate();
      void begin(earlier ?? error);
    };
    link.post(first);
  };
  void begin();
  return link;
}

/** What the browser does not say. @param {string | URL | undefined} url */
function couldNotLoad(url = new URL('worker.js', import.meta.url)) {
  return (
    `${url} could not be loaded; is worker.js served there, as JavaScript, and does the page's content ` +
    'security policy allow it (worker-src)?'
  );
}
