// Patience that is seconds long, made short.

/**
 * While `wait` is under way, timers of this thread that take a second or more take a tenth of that.
 *
 * @template T
 * @param {() => Promise<T>} wait
 */
export async function hurried(wait) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ call, /** @type {number} */ ms) =>
    setTimeout(call, ms < 1000 ? ms : ms / 10));
  try {
    return await wait();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}
