// Side by side: each program of tests/differential is there in Python, for asyncio, and in C. Both print what
// happens in which order, and must print the same, except where Corun differs on purpose.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { build, root, stems, tests, wasmtime } from './support/env.js';
import { succeed } from './support/process.js';

/**
 * Where the traces differ, in order: what Python prints there, what Corun prints instead, and why (docs/rules.md,
 * where Corun decides, unless it says otherwise).
 *
 * @type {Record<string, { python: string[], corun: string[], why: string }[]>}
 */
const differences = {
  differs: [
    {
      python: ['late begins'],
      corun: [],
      why: 'a task that is spawned during close is cancelled at once, where asyncio leaves it behind, pending for ever',
    },
    {
      python: [],
      corun: ['the rest of the cleanup'],
      why: 'a failing await in the cleanup replaces the exit, and does not skip the rest of the cleanup',
    },
    {
      python: [],
      corun: ['the rest of the callback'],
      why: 'C cannot be unwound from a signal handler: the second interrupt stops the run before the next step',
    },
    {
      python: [],
      corun: ['the rest of the step'],
      why: 'the same, for an interrupt during close',
    },
  ],
  shutdown: Array(2).fill({
    python: ['[unhandled exception during asyncio.run() shutdown] ValueError'],
    corun: ['[unhandled exception during corun_run() shutdown] ValueError'],
    why: 'section 5: the same texts, with Corun\'s names for asyncio\'s',
  }),
};

const startsWith = (lines, at, part) => part.every((line, i) => lines[at + i] === line);

/** Compares line by line; where they part, the next documented difference must stand there. */
function compare(python, corun, expected) {
  const left = [...expected];
  let [i, j] = [0, 0];
  while (i < python.length || j < corun.length) {
    const next = left[0];
    if (python[i] === corun[j]) {
      i++;
      j++;
    } else if (next && startsWith(python, i, next.python) && startsWith(corun, j, next.corun)) {
      left.shift();
      i += next.python.length;
      j += next.corun.length;
    } else {
      const before = python.slice(Math.max(0, i - 3), i).join('\n');
      assert.fail(`after\n${before}\nPython's line ${i + 1} is: ${python[i]}\nCorun's line ${j + 1} is: ${corun[j]}`);
    }
  }
  assert.deepEqual(left, [], 'documented differences that are none');
}

const lines = (text) => text.split('\n');
const folder = 'tests/differential';

const hosts = [
  ...(tests('native') ? [['native', (name) => [build('native-release', folder, name)]]] : []),
  ...(tests('native') ? [['native-asan', (name) => [build('native-asan', folder, name)]]] : []),
  ...(tests('wasmtime') ? [['wasmtime', (name) => [wasmtime(), 'run', build('wasi', folder, `${name}.wasm`)]]] : []),
];

const names = stems(folder, '.c');

test('every program is there in both languages', () => {
  assert.deepEqual(stems(folder, '.py'), [...names, 'trace'].sort()); // trace.py is what they share
  assert.deepEqual(Object.keys(differences).filter((name) => !names.includes(name)), []);
});

for (const [host, command] of hosts) {
  describe(`beside asyncio, ${host}`, { concurrency: 2 }, () => {
    for (const name of names) {
      test(name, { timeout: 60_000 }, async () => {
        const python = await succeed('python3', ['-B', join(root, folder, `${name}.py`)]);
        const [file, ...args] = command(name);
        const corun = await succeed(file, args);
        compare(lines(python), lines(corun), differences[name] ?? []);
      });
    }
  });
}
