/**
 * Descriptor 0: bytes on their way to the guest. Nothing is asked of the source before the guest
 * reads for the first time; from then on up to AHEAD_BYTES are fetched ahead.
 */

const AHEAD_BYTES = 1 << 18;

/**
 * @typedef {object} Source
 * @property {() => Promise<Uint8Array | null>} pull the next bytes, null at the end
 * @property {() => void} stop leave what was not read to others
 * @property {boolean} [terminal]
 */

export class Input {
  /** @type {Source} */ source;
  /** @type {Uint8Array[]} */ #chunks = [];
  #size = 0;
  #pulling = false;
  #stopped = false;

  ended = false;
  /** @type {unknown} */ error = undefined;
  /** Called when there is something to read, or the end. */
  onready = () => {};

  /** @param {Source} source */
  constructor(source) {
    this.source = source;
  }

  get terminal() {
    return this.source.terminal ?? false;
  }

  /** Whether a read would not say EAGAIN. */
  get ready() {
    return this.#size > 0 || this.ended || this.error !== undefined;
  }

  /** Starts fetching, if it is not under way and there is room. */
  fetch() {
    if (this.#pulling || this.#stopped || this.ended || this.error !== undefined || this.#size >= AHEAD_BYTES)
      return;
    this.#pulling = true;
    Promise.resolve()
      .then(() => this.source.pull())
      .then(
        (chunk) => this.#arrive(chunk),
        (error) => {
          this.error = error ?? new Error('the input failed');
        },
      )
      .finally(() => {
        this.#pulling = false;
        if (this.#stopped) return;
        if (this.ready) this.onready();
        this.fetch();
      });
  }

  /** @param {Uint8Array | null} chunk */
  #arrive(chunk) {
    if (chunk === null) this.ended = true;
    else if (chunk.length > 0) {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
    }
  }

  /**
   * Moves bytes into the guest's buffers.
   *
   * @param {Uint8Array[]} targets
   * @returns {number} how many, 0 at the end, -1 when nothing has arrived
   */
  read(targets) {
    const done = targets.reduce((sum, target) => sum + this.#fill(target), 0);
    const isEmpty = targets.every((target) => target.length === 0);
    this.fetch();
    return done > 0 || this.ended || isEmpty ? done : -1;
  }

  /** @param {Uint8Array} target */
  #fill(target) {
    let done = 0;
    for (let chunk = this.#chunks[0]; chunk && done < target.length; chunk = this.#chunks[0]) {
      const part = chunk.subarray(0, target.length - done);
      target.set(part, done);
      done += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#size -= done;
    return done;
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    this.source.stop();
  }
}
