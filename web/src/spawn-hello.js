/** Tells worker.js from a script that is another: that one is loaded and run, and never answers. */
import { HELLO } from './messages.js';

/** worker.js says hello within milliseconds of being loaded; so long only a machine that stands still keeps it. */
const PATIENCE_MS = 5_000;
/** Likewise, where nobody can tell whether it has been loaded. */
const UNSURE_MS = 60_000;

/**
 * A Worker whose first word is awaited.
 *
 * @typedef {object} Greeted
 * @property {(message: any) => void} receive what the Worker says
 * @property {() => boolean} isOurs whether it has said hello
 * @property {(why: string) => void} refuse it is another script, since it does this
 * @property {() => void} end nobody waits any more
 */

/**
 * Passes on what a Worker says if it says hello first; otherwise refuses it, once. The time that it has begins when the
 * script has been loaded, since a slow network is no wrong script: `loaded`, which is asked only of a Worker that says
 * nothing for long, settles when that must be so and rejects if it cannot tell.
 *
 * @param {{ script: string | URL, loaded: (signal: AbortSignal) => Promise<unknown>,
 *   pass: (message: any) => void, refuse: (error: Error) => void }} asked
 * @returns {Greeted}
 */
export function awaitHello({ script, loaded, pass, refuse }) {
  const waiting = new AbortController();
  let ours = false;
  let timer = setTimeout(async () => {
    const left = await loaded(waiting.signal).then(
      () => PATIENCE_MS,
      () => UNSURE_MS,
    );
    if (!waiting.signal.aborted) timer = setTimeout(() => greeted.refuse('it was loaded and said nothing'), left);
  }, PATIENCE_MS);
  /** @type {Greeted} */
  const greeted = {
    receive(message) {
      if (ours) return pass(message);
      if (waiting.signal.aborted) return;
      if (message?.type !== HELLO) return greeted.refuse('what it said first is something else');
      ours = true;
      greeted.end();
      pass(message);
    },
    isOurs: () => ours,
    refuse(why) {
      if (waiting.signal.aborted) return;
      greeted.end();
      refuse(new Error(`${script} is not Corun's worker.js: ${why}; workerUrl is the address of this release's worker.js (corun/worker.js)`));
    },
    end() {
      waiting.abort();
      clearTimeout(timer);
    },
  };
  return greeted;
}
