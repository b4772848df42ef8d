import { checkOptions } from './options.js';
import { Session } from './session.js';
import { handle } from './source.js';

/**
 * Runs a program's main to its end, cancels what it left behind, closes: asyncio.run for C.
 *
 *     const { status, stdout } = await run(new URL('./app.wasm', import.meta.url), {
 *       args: ['app', '10'], stdout: 'collect', signal: controller.signal,
 *     });
 *
 * Settles only after the program's cleanup. Rejects with `signal.reason` when the abort cancelled
 * main; with a CorunError (`code` is the error's name in C, `trace` its chain of awaits) when main
 * failed; with the engine's RuntimeError when the program trapped. What was collected is then the error's
 * `stdout` and `stderr`; not that of `signal.reason`, which is yours. A signal that is aborted already: main
 * never starts.
 *
 * page: yes, worker: yes, Node: yes
 *
 * @template {import('./sinks.js').OutputOption} [Out=import('./sinks.js').OutputOption]
 * @template {import('./sinks.js').OutputOption} [Err=import('./sinks.js').OutputOption]
 * @param {import('./source.js').Source} source a URL, a Response, bytes, a WebAssembly.Module, an
 *   Emscripten module factory, or the URL of the script (`.js`, `.mjs`) that exports one
 * @param {import('./options.js').OpenOptions & { signal?: AbortSignal | undefined, stdout?: Out | undefined, stderr?: Err | undefined }} [options]
 * @returns {Promise<import('./session.js').RunResult & import('./sinks.js').Collected<'stdout', Out> & import('./sinks.js').Collected<'stderr', Err>>}
 */
export async function run(source, options = {}) {
  handle(source, options?.wasm);
  const signal = options?.signal;
  const download = new AbortController(); // not the caller's: fetch goes on listening to its signal
  const open = async () => {
    await checkOptions(options, 'run');
    signal?.throwIfAborted();
    return Session.open(source, options, download.signal);
  };
  const session = await unlessAborted(open(), signal, download);
  let result;
  try {
    result = await session.run('main', options.args ?? ['app'], signal, true);
  } catch (error) {
    // How main failed is what the caller asked about, whatever the close says.
    await session.close(signal).catch(() => {});
    throw error;
  }
  return /** @type {any} */ ({ ...result, ...(await session.close(signal)), ...session.collected() });
}

/**
 * Waits for a session unless the signal aborts first; one that comes later is not left behind.
 *
 * @param {Promise<Session>} opening
 * @param {AbortSignal | undefined} signal or what is yet to be found to be none
 * @param {AbortController} download
 * @returns {Promise<Session>}
 */
function unlessAborted(opening, signal, download) {
  if (!signal?.addEventListener) return opening;
  return new Promise((resolve, reject) => {
    const onabort = () => {
      reject(signal.reason);
      download.abort();
      opening.then((late) => late.kill(), () => {});
    };
    signal.addEventListener('abort', onabort);
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', onabort));
  });
}
