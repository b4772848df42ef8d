import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';

/**
 * Ends this process the way `signal` does, so that a shell sees it.
 * @param {NodeJS.Signals} signal
 * @returns {Promise<never>}
 */
export function dieOf(signal) {
  // Node ignores it: only the end of listening brings the default back.
  if (signal === 'SIGPIPE') process.on(signal, () => {});
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return new Promise(() => {
    // Signals that do not end a process by default, or are blocked.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
  });
}

/**
 * Ends this process as a child ended.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function endLike(code, signal) {
  if (!signal) return code ?? 1;
  if (dumping.has(signal)) dumpNoCore();
  return dieOf(signal);
}

/** These leave a core file. */
const dumping = new Set(['SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGXCPU', 'SIGXFSZ', 'SIGSYS']);

/** The child's core file is the one that is wanted, and this process's own would be written over it. A limit of 1 byte
 * also holds where a program takes the cores (core(5)); 0 does not. */
function dumpNoCore() {
  spawnSync('prlimit', ['--core=1', `--pid=${process.pid}`], { stdio: 'ignore' });
}

/** Milliseconds: npm may be slow to send it on, people are slower. */
const copyDelay = 500;

/**
 * Calls `listener` at each Ctrl-C. npm, which hears the terminal's Ctrl-C itself, sends every SIGINT
 * once more to what it started: under npm one that follows another at once is that copy. Taken for a
 * second Ctrl-C it would cut the cleanup short.
 * @param {() => void} listener
 */
export function onInterrupt(listener) {
  let latest = -Infinity;
  process.on('SIGINT', () => {
    const now = performance.now();
    const copy = process.env.npm_command !== undefined && now - latest < copyDelay;
    latest = now;
    if (!copy) listener();
  });
}

/** Ctrl-C has cut work short; what it left is to be tidied up, then this process is to die of it. */
export class Interrupted extends Error {}

/**
 * Does work that child processes do. The terminal's Ctrl-C reaches them too, and ends them; here it makes the work throw
 * Interrupted, whatever became of it.
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function interruptibly(work) {
  let interrupted = false;
  const note = () => { interrupted = true; };
  process.on('SIGINT', note);
  const [outcome] = await Promise.allSettled([work()]);
  await setImmediate(); // the end of a child that the signal ended may be told before the signal
  process.removeListener('SIGINT', note);
  if (interrupted) throw new Interrupted();
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
