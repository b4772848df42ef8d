import { checkOptions } from './options.js';
import { Session } from './session.js';
import { handle } from './source.js';

/**
 * Several mains, one after another, on one instance of a program: its memory, background tasks and
 * streams stay from run to run. The model is asyncio.Runner.
 *
 *     const runner = await Runner.open(new URL('./app.wasm', import.meta.url));
 *     try {
 *       await runner.run('resize', { args: ['resize', '640'], signal: AbortSignal.timeout(5000) });
 *     } finally {
 *       await runner.close();
 *     }
 *
 * page: yes, worker: yes, Node: yes
 */
export class Runner {
  /** @type {Session} */ #session;
  /** @type {ReturnType<Session['close']> | undefined} */ #closing;

  /**
   * @private by Runner.open only
   * @param {Session} session
   */
  constructor(session) {
    this.#session = session;
  }

  /**
   * Loads and checks a program; nothing of it runs yet.
   *
   * Rejects with a TypeError for options that are wrong, with a CorunError `ELOAD` for a source that
   * cannot be had and `EMODULE` for one that is not a Corun module.
   *
   * page: yes, worker: yes, Node: yes
   *
   * @param {import('./source.js').Source} source
   * @param {import('./options.js').OpenOptions} [options]
   * @returns {Promise<Runner>}
   */
  static async open(source, options = {}) {
    handle(source, options?.wasm);
    await checkOptions(options, 'Runner.open');
    return new Runner(await Session.open(source, options));
  }

  /**
   * Runs an entry (CORUN_ENTRY, or `main` of CORUN_MAIN) to its end. One at a time.
   *
   * Resolves and rejects as `run` does; the background tasks that it leaves stand still until the next.
   * Rejects with a CorunError `CORUN_CLOSED` on a runner that is closed, killed, or whose program
   * has called exit() or trapped, and `CORUN_RUNNING` while another run is under way.
   *
   * page: yes, worker: yes, Node: yes
   *
   * @param {string} [entry]
   * @param {import('./options.js').RunOptions} [options]
   * @returns {Promise<import('./session.js').RunResult>}
   */
  async run(entry = 'main', options = {}) {
    const checking = checkOptions(options, 'runner.run', entry);
    if (checking) await checking; // else it begins at once, so that it can be interrupted at once
    const { status, value } = await this.#session.run(entry, options.args ?? [entry], options.signal);
    return { status, value, ...this.#session.collected() };
  }

  /**
   * Asks the present run to stop, as Ctrl-C does: the first time its main is cancelled and cleans up, the
   * second time the run ends, during close() what is left is abandoned. In a Worker, a second one
   * that is not taken within half a second means a tight loop, and kill().
   *
   * page: yes, worker: yes, Node: yes
   *
   * @returns {boolean} false: nobody is there to take it; of a run that still waits for its output only `grace` begins
   */
  interrupt() {
    return this.#session.interrupt();
  }

  /**
   * How many interrupts the program's loop has not taken yet. One that stays is a sign of a tight loop.
   *
   * page: yes, worker: yes, Node: yes
   *
   * @returns {number}
   */
  get pendingInterrupts() {
    return this.#session.pendingInterrupts;
  }

  /**
   * The program's tasks that are not done, as trees: a task stands below the one that waits for it, each
   * once; those that nobody waits for are first. Empty before the first run. While a step runs the answer is
   * still to come: in a Worker a tight loop gives none before it is killed.
   *
   *     [{ name: 'Task-1', state: 'pending', waitsFor: 'task', spawnedAt: { file: 'app.c', line: 40 },
   *        stack: [{ function: 'app', file: 'app.c', line: 30 }],
   *        awaits: [{ name: 'Task-2', state: 'pending', waitsFor: 'sleep', ... }] }]
   *
   * Rejects with a CorunError `CORUN_CLOSED` on a runner that is closed, killed, or whose program has
   * called exit() or trapped.
   *
   * page: yes, worker: yes, Node: yes
   *
   * @returns {Promise<import('./tasks.js').TaskTree[]>}
   */
  async tasks() {
    return this.#session.tasks();
  }

  /**
   * Ends the program at once, without its cleanup: a Worker is terminated, an instance in this thread is
   * never called again. A pending run or close rejects with a CorunError `EKILLED`; its `cause` is the reason of the
   * abort, or the interrupt, that came before it, if one did.
   *
   * page: yes, worker: yes, Node: yes
   */
  kill() {
    this.#session.kill();
  }

  /**
   * Cancels the background tasks that are left, waits for their cleanup, writes what is still to be
   * written. Twice is once; an error is told once. Rejects with a CorunError `CORUN_RUNNING` while a
   * run is under way. Resolves with the status that a task asked for by CORUN_EXIT while it was being
   * cancelled, else without one.
   *
   * page: yes, worker: yes, Node: yes
   *
   * @param {{ signal?: AbortSignal | undefined }} [options] an abort meanwhile abandons what is left
   * @returns {Promise<{ status?: number }>}
   */
  async close({ signal } = {}) {
    return (this.#closing ??= this.#session.close(signal).finally(() => {
      this.#closing = undefined;
    }));
  }
}

// `await using`, where the engine has it; not declared in the class, whose types would then need
// esnext.disposable.
const { asyncDispose } = /** @type {{ asyncDispose?: symbol }} */ (/** @type {unknown} */ (Symbol));
if (asyncDispose) {
  /** @type {any} */ (Runner.prototype)[asyncDispose] = /** @this {Runner} */ function () {
    return this.close();
  };
}
