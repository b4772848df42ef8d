/** A guest in a Worker, seen from outside. Streams stay here; their bytes cross in acknowledged chunks. */
import { sharedWords } from '#port';
import { spawnWorker } from '#spawn';
import { CorunError } from './errors.js';
import { CONTROL, HELLO, WORKER_VERSION } from './messages.js';
import { performerOf } from './perform.js';
import { fromPlain, fromPlainOutcome, toPlain } from './plain.js';

/** @typedef {import('./messages.js').FromWorker} FromWorker */
/** @typedef {import('./messages.js').ToWorker} ToWorker */
/** @typedef {import('./tasks.js').TaskRecord} TaskRecord */
/** @typedef {import('./protocol.js').Outcome} Outcome */

/** A Worker that has not taken the second interrupt by then is in a tight loop. */
const STUCK_MS = 500;

/** @implements {RemoteGuestShape} */
class RemoteGuest {
  /** @type {import('./spawn-page.js').WorkerLink} */ #link;
  /** @type {import('./guest.js').Streams} */ #streams;
  /** @type {Int32Array | null} */ #control;
  #sent = 0;
  /** The number that the first interrupt of what is under way has. */
  #first = 0;
  /** @type {ReturnType<typeof setTimeout>[]} */ #timers = [];
  #acknowledged = 0;
  /** Bytes of each descriptor that came, and those of them that are dealt with. */
  #came = [0, 0, 0];
  #dealt = [0, 0, 0];
  /** @type {((outcome: Outcome) => void) | undefined} */ #settle;
  /** @type {Outcome | undefined} why the guest cannot be used any more */ #gone;
  /** @type {Record<string, Uint8Array> | undefined} */ #files;
  #asked = 0;
  /** @type {Map<number, { resolve: (tasks: TaskRecord[] | undefined) => void, reject: (error: unknown) => void }>} */
  #questions = new Map();
  /** @type {import('./perform.js').Perform} */ #perform;
  /** @type {Map<number, () => void>} what aborts the host calls that are under way */
  #calls = new Map();
  /** @type {(error?: unknown) => void} */ #opened = () => {};

  /**
   * @param {import('./spawn-page.js').WorkerLink} link
   * @param {import('./guest.js').Streams} streams
   * @param {import('./perform.js').Perform} perform
   * @param {Int32Array | null} control
   */
  constructor(link, streams, perform, control) {
    this.#link = link;
    this.#perform = perform;
    this.#streams = streams;
    this.#control = control;
    link.onmessage = (message) => this.#receive(message);
    link.onfail = (error) => this.#fail(error);
    for (const [fd, output] of streams.outputs.entries()) {
      if (output) output.onprogress = () => this.#giveRoom(fd, output);
    }
  }

  /** @returns {Promise<void>} */
  opened() {
    return new Promise((resolve, reject) => {
      this.#opened = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  /** @param {string} entry @param {string[]} args */
  start(entry, args) {
    return this.#ask({ type: 'start', entry, args });
  }

  close() {
    return this.#ask({ type: 'close' });
  }

  /** @param {ToWorker} message @returns {Promise<Outcome>} */
  #ask(message) {
    if (this.#gone) return Promise.resolve(this.#gone);
    this.#first = this.#sent + 1;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#link.post(message);
    });
  }

  interrupt() {
    if (!this.#settle) return false;
    this.#sent++;
    // The word is for a guest that asks corun_interrupted() in a long step and reads no messages.
    if (this.#control) Atomics.store(this.#control, CONTROL.INTERRUPT, this.#sent);
    this.#link.post({ type: 'interrupt', number: this.#sent });
    if (this.#sent > this.#first) this.#killIfStuck(this.#sent);
    return true;
  }

  /** @param {number} number of an interrupt */
  #killIfStuck(number) {
    const timer = setTimeout(() => {
      if (this.#acknowledged < number) this.kill();
    }, STUCK_MS);
    this.#timers.push(timer);
  }

  get pendingInterrupts() {
    return this.#settle ? this.#sent - this.#acknowledged : 0;
  }

  /** In a tight loop the answer does not come before that has ended. */
  tasks() {
    if (this.#gone) return Promise.resolve(undefined);
    const number = ++this.#asked;
    return /** @type {Promise<TaskRecord[] | undefined>} */ (
      new Promise((resolve, reject) => {
        this.#questions.set(number, { resolve, reject });
        this.#link.post({ type: 'tasks', number });
      })
    );
  }

  /** @param {Extract<FromWorker, { type: 'tasks' }>} answer */
  #answer({ number, tasks, error }) {
    const question = this.#questions.get(number);
    this.#questions.delete(number);
    if (error) question?.reject(fromPlain(error));
    else question?.resolve(tasks);
  }

  #answerNoMore() {
    for (const { resolve } of this.#questions.values()) resolve(undefined);
    this.#questions.clear();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const abort of calls) abort();
  }

  /** @param {Extract<FromWorker, { type: 'call' }>} message */
  #begin({ number, name, bytes }) {
    const abort = this.#perform(name, bytes, (answer) => {
      this.#calls.delete(number);
      if (!this.#gone) this.#link.post({ type: 'answer', number, answer }, 'bytes' in answer ? [answer.bytes.buffer] : []);
    });
    this.#calls.set(number, abort);
  }

  /** @param {Extract<FromWorker, { type: 'abort' }>} message */
  #abort({ number }) {
    const abort = this.#calls.get(number);
    this.#calls.delete(number);
    abort?.();
  }

  kill() {
    this.#end({ kind: 'killed' });
    this.dispose();
  }

  async dispose() {
    this.#gone ??= { kind: 'killed' };
    this.#answerNoMore();
    this.#streams.input.stop();
    this.#link.onfail = () => {};
    await this.#link.terminate();
  }

  files() {
    return this.#files;
  }

  /** @param {FromWorker} message */
  #receive(message) {
    if (this.#gone) return;
    switch (message.type) {
      case HELLO:
        if (message.version !== WORKER_VERSION) this.#opened(otherVersion(message.version));
        return;
      case 'opened':
        return this.#opened();
      case 'failed':
        return this.#opened(fromPlain(message.error));
      case 'output':
        return this.#write(message.fd, message.bytes);
      case 'pull':
        return this.#pull();
      case 'acknowledged':
        this.#acknowledged = message.number;
        return;
      case 'tasks':
        return this.#answer(message);
      case 'call':
        return this.#begin(message);
      case 'abort':
        return this.#abort(message);
      case 'changed':
        return this.#streams.ontasks?.(message.changes);
      case 'outcome':
        this.#files = message.files ?? undefined;
        this.#settleWith(fromPlainOutcome(message.outcome));
    }
  }

  /** @param {number} fd @param {Uint8Array} bytes */
  #write(fd, bytes) {
    const output = this.#streams.outputs[fd];
    if (!output) return;
    this.#came[fd] = (this.#came[fd] ?? 0) + bytes.length;
    output.write(bytes);
    output.flush();
    if (output.broken) this.#giveRoom(fd, output);
  }

  /** @param {number} fd @param {import('./output.js').Output} output */
  #giveRoom(fd, output) {
    const dealt = (this.#came[fd] ?? 0) - output.pending;
    const size = dealt - (this.#dealt[fd] ?? 0);
    if (size === 0 && !output.broken) return;
    this.#dealt[fd] = dealt;
    if (this.#control) {
      Atomics.add(this.#control, CONTROL.WRITTEN, size);
      Atomics.notify(this.#control, CONTROL.WRITTEN);
    }
    if (!this.#gone) this.#link.post({ type: 'room', fd, size, broken: output.broken });
  }

  #pull() {
    const { input } = this.#streams;
    input.source.pull().then(
      (bytes) => {
        if (this.#gone) return;
        // A copy: of a part of a larger buffer all of it would be sent, and the embedder's taken away.
        const own = bytes && new Uint8Array(bytes);
        this.#link.post({ type: 'chunk', bytes: own }, own ? [own.buffer] : []);
      },
      (error) => {
        input.error = error ?? new Error('the input failed');
        if (!this.#gone) this.#link.post({ type: 'chunk', bytes: null, error: toPlain(error) });
      },
    );
  }

  /** @param {Error} error of the Worker itself */
  #fail(error) {
    this.#opened(notStarted(error));
    this.#end({ kind: 'trap', error });
  }

  /** @param {Outcome} outcome */
  #end(outcome) {
    this.#gone ??= outcome;
    this.#answerNoMore();
    this.#settleWith(outcome);
  }

  /** @param {Outcome} outcome */
  #settleWith(outcome) {
    const settle = this.#settle;
    this.#settle = undefined;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    settle?.(outcome);
  }
}

/** @typedef {import('./guest.js').Guest} RemoteGuestShape */

/** @param {unknown} error */
function notStarted(error) {
  const why = error instanceof Error ? error.message : error;
  return new CorunError('EWORKER', `the Worker cannot be started: ${why}`, { cause: error });
}

/** @param {number} version */
function otherVersion(version) {
  return new CorunError(
    'EWORKER',
    `the Worker speaks version ${version}, this page ${WORKER_VERSION}: serve worker.js of the same release`,
  );
}

/**
 * @param {import('./source.js').Loaded} loaded
 * @param {import('./options.js').GuestSettings} settings
 * @param {import('./guest.js').Streams} streams
 * @returns {Promise<import('./guest.js').Guest>}
 */
export async function openRemote(loaded, settings, streams) {
  if (typeof loaded.factory === 'function')
    throw new TypeError('worker: an Emscripten factory cannot cross to a Worker; give the URL of its module, which can');
  const { module, label, factory = null } = loaded;
  const control = sharedWords(CONTROL.WORDS);
  const terminals = [
    streams.input.terminal ?? false,
    ...streams.outputs.slice(1).map((output) => output?.terminal ?? false),
  ];
  const { options = {} } = streams;
  const link = spawn({ type: 'open', version: WORKER_VERSION, module, label, factory, settings, terminals, control }, options.workerUrl);
  const guest = new RemoteGuest(link, streams, performerOf(options), control);
  try {
    await guest.opened();
  } catch (error) {
    await guest.dispose();
    throw error;
  }
  return guest;
}

/** @param {import('./messages.js').OpenMessage} first @param {string | URL | undefined} url */
function spawn(first, url) {
  try {
    return spawnWorker(first, url);
  } catch (error) {
    throw notStarted(error);
  }
}
