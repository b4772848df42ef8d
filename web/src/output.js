/**
 * One output descriptor: what the guest wrote, on its way to where it goes.
 *
 * The guest's write takes everything at once (C's stdio cannot handle less), so bytes wait here when
 * the reader is slow. Above HIGH_BYTES `full` asks corun_write to wait, below LOW_BYTES it may go on.
 */

const HIGH_BYTES = 1 << 20;
const LOW_BYTES = 1 << 18;
const CHUNK_BYTES = 1 << 16;

/**
 * Where output goes. `write` may answer with a promise; then the next write waits for it, unless
 * `windowed` says that several may be under way.
 *
 * @typedef {object} Sink
 * @property {(bytes: Uint8Array) => void | PromiseLike<unknown>} write
 * @property {() => void | PromiseLike<unknown>} [finish] a run has ended: give out what is held back
 * @property {() => string | Uint8Array} [take] what was collected since the last time
 * @property {boolean} [terminal] what isatty() tells the guest
 * @property {boolean} [windowed]
 * @property {boolean} [reports] an error of this sink is the embedder's and fails the run
 */

export class Output {
  /** @type {Sink} */ #sink;
  /** @type {Uint8Array[]} */ #chunks = [];
  /** @type {Uint8Array | undefined} small writes are gathered here */ #gather;
  #used = 0;
  #pending = 0;
  #held = 0;
  #busy = false;
  /** @type {(() => void)[]} */ #waiters = [];

  /** @type {unknown} what the sink failed with; the guest sees EPIPE from then on */
  error = undefined;
  broken = false;
  full = false;
  /** Called when `full` has become false. */
  onroom = () => {};
  /** Called when bytes have arrived, or cannot. */
  onprogress = () => {};
  /** Called when `broken` has become true. */
  onbroken = () => {};

  /** @param {Sink} sink */
  constructor(sink) {
    this.#sink = sink;
  }

  get terminal() {
    return this.#sink.terminal ?? true;
  }

  /** Bytes that were written and have not arrived. */
  get pending() {
    return this.#pending;
  }

  /** Those of them that `flush` has not handed on. */
  get held() {
    return this.#held;
  }

  /**
   * Takes a copy: guest memory may move or change.
   *
   * @param {Uint8Array} bytes
   */
  write(bytes) {
    if (this.broken) return;
    this.#pending += bytes.length;
    this.#held += bytes.length;
    if (this.#pending > HIGH_BYTES) this.full = true;
    if (bytes.length > CHUNK_BYTES / 4) {
      this.#seal();
      this.#chunks.push(bytes.slice());
      return;
    }
    if (this.#used + bytes.length > CHUNK_BYTES) this.#seal();
    this.#gather ??= new Uint8Array(CHUNK_BYTES);
    this.#gather.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #seal() {
    if (this.#used > 0 && this.#gather) this.#chunks.push(this.#gather.slice(0, this.#used));
    this.#used = 0;
  }

  /** Sends on what has been written. */
  flush() {
    this.#seal();
    while (!this.#busy && !this.broken) {
      const chunk = this.#chunks.shift();
      if (!chunk) return;
      this.#send(chunk);
    }
  }

  /** @param {Uint8Array} chunk */
  #send(chunk) {
    const size = chunk.length; // a sink may transfer the bytes away
    this.#held -= size;
    let answer;
    try {
      answer = this.#sink.write(chunk);
    } catch (error) {
      this.break(error);
      return;
    }
    if (!answer || typeof answer.then !== 'function') {
      this.#arrived(size);
      return;
    }
    if (!this.#sink.windowed) this.#busy = true;
    answer.then(
      () => {
        this.#busy = false;
        this.#arrived(size);
        this.flush();
      },
      (error) => {
        this.#busy = false;
        this.break(error);
      },
    );
  }

  /** @param {number} size */
  #arrived(size) {
    this.#pending = Math.max(0, this.#pending - size);
    this.#tell();
  }

  /**
   * Nothing can be written any more.
   *
   * @param {unknown} error
   */
  break(error) {
    if (this.broken) return;
    this.broken = true;
    this.error = error;
    this.#chunks = [];
    this.#used = 0;
    this.#pending = 0;
    this.#held = 0;
    this.onbroken();
    this.#tell();
  }

  #tell() {
    this.onprogress();
    if (this.full && this.#pending < LOW_BYTES) {
      this.full = false;
      this.onroom();
    }
    if (this.#pending > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  /** Resolves when all that was written has arrived, or cannot. Never rejects: see `error`. */
  async settled() {
    this.flush();
    if (this.#pending > 0) await new Promise((resolve) => this.#waiters.push(() => resolve(undefined)));
    if (this.broken) return;
    try {
      await this.#sink.finish?.();
    } catch (error) {
      this.break(error);
    }
  }

  /** What the embedder's own function or stream failed with, undefined otherwise. */
  get failure() {
    return this.#sink.reports && this.broken ? this.error : undefined;
  }

  take() {
    return this.#sink.take?.();
  }
}
