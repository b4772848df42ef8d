// Rules about the sources themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, read, sources } from '../../tools/sources.js';
import { root } from '../support/env.js';
import { execute } from '../support/process.js';

test('comments and docs name what exists', async () => {
  const { status, stderr } = await execute(process.execPath, ['tools/check-docs.js'], { cwd: root });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('the JavaScript of the package and of the lint agrees with its types', async () => {
  for (const project of ['tsconfig.json', 'web/lint']) {
    const { status, stdout } = await execute('npx', ['--no-install', 'tsc', '-p', project, '--noEmit'], { cwd: root });
    assert.equal(stdout, '');
    assert.equal(status, 0);
  }
});

// Where a line that differs by platform may stand outside of hosts/, and why.
const allowedConditions = new Map([
  ['include/corun/runner.h: #if defined(__wasm__)', 'only a wasm compiler knows export_name'],
]);

test('platform conditions stand only under hosts/', () => {
  const platform = /^\s*#.*\b(_WIN32|__linux__|__APPLE__|__unix__|__wasi__|__wasm\w*__|__EMSCRIPTEN__|EMSCRIPTEN)\b/;
  const found = sources(/^(src|include)\/.*\.[ch]$/).flatMap((path) =>
    codeOf(read(path)).split('\n').filter((line) => platform.test(line)).map((line) => `${path}: ${line.trim()}`));
  assert.deepEqual(found.filter((line) => !allowedConditions.has(line)), []);
});

test('files over 400 lines are named in docs/decisions.md', () => {
  const decisions = read('docs/decisions.md');
  const long = sources(/^(src|include|hosts|web|tools)\/.*\.(?:[ch]|js)$/).filter((path) => read(path).split('\n').length > 401);
  assert.deepEqual(long.filter((path) => !decisions.includes(path)), []);
});

// It marks declarations; nothing else can be done with it.
const notForUsers = ['CORUN_API'];

test('every public macro is expanded in a test', () => {
  const defined = /^\s*#define (CORUN_\w*[A-Z])(?!\w)/gm;
  const macros = sources(/^include\/.*\.h$/)
    .flatMap((path) => [...codeOf(read(path)).matchAll(defined)].map((match) => match[1]))
    .filter((name) => !name.endsWith('_H') && !notForUsers.includes(name));
  const used = new Set(sources(/^tests\/.*\.[ch]$/).flatMap((path) => codeOf(read(path)).match(/\bCORUN_\w+/g) ?? []));
  assert.deepEqual([...new Set(macros)].filter((name) => !used.has(name)), []);
});

test('the version is the same everywhere', () => {
  const { version } = JSON.parse(read('package.json'));
  assert.match(read('CMakeLists.txt'), new RegExp(`^project\\(corun VERSION ${version} `, 'm'));
  assert.match(read('include/corun/base.h'), new RegExp(`^#define CORUN_VERSION "${version}"$`, 'm'));
});

// Where a package comes from is the business of whoever installs it.
test('package-lock.json names no registry', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
});
