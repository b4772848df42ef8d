// Every rule of asyncio's behaviour (docs/rules.md) is named above a test that shows it, or in rules-without-tests.json with the reason
// why none does.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/env.js';

const reasons = JSON.parse(readFileSync(new URL('rules-without-tests.json', import.meta.url), 'utf8'));

const rules = [...readFileSync(join(root, 'docs/rules.md'), 'utf8').matchAll(/^\*\*([A-Z]\d+)\.\*\*/gm)].map(([, rule]) => rule);

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
  assert.ok(rules.length > 0);
  const tested = new Set(sources.flatMap((name) => named(body(readFileSync(join(root, 'tests', name), 'utf8')))));
  assert.deepEqual(rules.filter((rule) => !tested.has(rule) && !(rule in reasons)), [], 'neither');
  assert.deepEqual(Object.keys(reasons).filter((rule) => tested.has(rule)), [], 'both');
  assert.deepEqual(Object.keys(reasons).filter((rule) => !rules.includes(rule)), [], 'no such rule');
});
