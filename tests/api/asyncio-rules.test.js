// Every rule of asyncio's behaviour is named above a test that shows it, or in rules-without-tests.json with the reason why none
// does. B: runner, L: loop, F: futures, T: tasks, E: eager ones, G: groups, O: timeouts, W: wait, gather and their like, K: locks and
// queues, X: reports and sight.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/env.js';

const counts = { B: 78, L: 11, F: 5, T: 15, E: 5, G: 8, O: 6, W: 5, K: 8, X: 6 };
const reasons = JSON.parse(readFileSync(new URL('rules-without-tests.json', import.meta.url), 'utf8'));

const rules = Object.entries(counts).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, i) => `${letter}${i + 1}`));

/** The rules that a text names: T3, B58-B66. A compiler's -O1 is none. */
function named(text) {
  return [...text.matchAll(/(?<![-\w])([BLFTEGOWKX])(\d{1,2})\b(?:-\1?(\d{1,2})\b)?/g)].flatMap(([, letter, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${letter}${Number(first) + i}`));
}

const sources = readdirSync(join(root, 'tests'), { recursive: true })
  .map(String)
  .filter((name) => /\.(c|h|js|py)$/.test(name) && !name.endsWith('asyncio-rules.test.js'));

/** Without its first comment: a file that is about some rules may test others. */
const body = (text) => text.replace(/^(\/\*.*?\*\/|(\/\/.*?\n)+|""".*?""")/s, '');

test('each rule has a test or a reason', () => {
  const tested = new Set(sources.flatMap((name) => named(body(readFileSync(join(root, 'tests', name), 'utf8')))));
  assert.deepEqual(rules.filter((rule) => !tested.has(rule) && !(rule in reasons)), [], 'neither');
  assert.deepEqual(Object.keys(reasons).filter((rule) => tested.has(rule)), [], 'both');
  assert.deepEqual(Object.keys(reasons).filter((rule) => !rules.includes(rule)), [], 'no such rule');
});
