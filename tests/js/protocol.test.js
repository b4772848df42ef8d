// The ABI table and the result, read from memory that may hold anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CorunError } from 'corun';
import { MAGIC, VERSION, readAbi, readResult } from '../../web/src/protocol.js';

const table = 64;
const result = 128;

/** A memory with a table and a result in order, and words changed as asked. */
function memory(/** @type {[number, number][]} */ ...changes) {
  const buffer = new ArrayBuffer(65536);
  const view = new DataView(buffer);
  [MAGIC, VERSION, 32, 44, result, 256, 260, 32].forEach((word, i) => view.setUint32(table + i * 4, word, true));
  for (const [at, word] of changes) view.setUint32(at, word, true);
  return buffer;
}

test('a table in order is read', () => {
  assert.deepEqual(readAbi(table, memory(), 'it'), { result, full: 256, taken: 260 });
});

test('each field of the table is checked', async (t) => {
  const names = ['magic', 'version', 'abi_size', 'result_size', 'result', 'full', 'taken', 'task_size'];
  for (const [i, name] of names.entries()) {
    for (const word of [0, 3, 65535, 65536, 0xffffffff]) {
      await t.test(`${name} = ${word}`, () => {
        assert.throws(() => readAbi(table, memory([table + i * 4, word]), 'it'), CorunError);
      });
    }
  }
  for (const address of [0, -4, 2, 65532, 65536, 0x7ffffff0]) {
    await t.test(`the table at ${address}`, () => {
      assert.throws(() => readAbi(address, memory(), 'it'), /^CorunError: it puts its ABI table at/);
    });
  }
});

test('whatever the result holds, it is read or refused', () => {
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
  for (let i = 0; i < 3000; i++) {
    const buffer = memory(
      [result + (random() % 11) * 4, random()],
      [result + 20, 'ifpb\0'.charCodeAt(random() % 5)],
    );
    try {
      readResult(result, buffer, 'it');
    } catch (error) {
      assert.ok(error instanceof CorunError, `${error}`);
    }
  }
});
