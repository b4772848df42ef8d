/* Kills a program that would outlive this process for ever. When this process is killed (SIGKILL), the end of the control
 * channel interrupts its program, which cleans up and ends; but one in a tight loop does not see it. So a shell waits for
 * the end of a pipe that only this process holds. It is no parent of the program, which would change what Ctrl-Z and
 * statuses are; Linux's own way, PR_SET_PDEATHSIG, would leave no time for a cleanup. */
import { spawn } from 'node:child_process';

/** Seconds for the cleanup where --grace says nothing: nobody is left who could press Ctrl-C again. */
const usualGrace = 10;

/** $1: the program's process id. $2: seconds. Looks each second, so that the number is not yet another's. */
const script = `
  read -r nothing
  left=$2
  while kill -0 "$1"; do
    [ "$left" -gt 0 ] || { kill -KILL "$1"; exit; }
    sleep 1
    left=$((left - 1))
  done`;

/**
 * Begins to wait.
 * @param {number | undefined} pid
 * @param {number | undefined} grace milliseconds
 * @returns {() => Promise<unknown>} the program has ended: nobody need wait any more
 */
export function guardProgram(pid, grace) {
  if (pid === undefined) return async () => {};
  const seconds = grace === undefined ? usualGrace : Math.ceil(grace / 1000);
  const guard = spawn('sh', ['-c', script, 'corun-guard', String(pid), String(seconds)], {
    detached: true, // out of reach of the terminal's signals
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => {
    guard.once('exit', resolve).once('error', resolve); // without a shell there is no guard
  });
  guard.unref();
  return () => {
    guard.ref();
    guard.kill('SIGKILL');
    return ended;
  };
}
