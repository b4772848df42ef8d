/** What runs in the Worker: a guest whose streams lie in the thread that made it. */
import { host } from '#host';
import { sharedWords, workerPort } from '#port';
import { openGuest } from './guest.js';
import { Input } from './input.js';
import { Output } from './output.js';
import { CONTROL, HELLO, WORKER_VERSION } from './messages.js';
import { fromPlain, toPlain, toPlainOutcome } from './plain.js';

/** Inside a long step output is sent on after this time, or this many bytes. */
const HELD_MS = 10;
const HELD_BYTES = 1 << 18;
/** Above this a guest that never awaits is stopped until its reader has caught up. */
const STOP_BYTES = 1 << 24;

const port = workerPort();
/** Where a page's Worker can block, it may: nobody waits for its frames. What was printed before is not to wait too. */
host.sleep = (ms) => {
  const words = sharedWords(1);
  if (!words) return false;
  for (const output of outputs) output?.flush();
  Atomics.wait(words, 0, 0, ms);
  return true;
};
/** @type {(Output | undefined)[]} by descriptor */
let outputs = [];
/** @type {import('./guest.js').Guest | undefined} */
let guest;
/** @type {Int32Array | null} */
let control = null;
let seen = 0;
let acknowledged = 0;
/** @typedef {{ bytes: Uint8Array | null, error?: import('./plain.js').PlainError }} Chunk */
/** @type {((chunk: Chunk) => void) | undefined} */
let pulled;
/** @type {{ size: number, done: () => void, fail: (error: unknown) => void }[][]} */
const underWay = [[], [], []];
/** @type {Map<number, (answer: import('./perform.js').Answer) => void>} host calls, which the other side performs */
const asked = new Map();
let calls = 0;
const credit = [0, 0, 0];
let posted = 0;
/** Never: the clock begins with the Worker, so 0 may be just now. */
let lastFlush = -Infinity;

/**
 * @param {import('./messages.js').FromWorker} message
 * @param {unknown[]} [transfer]
 */
const post = (message, transfer) => port.post(message, transfer);

port.listen((/** @type {import('./messages.js').ToWorker} */ message) => {
  switch (message.type) {
    case 'open':
      return void open(message);
    case 'start':
      return void finish(guest?.start(message.entry, message.args));
    case 'close':
      return void finish(guest?.close());
    case 'interrupt':
      takeInterrupts(message.number);
      return acknowledge();
    case 'tasks':
      return void tellTasks(message.number);
    case 'chunk':
      return pulled?.(message);
    case 'answer':
      return giveAnswer(message);
    case 'room':
      return giveRoom(message);
  }
});
post({ type: HELLO, version: WORKER_VERSION });

/** @param {import('./messages.js').OpenMessage} message */
async function open(message) {
  try {
    if (message.version !== WORKER_VERSION)
      throw new TypeError(`this Worker speaks version ${WORKER_VERSION}, not ${message.version}`);
    control = message.control;
    const { module, label, factory, settings, terminals } = message;
    const input = new Input({ pull, stop: () => {}, terminal: terminals[0] ?? false });
    outputs = [undefined, makeOutput(1, terminals[1]), makeOutput(2, terminals[2])];
    guest = await openGuest(factory ? { module, label, factory } : { module, label }, settings, {
      input,
      outputs,
      perform,
      ontasks: settings.watched ? (changes) => post({ type: 'changed', changes }) : undefined,
      onturn: acknowledge,
      onoutput: relieve,
      onyield: lookAround,
    });
    post({ type: 'opened' });
  } catch (error) {
    post({ type: 'failed', error: toPlain(error) });
  }
}

/** @param {Promise<import('./protocol.js').Outcome> | undefined} ending */
async function finish(ending) {
  const outcome = await ending;
  if (outcome) post({ type: 'outcome', outcome: toPlainOutcome(outcome), files: guest?.files() ?? null });
}

/** @param {number} number of the question */
async function tellTasks(number) {
  try {
    post({ type: 'tasks', number, tasks: (await guest?.tasks()) ?? [] });
  } catch (error) {
    post({ type: 'tasks', number, error: toPlain(error) });
  }
}

/** @type {import('./perform.js').Perform} */
function perform(name, bytes, done) {
  const number = ++calls;
  asked.set(number, done);
  post({ type: 'call', number, name, bytes }, [bytes.buffer]);
  return () => {
    if (asked.delete(number)) post({ type: 'abort', number });
  };
}

/** @param {{ number: number, answer: import('./perform.js').Answer }} message */
function giveAnswer({ number, answer }) {
  const done = asked.get(number);
  asked.delete(number);
  done?.(answer);
}

/** @returns {Promise<Uint8Array | null>} */
function pull() {
  return new Promise((resolve, reject) => {
    pulled = ({ bytes, error }) => (error ? reject(fromPlain(error)) : resolve(bytes));
    post({ type: 'pull' });
  });
}

/** @param {number} fd @param {boolean | undefined} terminal */
function makeOutput(fd, terminal = false) {
  return new Output({
    terminal,
    windowed: true,
    write(bytes) {
      const size = bytes.length;
      posted += size;
      post({ type: 'output', fd, bytes }, [bytes.buffer]);
      return new Promise((resolve, reject) =>
        underWay[fd]?.push({ size, done: () => resolve(undefined), fail: reject }),
      );
    },
  });
}

/** @param {{ fd: number, size: number, broken: boolean }} message */
function giveRoom({ fd, size, broken }) {
  const chunks = underWay[fd] ?? [];
  if (broken) return chunks.splice(0).forEach((chunk) => chunk.fail(new Error('the reader has gone')));
  credit[fd] = (credit[fd] ?? 0) + size;
  for (let first = chunks[0]; first && first.size <= (credit[fd] ?? 0); first = chunks[0]) {
    credit[fd] = (credit[fd] ?? 0) - first.size;
    chunks.shift();
    first.done();
  }
}

/** Inside a step that prints and never awaits: others should see it, and memory has an end. */
function relieve() {
  const now = host.now();
  const held = outputs.reduce((sum, output) => sum + (output?.held ?? 0), 0);
  if (held < HELD_BYTES && now - lastFlush < HELD_MS) return;
  lastFlush = now;
  for (const output of outputs) output?.flush();
  if (!control) return;
  for (;;) {
    const written = Atomics.load(control, CONTROL.WRITTEN);
    if (((posted - written) | 0) < STOP_BYTES) return;
    Atomics.wait(control, CONTROL.WRITTEN, written);
  }
}

/** @param {number} number the latest interrupt's */
function takeInterrupts(number) {
  for (; seen < number; seen++) guest?.interrupt();
}

/** Inside a step: the guest has asked whether it is interrupted. */
function lookAround() {
  if (!control) return;
  takeInterrupts(Atomics.load(control, CONTROL.INTERRUPT));
  acknowledge();
}

/** Says how many interrupts the guest's loop has dealt with. */
function acknowledge() {
  const number = seen - (guest?.pendingInterrupts ?? 0);
  if (number === acknowledged) return;
  acknowledged = number;
  post({ type: 'acknowledged', number });
}
