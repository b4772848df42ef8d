/**
 * The other half of corun_fetch (src/fetch.c). A request is a host call that is never answered: it is open as long as the
 * guest has the response, and its signal is the request's. The guest asks for the head, and for each part of the body.
 */

/** @typedef {(request: Request) => Promise<Response>} Fetch */

/** Words of what the guest asks for a part with: which request, how much at most, how much it has read. */
const ASKED_WORDS = 3;

/** @param {string} code a name as in C @param {string} message @param {unknown} [cause] */
function coded(code, message, cause) {
  return Object.assign(new Error(message, { cause }), { code });
}

/** @param {unknown} [cause] */
const closed = (cause) => coded('CORUN_CLOSED', 'the response is closed', cause);

/** A request and its response. */
class Exchange {
  #signal;
  /** @type {Promise<Response>} */ #response;
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */ #reader;
  /** What has come, and the guest has perhaps not read; the number of bytes in front of that. */
  /** @type {Uint8Array} */ #rest = new Uint8Array(0);
  #position = 0;
  #ended = false;
  /** @type {Promise<void> | undefined} */ #filling;

  /** @param {Promise<Response>} response @param {AbortSignal} signal */
  constructor(response, signal) {
    this.#response = response;
    this.#signal = signal;
    response.catch(() => {}); // the guest may never ask
  }

  /** Texts, each with a zero behind it: status, URL, each header's name and value. */
  async head() {
    const { status, url, headers } = await this.#orFailure(this.#response);
    return [String(status), url, ...[...headers].flat()].map((text) => `${text}\0`).join('');
  }

  /**
   * What comes next; nothing at the end. It stays here until the guest says that it has read it.
   *
   * @param {number} most
   * @param {number} position how much the guest has read, in 32 bits
   * @param {AbortSignal} signal
   */
  async part(most, position, signal) {
    const read = (position - this.#position) >>> 0;
    this.#rest = this.#rest.subarray(read);
    this.#position = position;
    while (this.#rest.length === 0 && !this.#ended && !signal.aborted) {
      // An earlier call's goes on, if that was cancelled.
      this.#filling ??= this.#fill().finally(() => (this.#filling = undefined));
      await this.#orFailure(this.#filling);
    }
    return this.#rest.subarray(0, most);
  }

  async #fill() {
    this.#reader ??= (await this.#response).body?.getReader();
    const { value, done } = (await this.#reader?.read()) ?? { done: true };
    this.#ended = done;
    if (value) this.#rest = value;
  }

  /** Nobody reads any more. A body that is not of the host's own fetch does not know of the signal. */
  async close() {
    try {
      await (this.#reader ?? (await this.#response).body)?.cancel(this.#signal.reason);
    } catch {
      // It has failed, or is somebody else's to read.
    }
  }

  /** @template T @param {Promise<T>} promise @returns {Promise<T>} */
  async #orFailure(promise) {
    let value;
    try {
      value = await promise;
    } catch (error) {
      throw this.#signal.aborted ? closed(error) : told(error);
    }
    if (this.#signal.aborted) throw closed();
    return value;
  }
}

/**
 * With what Node keeps in the cause, the system's code, unless it has one.
 *
 * @param {unknown} error
 */
function told(error) {
  if (!(error instanceof Error) || 'code' in error || !(error.cause instanceof Error)) return error;
  const { code, message } = /** @type {Error & { code?: unknown }} */ (error.cause);
  const known = typeof code === 'string' ? code : '';
  return Object.assign(coded(known, `${error.message}: ${message || known}`, error), { name: error.name });
}

/**
 * @param {Uint8Array} bytes what the guest sends
 * @param {AbortSignal} signal
 */
function readRequest(bytes, signal) {
  /** @type {string[]} */
  const texts = [];
  let at = 4;
  for (let i = 0; i < 3; i++) {
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new TypeError('the request is damaged');
    texts.push(new TextDecoder().decode(bytes.subarray(at, end)));
    at = end + 1;
  }
  const [method = '', url = '', headers = ''] = texts;
  const body = bytes.subarray(at);
  try {
    return new Request(url, { method, headers: readHeaders(headers), signal, ...(body.length > 0 ? { body: body.slice() } : {}) });
  } catch (error) {
    throw coded('CORUN_BAD_ARGUMENT', error instanceof Error ? error.message : String(error), error);
  }
}

/** @param {string} text @returns {[string, string][]} */
function readHeaders(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 0) throw new TypeError(`the header ${JSON.stringify(line)} has no colon`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
}

/**
 * What the embedder's own fetch gave: it need not be of this realm, but it must have what is read here.
 *
 * @param {unknown} given
 */
function responseOf(given) {
  const { status, headers } = /** @type {Partial<Response>} */ (given ?? {});
  if (typeof status !== 'number' || typeof headers?.get !== 'function') throw new TypeError("the option 'fetch' did not give a Response");
  return /** @type {Response} */ (given);
}

/** @param {Uint8Array} bytes */
function readAsked(bytes) {
  if (bytes.length !== ASKED_WORDS * 4) throw new TypeError('what is asked is damaged');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { number: view.getUint32(0, true), most: view.getUint32(4, true), position: view.getUint32(8, true) };
}

/**
 * The host calls by which a guest fetches.
 *
 * @param {Fetch | false} send false: it must not
 * @returns {[string, import('./perform.js').HostFunction][]}
 */
export function fetchCalls(send) {
  /** @type {Map<number, Exchange>} by the guest's own numbers */
  const open = new Map();

  /** @type {import('./perform.js').HostFunction} */
  const begin = (bytes, { signal }) => {
    const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const sending = async () => {
      if (!send) throw coded('CORUN_UNSUPPORTED', 'the embedder does not let the program fetch');
      return responseOf(await send(readRequest(bytes, signal)));
    };
    const exchange = new Exchange(sending(), signal);
    open.set(number, exchange);
    signal.addEventListener('abort', () => {
      if (open.get(number) === exchange) open.delete(number);
      void exchange.close();
    });
    return new Promise(() => {});
  };

  /** @type {import('./perform.js').HostFunction} */
  const next = async (bytes, { signal }) => {
    const { number, most, position } = readAsked(bytes);
    const exchange = open.get(number);
    if (!exchange) throw closed();
    return most === 0 ? exchange.head() : exchange.part(most, position, signal);
  };

  return [
    ['corun.fetch', begin],
    ['corun.fetch.next', next],
  ];
}
