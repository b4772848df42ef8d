/* Kills a program that would outlive this process for ever. When this process is killed (SIGKILL), the end of the control
 * channel interrupts its program, which cleans up and ends; but one in a tight loop does not see it. So a shell waits for
 * the end of a pipe that only this process holds. It is no parent of the program, which would change what Ctrl-Z and
 * statuses are; Linux's own way, PR_SET_PDEATHSIG, would leave no time for a cleanup. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Seconds for the cleanup where --grace says nothing: nobody is left who could press Ctrl-C again. */
const usualGrace = 10;

/** $1: seconds. Reads the program's process id. Looks each second, so that the number is not yet another's. */
const guard = `
  read -r program || exit
  read -r nothing
  left=$1
  while kill -0 "$program"; do
    [ "$left" -gt 0 ] || { kill -KILL "$program"; exit; }
    sleep 1
    left=$((left - 1))
  done`;

/** Becomes the program, once the guard knows its process id: so there is no moment in which nobody looks after it. */
const program = 'echo $$ >&3; exec "$@" 3>&-';

export class Guard {
  #shell;

  /** @param {number | undefined} grace milliseconds */
  constructor(grace) {
    const seconds = grace === undefined ? usualGrace : Math.ceil(grace / 1000);
    // A session of its own: out of reach of the terminal's signals.
    this.#shell = spawn('sh', ['-c', guard, 'corun-guard', String(seconds)], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#shell.on('error', () => {}); // without a shell the program does not start either, and says so
    this.#shell.unref();
  }

  /**
   * Starts a program in a session of its own, and looks after it.
   * @param {string[]} command a program that is there, and its arguments
   * @param {import('node:child_process').StdioOptions & any[]} stdio its three
   */
  spawn(command, stdio) {
    return spawn('sh', ['-c', program, 'corun', ...command], { detached: true, stdio: [...stdio, this.#shell.stdin] });
  }

  /** The program has ended. @returns {Promise<unknown>} when nobody waits any more */
  async end() {
    const { exitCode, signalCode } = this.#shell;
    if (exitCode !== null || signalCode !== null) return;
    this.#shell.ref();
    this.#shell.kill('SIGKILL');
    await once(this.#shell, 'exit');
  }
}
