/**
 * What run() and Runner share: one guest, its streams, and the way from how the guest ended to what
 * a promise does.
 */
import { host } from '#host';
import { CorunError, part, refusals } from './errors.js';
import { openGuest } from './guest.js';
import { guestSettings } from './options.js';
import { Output } from './output.js';
import { loadSource } from './source.js';
import { openInput, openSink } from './streams.js';

/**
 * @typedef {object} RunResult
 * @property {number} status what a process would exit with
 * @property {number | bigint | Uint8Array | undefined} value what main returned
 * @property {string | Uint8Array} [stdout] with `collect`: text unless bytes were asked for; an error has it too
 * @property {string | Uint8Array} [stderr] likewise
 * @property {Record<string, Uint8Array>} [files] with `files`: what is there now
 */

/**
 * A run, or the close, while it is under way: who asked it to stop first decides what it rejects with.
 *
 * @typedef {object} Work
 * @property {{ reason: unknown }} [asked]
 * @property {() => void} abandon do not wait for output that does not arrive
 */

export class Session {
  /** @type {import('./guest.js').Guest} */ #guest;
  /** @type {import('./guest.js').Streams} */ #streams;
  /** @type {number | undefined} */ #grace;
  /** @type {Work | undefined} */ #work;
  /** @type {ReturnType<typeof setTimeout> | undefined} of the grace */ #timer;
  /** @type {import('./refusals.js').Over | undefined} why nothing can be run any more */ #over;
  /** @type {unknown} what a part could not be loaded with */ #unloaded;

  /**
   * @param {import('./guest.js').Guest} guest
   * @param {import('./guest.js').Streams} streams
   * @param {number | undefined} grace
   */
  constructor(guest, streams, grace) {
    this.#guest = guest;
    this.#streams = streams;
    this.#grace = grace;
    for (const output of streams.outputs) if (output) output.onbroken = () => this.#fail();
    streams.onfail = (error) => {
      this.#unloaded = error;
      this.#fail();
    };
  }

  /** What the embedder's function or stream for output failed with, or a part that the program needs could not be loaded with. */
  get #broken() {
    return this.#unloaded ?? this.#streams.outputs.find((output) => output?.failure)?.failure;
  }

  /** If the run will fail with it, main need not go on. */
  #fail() {
    if (this.#broken) this.#ask(this.#broken);
  }

  /**
   * @param {import('./source.js').Source} source
   * @param {import('./options.js').OpenOptions} options
   * @param {AbortSignal} [signal] ends the download
   */
  static async open(source, options, signal) {
    const lacking = host.lacks();
    if (lacking) return (await refusals()).refuseHost(lacking);
    const release = host.hold();
    /** @type {import('./streams.js').Input | undefined} */
    let input;
    try {
      const { stdin, stdout, stderr, wasm, worker, grace, ontasks } = options;
      const outputs = [undefined, new Output(await openSink(stdout, 1, 'stdout')), new Output(await openSink(stderr, 2, 'stderr'))];
      /** @type {import('./guest.js').Streams} */
      const streams = { input: (input = await openInput(stdin)), outputs, options };
      // The embedder's function is called when the guest is at rest, so that it may do anything, also throw.
      if (ontasks) streams.ontasks = (changes) => queueMicrotask(() => ontasks(changes));
      const opener = worker ? part(import('./remote.js')).then(({ openRemote }) => openRemote) : openGuest;
      const [loaded, open] = await Promise.all([loadSource(source, wasm, signal), opener]);
      return new Session(await open(loaded, guestSettings(options), streams), streams, grace);
    } catch (error) {
      input?.stop(); // a stream is not to stay locked
      throw error;
    } finally {
      release();
    }
  }

  /**
   * @param {string} entry
   * @param {string[]} args
   * @param {AbortSignal | undefined} signal
   * @param {boolean} [closes] whether close() comes next, and has what is left of the grace
   * @returns {Promise<{ status: number, value: RunResult['value'] }>}
   */
  async run(entry, args, signal, closes) {
    if (this.#over) return (await refusals()).refuseRun(this.#over);
    signal?.throwIfAborted();
    if (this.#broken) throw this.#broken;
    const begin = () => {
      for (const output of this.#streams.outputs) output?.take(); // of a run that was rejected
      return this.#guest.start(entry, args);
    };
    const { outcome, asked } = await this.#perform(begin, signal, closes);
    return this.#conclude(outcome, asked);
  }

  /**
   * @param {AbortSignal | undefined} signal abandons what is left
   * @returns {Promise<Partial<{ status: number, value: RunResult['value'] }>>} what a task that exits
   *   during the close says that the process would end with; else nothing
   */
  async close(signal) {
    if (this.#over && !this.#work) return {};
    const { outcome, asked } = await this.#perform(() => this.#guest.close(), signal);
    this.#noteEnd('closed');
    await this.#guest.dispose();
    const ended = await this.#conclude(outcome, asked);
    return outcome.kind === 'done' && !outcome.error ? {} : ended;
  }

  /**
   * @param {() => Promise<import('./protocol.js').Outcome>} begin
   * @param {AbortSignal | undefined} signal
   * @param {boolean} [closes]
   */
  async #perform(begin, signal, closes) {
    if (this.#work) throw new CorunError('CORUN_RUNNING', 'the runner is running');
    const onabort = () => this.#ask(signal?.reason);
    signal?.addEventListener('abort', onabort); // what is no signal is refused here, with nothing begun
    const work = (this.#work = /** @type {Work} */ ({}));
    /** @type {Promise<import('./protocol.js').Outcome>} */
    const killed = new Promise((resolve) => (work.abandon = () => resolve({ kind: 'killed' })));
    const release = host.hold();
    try {
      const outcome = await Promise.race([begin().then((ended) => this.#settle(ended)), killed]);
      return { outcome, asked: work.asked };
    } finally {
      this.#work = undefined;
      signal?.removeEventListener('abort', onabort);
      if (!closes || this.#over) this.#timer = /** @type {undefined} */ (clearTimeout(this.#timer));
      release();
    }
  }

  /** @param {import('./refusals.js').Over} kind */
  #noteEnd(kind) {
    this.#over ??= kind;
    this.#streams.input.stop();
  }

  /** @param {import('./protocol.js').Outcome} outcome */
  async #settle(outcome) {
    const { kind } = outcome;
    if (kind !== 'done') this.#noteEnd(kind);
    if (kind === 'killed') return outcome;
    await Promise.all(this.#streams.outputs.map((output) => output?.settled()));
    if (kind !== 'done') await this.#guest.dispose();
    return outcome;
  }

  /** @returns {boolean} whether a run is there to take it */
  interrupt() {
    return this.#ask(new DOMException('the run was interrupted', 'AbortError'));
  }

  /** @param {unknown} reason */
  #ask(reason) {
    const work = this.#work;
    if (!work) return false;
    // Also for what comes after main: output that does not arrive, a part that does not load.
    if (this.#grace !== undefined) this.#timer ??= setTimeout(() => this.kill(), this.#grace);
    if (!this.#guest.interrupt()) return false;
    work.asked ??= { reason };
    return true;
  }

  async tasks() {
    return (await part(import('./tasks.js'))).tellTasks(this.#guest, () => this.#over);
  }

  get pendingInterrupts() {
    return this.#guest.pendingInterrupts;
  }

  kill() {
    if (this.#over && !this.#work) return;
    this.#noteEnd('killed');
    this.#guest.kill();
    this.#work?.abandon();
    this.#work = undefined; // so that close() has nothing to wait for
  }

  /**
   * @param {import('./protocol.js').Outcome} outcome
   * @param {Work['asked']} asked
   */
  async #conclude(outcome, asked) {
    if (outcome.kind === 'trap' || outcome.kind === 'killed') {
      const error = outcome.kind === 'trap' ? outcome.error : new CorunError('EKILLED', 'the program was killed', { cause: asked?.reason });
      throw Object.assign(error, this.collected());
    }
    const { error, status, value } = outcome;
    const broken = this.#broken;
    if (error && error.code !== 'CORUN_SYSTEM_EXIT') {
      if (asked && error.code === 'CORUN_INTERRUPTED') throw asked.reason;
      throw await this.#failure(error, asked ? asked.reason : (broken ?? this.#streams.input.error));
    }
    if (broken) throw broken;
    return { status, value };
  }

  /** @param {import('./failure.js').GuestError} error @param {unknown} cause */
  async #failure(error, cause) {
    const collected = this.collected();
    const { code, message } = error;
    const reader = await import('./failure.js').catch(() => undefined);
    return Object.assign(reader?.errorOf(error, cause) ?? new CorunError(code, message, { cause }), collected);
  }

  /** What was collected since the last time. */
  collected() {
    const [, stdout, stderr] = this.#streams.outputs.map((output) => output?.take());
    const files = this.#guest.files();
    return Object.fromEntries(Object.entries({ stdout, stderr, files }).filter(([, value]) => value !== undefined));
  }
}
