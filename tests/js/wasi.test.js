// What C's own functions ask the host for, by hand: clocks, waiting, descriptors that are not files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BADF, FAULT, INVAL, NOTSUP, SUCCESS } from '../../web/src/errno.js';
import { extend } from '../../web/src/wasi-rest.js';
import { Wasi } from '../../web/src/wasi.js';

const size = 3 * 65536;
const [subscriptions, events, count] = [1024, 2048, 4096];
const [monotonic, absolute] = [1, 1];

/** With all functions, a memory, and a standard input of which the test says whether there is something to read. */
async function guest() {
  const input = { ready: false, fetched: 0, fetch: () => void input.fetched++, read: () => 0 };
  const output = { held: 0, terminal: false, write() {}, flush() {} };
  const wasi = new Wasi({ args: [], env: [], input: /** @type {any} */ (input), outputs: /** @type {any} */ ([undefined, output, output]) });
  await extend(wasi, /** @type {any} */ ({ loaded: {}, settings: {} }));
  const memory = new ArrayBuffer(size);
  wasi.memory = () => memory;
  const ask = (/** @type {string} */ name, /** @type {any[]} */ ...args) => wasi.imports[name]?.(...args);
  return { input, ask, view: new DataView(memory) };
}

/** @typedef {{ clock: number, ns?: number, flags?: number } | { read: number } | { write: number }} Subscription */

/** Polls; gives the errno, and of each event the number of its subscription, its type, its errno and how many bytes. */
async function poll(/** @type {Subscription[]} */ wanted, ready = false, closed = /** @type {number[]} */ ([])) {
  const { input, ask, view } = await guest();
  input.ready = ready;
  for (const fd of closed) ask('fd_close', fd);
  wanted.forEach((one, i) => {
    const at = subscriptions + i * 48;
    view.setBigUint64(at, BigInt(i + 1), true);
    if ('clock' in one) {
      view.setUint32(at + 16, one.clock, true);
      view.setBigUint64(at + 24, BigInt(one.ns ?? 0), true);
      view.setUint16(at + 40, one.flags ?? 0, true);
    } else {
      view.setUint8(at + 8, 'read' in one ? 1 : 2);
      view.setUint32(at + 16, 'read' in one ? one.read : one.write, true);
    }
  });
  const errno = ask('poll_oneoff', subscriptions, events, wanted.length, count);
  if (errno !== SUCCESS) return errno;
  return Array.from({ length: view.getUint32(count, true) }, (_, i) => {
    const at = events + i * 32;
    return [Number(view.getBigUint64(at, true)), view.getUint8(at + 10), view.getUint16(at + 8, true), Number(view.getBigUint64(at + 16, true))];
  });
}

test('clocks: the time of day, one that only goes on, and none', async () => {
  const { ask, view } = await guest();
  assert.equal(ask('clock_time_get', 0, 0n, 8), SUCCESS);
  assert.ok(Math.abs(Number(view.getBigUint64(8, true)) / 1e6 - Date.now()) < 60_000);
  for (const id of [1, 2, 3]) {
    assert.equal(ask('clock_time_get', id, 0n, 8), SUCCESS);
    assert.ok(Math.abs(Number(view.getBigUint64(8, true)) / 1e6 - performance.now()) < 60_000);
    assert.equal(ask('clock_res_get', id, 8), SUCCESS);
    assert.equal(view.getBigUint64(8, true), 1000n);
  }
  for (const name of ['clock_time_get', 'clock_res_get']) assert.equal(ask(name, 4, 8, 8), INVAL);
});

test('a wait for the clock ends when its time has come', async () => {
  assert.deepEqual(await poll([{ clock: monotonic, ns: 1e6 }]), [[1, 0, SUCCESS, 0]]);
  assert.deepEqual(await poll([{ clock: monotonic, ns: 1, flags: absolute }]), [[1, 0, SUCCESS, 0]]);
  assert.deepEqual(await poll([{ clock: 0, ns: (Date.now() - 1000) * 1e6, flags: absolute }]), [[1, 0, SUCCESS, 0]]);
  assert.deepEqual(await poll([{ clock: monotonic, ns: 36e11 }, { clock: 0, ns: (Date.now() + 20) * 1e6, flags: absolute }]), [[2, 0, SUCCESS, 0]]);
});

test('descriptors: what is ready is told, what is not is waited for as long as the clock says', async () => {
  assert.deepEqual(await poll([{ read: 0 }, { write: 1 }], true), [[1, 1, SUCCESS, 1], [2, 2, SUCCESS, 1]]);
  assert.deepEqual(await poll([{ read: 0 }, { write: 2 }]), [[2, 2, SUCCESS, 1]]);
  assert.deepEqual(await poll([{ read: 0 }, { clock: monotonic, ns: 1e6 }]), [[2, 0, SUCCESS, 0]]);
  assert.deepEqual(await poll([{ read: 0 }, { clock: monotonic, ns: 36e11 }], true), [[1, 1, SUCCESS, 1]]);
});

test('what nothing could end is refused', async () => {
  assert.equal(await poll([]), INVAL);
  assert.equal(await poll([{ read: 0 }]), NOTSUP);
});

test('descriptors that are closed, are none, or go the other way', async () => {
  assert.deepEqual(await poll([{ write: 1 }], false, [1]), [[1, 2, BADF, 1]]);
  assert.deepEqual(await poll([{ read: 3 }, { write: 0 }, { read: 2 }]), [[1, 1, BADF, 1], [2, 2, BADF, 1], [3, 1, BADF, 1]]);
  const { ask } = await guest();
  assert.deepEqual([ask('fd_read', 1, 0, 0, 8), ask('fd_write', 0, 0, 0, 8)], [BADF, BADF]);
  assert.equal(ask('fd_close', 1), SUCCESS);
  assert.deepEqual([ask('fd_close', 1), ask('fd_write', 1, 0, 0, 8), ask('fd_sync', 2), ask('fd_sync', 1)], [BADF, BADF, SUCCESS, BADF]);
  assert.deepEqual([ask('fd_datasync', 2), ask('fd_readdir', 2), ask('fd_read', 3, 0, 0, 8)], [SUCCESS, BADF, BADF]);
});

test('an address outside of the memory is the fault of the program, and no trap', async () => {
  const { ask } = await guest();
  assert.equal(ask('clock_time_get', 1, 0n, size), FAULT);
  assert.equal(ask('random_get', size - 6, 7), FAULT);
});

test('random bytes, more of them than the host gives at once', async () => {
  const { ask, view } = await guest();
  const bytes = new Uint8Array(view.buffer);
  assert.equal(ask('random_get', 8, size - 8), SUCCESS);
  assert.ok(bytes.subarray(8, 1000).some((byte) => byte !== 0) && bytes.subarray(-1000).some((byte) => byte !== 0));
  assert.deepEqual([...bytes.subarray(0, 8)], [0, 0, 0, 0, 0, 0, 0, 0]);
});

