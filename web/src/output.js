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
  #busy = false;
  #idle = () => {};

  /** Bytes that were written and have not arrived. */
  pending = 0;
  /** Those of them that `flush` has not handed on. */
  held = 0;

  /** @type {unknown} what the sink failed with, never falsy; the guest sees EPIPE from then on */
  error = undefined;
  broken = false;
  full = false;
  /** Called when `full` has become false. */
  onready = () => {};
  /** Called when bytes have arrived, or cannot. */
  onprogress = () => {};
  /** Called when `broken` has become true. */
  onbroken = () => {};

  /** @param {Sink} sink */
  constructor(sink) {
    this.#sink = sink;
    this.terminal = sink.terminal ?? true;
  }

  /**
   * Takes a copy: guest memory may move or change.
   *
   * @param {Uint8Array} bytes
   */
  write(bytes) {
    if (this.broken) return;
    this.pending += bytes.length;
    this.held += bytes.length;
    if (this.pending > HIGH_BYTES) this.full = true;
    const isLarge = bytes.length > CHUNK_BYTES / 4;
    if (isLarge || this.#used + bytes.length > CHUNK_BYTES) this.#seal();
    if (isLarge) return void this.#chunks.push(bytes.slice());
    this.#gather ??= new Uint8Array(CHUNK_BYTES);
    this.#gather.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #seal() {
    if (this.#used > 0) this.#chunks.push(/** @type {Uint8Array} */ (this.#gather).slice(0, this.#used));
    this.#used = 0;
  }

  /** Sends on what has been written. */
  flush() {
    this.#seal();
    for (let chunk; !this.#busy && (chunk = this.#chunks.shift()); ) this.#send(chunk);
  }

  /** @param {Uint8Array} chunk */
  #send(chunk) {
    const size = chunk.length; // a sink may transfer the bytes away
    this.held -= size;
    const arrived = () => {
      this.#busy = false;
      this.pending = Math.max(0, this.pending - size);
      this.#tell();
    };
    try {
      const answer = this.#sink.write(chunk);
      if (typeof answer?.then !== 'function') return arrived();
      this.#busy = !this.#sink.windowed;
      Promise.resolve(answer).then(arrived).then(() => this.flush()).catch((error) => this.break(error));
    } catch (error) {
      this.break(error);
    }
  }

  /**
   * Nothing can be written any more.
   *
   * @param {unknown} error
   */
  break(error) {
    if (this.broken) return;
    this.broken = true;
    this.error = error || new Error('the output failed'); // as a stream does that was aborted without a reason
    this.#chunks = [];
    this.#used = this.pending = this.held = 0;
    this.onbroken();
    this.#tell();
  }

  #tell() {
    this.onprogress();
    if (this.full && this.pending < LOW_BYTES) {
      this.full = false;
      this.onready();
    }
    if (this.pending === 0) this.#idle();
  }

  /** Resolves when all that was written has arrived, or cannot. Never rejects: see `error`. */
  async settled() {
    this.flush();
    if (this.pending > 0) await /** @type {Promise<void>} */ (new Promise((resolve) => (this.#idle = resolve)));
    try {
      if (!this.broken) await this.#sink.finish?.();
    } catch (error) {
      this.break(error);
    }
  }

  /** What the embedder's own function or stream failed with, falsy otherwise. */
  get failure() {
    return this.#sink.reports && this.error;
  }

  take() {
    return this.#sink.take?.();
  }
}
