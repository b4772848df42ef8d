/**
 * What run() and Runner share: one guest, its streams, and the way from how the guest ended to what
 * a promise does.
 */
import { host } from '#host';
import { CorunError, fromPlain } from './errors.js';
import { errorOf } from './failure.js';
import { openGuest } from './guest.js';
import { Input } from './input.js';
import { performer } from './host-calls.js';
import { guestSettings, hostFunctions } from './options.js';
import { Output } from './output.js';
import { makeSink } from './sinks.js';
import { loadSource } from './source.js';
import { makeSource } from './sources.js';
import { taskTrees } from './tasks.js';

/** A Worker that has not taken the second interrupt by then is in a tight loop. */
const STUCK_MS = 500;

/**
 * @typedef {object} RunResult
 * @property {number} status what a process would exit with
 * @property {number | bigint | Uint8Array | undefined} value what main returned
 * @property {string | Uint8Array} [stdout] with `collect`
 * @property {string | Uint8Array} [stderr] with `collect`
 * @property {Record<string, Uint8Array>} [files] with `files`: what is there now
 */

/**
 * A run, or the close, while it is under way: who asked it to stop first decides what it rejects with.
 *
 * @typedef {object} Work
 * @property {number} interrupts
 * @property {{ reason: unknown } | undefined} asked
 * @property {ReturnType<typeof setTimeout>[]} timers
 * @property {() => void} abandon do not wait for output that does not arrive
 */

/**
 * The embedder's function is called when the guest is at rest, so that it may do anything, also throw.
 *
 * @param {import('./options.js').OpenOptions['ontasks']} ontasks
 */
function told(ontasks) {
  if (!ontasks) return {};
  const tell = (/** @type {import('./watch.js').TaskChange[]} */ changes) => queueMicrotask(() => ontasks(changes));
  return { ontasks: tell };
}

export class Session {
  /** @type {import('./guest.js').Guest} */ #guest;
  /** @type {import('./guest.js').Streams} */ #streams;
  /** @type {number | undefined} */ #grace;
  /** @type {Work | undefined} */ #work;
  /** @type {string} why nothing can be run any more */ #over = '';

  /**
   * @param {import('./guest.js').Guest} guest
   * @param {import('./guest.js').Streams} streams
   * @param {number | undefined} grace
   */
  constructor(guest, streams, grace) {
    this.#guest = guest;
    this.#streams = streams;
    this.#grace = grace;
    for (const output of streams.outputs) if (output) output.onbroken = () => this.#outputFailed();
  }

  /** What the embedder's function or stream for output failed with. */
  get #failureOfOutput() {
    return this.#streams.outputs.find((output) => output?.failure !== undefined)?.failure;
  }

  /** The run will fail with it, so that main need not go on. */
  #outputFailed() {
    if (this.#failureOfOutput !== undefined) this.#ask(this.#failureOfOutput);
  }

  /**
   * @param {import('./source.js').Source} source
   * @param {import('./options.js').OpenOptions} options
   */
  static async open(source, options) {
    const lacking = host.lacks();
    if (lacking) throw new CorunError('CORUN_UNSUPPORTED', `Corun needs ${lacking}, which is not here`);
    const release = host.hold();
    try {
      const outputs = [
        undefined,
        new Output(makeSink(options.stdout ?? 'inherit', 1, 'stdout')),
        new Output(makeSink(options.stderr ?? 'inherit', 2, 'stderr')),
      ];
      const streams = { input: new Input(makeSource(options.stdin)), outputs, ...told(options.ontasks) };
      const settings = guestSettings(options);
      const perform = performer(hostFunctions(options));
      const loaded = await loadSource(source, options.wasm);
      const guest = options.worker
        ? await (await import('./remote.js')).openRemote(loaded, settings, streams, perform, options.workerUrl)
        : await openGuest(loaded, settings, { ...streams, perform });
      return new Session(guest, streams, options.grace);
    } finally {
      release();
    }
  }

  /**
   * @param {string} entry
   * @param {string[]} args
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<{ status: number, value: RunResult['value'] }>}
   */
  async run(entry, args, signal) {
    if (this.#over) throw new CorunError('CORUN_CLOSED', this.#over);
    signal?.throwIfAborted();
    if (this.#failureOfOutput !== undefined) throw this.#failureOfOutput;
    for (const output of this.#streams.outputs) output?.take(); // of a run that was rejected
    const { outcome, work } = await this.#perform(() => this.#guest.start(entry, args), signal);
    return this.#conclude(outcome, work);
  }

  /**
   * @param {AbortSignal | undefined} signal abandons what is left
   * @returns {Promise<Partial<{ status: number, value: RunResult['value'] }>>} what a task that exits
   *   during the close says that the process would end with; else nothing
   */
  async close(signal) {
    if (this.#work) throw new CorunError('CORUN_RUNNING', 'the runner is running');
    if (this.#over) return {};
    const { outcome, work } = await this.#perform(() => this.#guest.close(), signal);
    this.#over ||= 'the runner is closed';
    await this.#guest.dispose();
    const ended = this.#conclude(outcome, work);
    return outcome.kind === 'done' && !outcome.result.error ? {} : ended;
  }

  /**
   * @param {() => Promise<import('./protocol.js').Outcome>} begin
   * @param {AbortSignal | undefined} signal
   */
  async #perform(begin, signal) {
    if (this.#work) throw new CorunError('CORUN_RUNNING', 'a main is running already');
    /** @type {Work} */
    const work = (this.#work = { interrupts: 0, asked: undefined, timers: [], abandon: () => {} });
    /** @type {Promise<import('./protocol.js').Outcome>} */
    const killed = new Promise((resolve) => (work.abandon = () => resolve({ kind: 'killed' })));
    const release = host.hold();
    const onabort = () => this.#ask(signal?.reason);
    signal?.addEventListener('abort', onabort);
    try {
      const outcome = await Promise.race([begin().then((ended) => this.#settle(ended)), killed]);
      return { outcome, work };
    } finally {
      this.#work = undefined;
      signal?.removeEventListener('abort', onabort);
      for (const timer of work.timers) clearTimeout(timer);
      release();
    }
  }

  /** @param {import('./protocol.js').Outcome} outcome */
  #noteEnd(outcome) {
    if (outcome.kind === 'done') return;
    const why = {
      exit: 'the program has called exit()',
      trap: 'the program has trapped',
      killed: 'the program was killed',
    };
    this.#over ||= why[outcome.kind];
    this.#streams.input.stop();
  }

  /** @param {import('./protocol.js').Outcome} outcome */
  async #settle(outcome) {
    this.#noteEnd(outcome);
    if (outcome.kind === 'killed') return outcome;
    await Promise.all(this.#streams.outputs.map((output) => output?.settled()));
    if (outcome.kind !== 'done') await this.#guest.dispose();
    return outcome;
  }

  /** @returns {boolean} whether a run is there to take it */
  interrupt() {
    return this.#ask(new DOMException('the run was interrupted', 'AbortError'));
  }

  /** @param {unknown} reason */
  #ask(reason) {
    const work = this.#work;
    if (!work || !this.#guest.interrupt()) return false;
    work.interrupts++;
    work.asked ??= { reason };
    if (work.interrupts === 1 && this.#grace !== undefined)
      work.timers.push(setTimeout(() => this.kill(), this.#grace));
    if (work.interrupts > 1 && this.#guest.remote) this.#killIfStuck(work);
    return true;
  }

  /** @param {Work} work */
  #killIfStuck(work) {
    const mine = work.interrupts;
    work.timers.push(
      setTimeout(() => {
        if (this.#guest.pendingInterrupts > work.interrupts - mine) this.kill();
      }, STUCK_MS),
    );
  }

  async tasks() {
    if (this.#over) throw new CorunError('CORUN_CLOSED', this.#over);
    const release = host.hold();
    try {
      const tasks = await this.#guest.tasks();
      if (!tasks) throw new CorunError('CORUN_CLOSED', this.#over || 'the program has ended');
      return taskTrees(tasks);
    } finally {
      release();
    }
  }

  get pendingInterrupts() {
    return this.#guest.pendingInterrupts;
  }

  kill() {
    if (this.#over) return;
    this.#over = 'the program was killed';
    this.#streams.input.stop();
    this.#guest.kill();
    this.#work?.abandon();
  }

  /**
   * @param {import('./protocol.js').Outcome} outcome
   * @param {Work} work
   */
  #conclude(outcome, work) {
    if (outcome.kind === 'killed') throw new CorunError('EKILLED', 'the program was killed');
    if (outcome.kind === 'trap') throw fromPlain(outcome.error);
    const broken = this.#failureOfOutput;
    const status = outcome.kind === 'exit' ? outcome.status : outcome.result.status;
    const error = outcome.kind === 'exit' ? null : outcome.result.error;
    if (error && error.code !== 'CORUN_SYSTEM_EXIT') throw this.#failure(error, work, broken);
    if (broken !== undefined) throw broken;
    return { status, value: outcome.kind === 'exit' ? undefined : outcome.result.value };
  }

  /**
   * @param {import('./failure.js').GuestError} error
   * @param {Work} work
   * @param {unknown} output what an output failed with
   */
  #failure(error, work, output) {
    if (error.code === 'CORUN_INTERRUPTED' && work.asked) return work.asked.reason;
    const cause = work.asked ? work.asked.reason : (output ?? this.#streams.input.error);
    return Object.assign(errorOf(error, cause), this.collected());
  }

  /** What was collected since the last time. */
  collected() {
    const [stdout, stderr] = [this.#streams.outputs[1]?.take(), this.#streams.outputs[2]?.take()];
    const files = this.#guest.files();
    return {
      ...(stdout === undefined ? {} : { stdout }),
      ...(stderr === undefined ? {} : { stderr }),
      ...(files === undefined ? {} : { files }),
    };
  }
}
