// The ABI table and the result, read from memory that may hold anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CorunError } from 'corun';
import { readError } from '../../web/src/failure.js';
import { readCalls } from '../../web/src/host-calls.js';
import { MAGIC, VERSION, readAbi, readResult } from '../../web/src/protocol.js';
import { checkAbi } from '../../web/src/refusals.js';

const table = 64;
const result = 128;

/** A memory with a table and a result in order, and words changed as asked. */
function memory(/** @type {[number, number][]} */ ...changes) {
  const buffer = new ArrayBuffer(65536);
  const view = new DataView(buffer);
  [MAGIC, VERSION, 36, 36, result, 256, 260, 32, 20].forEach((word, i) => view.setUint32(table + i * 4, word, true));
  for (const [at, word] of changes) view.setUint32(at, word, true);
  return buffer;
}

test('a table in order is read', () => {
  checkAbi(table, memory(), 'it');
  assert.deepEqual(readAbi(table, memory(), 'it'), { result, full: 256, taken: 260 });
});

test('each field of the table is checked', async (t) => {
  const names = ['magic', 'version', 'abi_size', 'result_size', 'result', 'full', 'taken', 'task_size', 'call_size'];
  for (const [i, name] of names.entries()) {
    for (const word of [0, 7, 65535, 65536, 0xffffffff]) {
      await t.test(`${name} = ${word}`, () => {
        const damaged = memory([table + i * 4, word]);
        assert.equal(readAbi(table, damaged, 'it'), undefined);
        assert.throws(() => checkAbi(table, damaged, 'it'), CorunError);
      });
    }
  }
  for (const address of [0, -4, 2, 65532, 65536, 0x7ffffff0]) {
    await t.test(`the table at ${address}`, () => {
      assert.throws(() => readAbi(address, memory(), 'it'), /^CorunError: it puts its ABI table at/);
    });
  }
});

/** Numbers that look random. */
function sequence() {
  let seed = 1;
  return () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
}

test('whatever the result holds, it is read or refused', () => {
  const random = sequence();
  for (let i = 0; i < 3000; i++) {
    const buffer = memory(
      [result + (random() % 9) * 4, random()],
      [result + 12, 'ifpb\0'.charCodeAt(random() % 5)],
    );
    try {
      readResult(result, buffer, 'it');
    } catch (error) {
      assert.ok(error instanceof CorunError, `${error}`);
    }
  }
});

const failure = 512;
const guestOf = (/** @type {ArrayBuffer} */ buffer) => ({
  exports: { corun_error_name: () => 16, corun_error_text: () => 16 },
  memory: buffer,
  label: 'it',
});

test('whatever an error holds, it is read or refused, circles too', () => {
  const random = sequence();
  const places = [0, failure, failure + 28, failure + 56, 3, 65532];
  let read = 0;
  for (let i = 0; i < 3000; i++) {
    const buffer = memory();
    const view = new DataView(buffer);
    for (let word = 0; word < 32; word++) {
      const isCount = word % 7 === 2 || word % 7 === 5;
      const any = random() % 16 === 0 ? random() : (places[(random() >>> 8) % places.length] ?? 0);
      view.setUint32(failure + word * 4, isCount ? (random() >>> 8) % 3 : any, true);
    }
    try {
      assert.equal(typeof readError(guestOf(buffer), -1, failure).message, 'string');
      read++;
    } catch (error) {
      assert.ok(error instanceof CorunError, `${error}`);
    }
  }
  assert.ok(read > 0);
});

test("a group's error of which no more is known than its code", () => {
  const group = [-1, 0, 0, 0, 0, 1, failure + 28];
  const child = [-2, 0, 0, 0, 0, 0, 0];
  const buffer = memory(...[...group, ...child].map((word, i) => /** @type {[number, number]} */ ([failure + i * 4, word])));
  const guest = guestOf(buffer);
  Object.assign(guest.exports, { corun_error_name: (/** @type {number} */ code) => (code === -2 ? 20 : 16) });
  new Uint8Array(buffer).set(new TextEncoder().encode('EIO'), 20);
  assert.deepEqual(readError(guest, -1, failure).errors, [{ code: 'EIO', message: '', trace: '', task: null, spawnedAt: null }]);
});

test('an error that it replaced itself is refused', () => {
  const words = [-1, 0, 0, 0, failure, 0, 0];
  const circle = memory(...words.map((word, i) => /** @type {[number, number]} */ ([failure + i * 4, word])));
  assert.throws(() => readError(guestOf(circle), -1, failure), /^CorunError: it tells of more than 100000 errors/);
  const nested = memory(
    ...[-1, 0, 0, 0, 0, 1, failure + 28].map((word, i) => /** @type {[number, number]} */ ([failure + i * 4, word])),
    [failure + 28 + 24, failure],
  );
  assert.throws(() => readError(guestOf(nested), -1, failure), /^CorunError: it has errors that are nested more than 100/);
});

const calls = 512;
const first = 1024;

/** A queue of calls as `words`, five for each, with the text `name` at 2048. */
function queue(/** @type {number[]} */ heads, /** @type {number[]} */ words) {
  const buffer = memory();
  const view = new DataView(buffer);
  heads.forEach((word, i) => view.setUint32(calls + i * 4, word, true));
  words.forEach((word, i) => view.setUint32(first + i * 4, word, true));
  new Uint8Array(buffer).set(new TextEncoder().encode('name\0abc'), 2048);
  return buffer;
}

test('host calls are read in their order, with copies of what is asked', () => {
  const words = [first + 20, 0, 2048, 2053, 3, 0, 0, 2048, 0, 0, 0, 3, 1, 1, 1];
  const buffer = queue([first + 40, first], words);
  const { asked, takenBack } = readCalls(calls, buffer, 'it');
  new Uint8Array(buffer).fill(0);
  assert.deepEqual(takenBack, [first + 40]);
  assert.deepEqual(asked, [
    { address: first, name: 'name', bytes: new TextEncoder().encode('abc') },
    { address: first + 20, name: 'name', bytes: new Uint8Array(0) },
  ]);
  assert.deepEqual(readCalls(0, buffer, 'it'), { asked: [], takenBack: [] });
});

test('host calls in a circle, and what they are asked with outside of the memory, are refused', () => {
  const circle = queue([0, first], [first + 20, 0, 2048, 0, 0, first, 0, 2048, 0, 0]);
  assert.throws(() => readCalls(calls, circle, 'it'), /^CorunError: it has a list of host calls that goes in a circle/);
  const outside = queue([0, first], [0, 0, 2048, 65530, 7]);
  assert.throws(() => readCalls(calls, outside, 'it'), /^CorunError: it asks with 7 bytes at 65530/);
});

test('whatever the queue of host calls holds, it is read or refused', () => {
  const random = sequence();
  const places = [0, first, first + 20, first + 40, 2048, 2053, 3, 65532];
  let read = 0;
  for (let i = 0; i < 3000; i++) {
    const word = () => (random() % 16 === 0 ? random() : (places[(random() >>> 8) % places.length] ?? 0));
    const buffer = queue([word(), word()], Array.from({ length: 15 }, word));
    try {
      read += readCalls(random() % 8 === 0 ? random() : calls, buffer, 'it').asked.length;
    } catch (error) {
      assert.ok(error instanceof CorunError, `${error}`);
    }
  }
  assert.ok(read > 0);
});
