// The native library as other systems than Linux see it: by POSIX alone. Nobody has run it there; this is how far
// that can be held here, and tests/unit runs that build (native-poll).
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram } from '../../web/commands/compilers.js';
import { root, tests } from '../support/env.js';
import { compilers, include, messages } from '../support/compilers.js';
import { execute, succeed } from '../support/process.js';
import { temporaryDirectory } from '../hosts/command.js';

const library = 'hosts/native/all.c';
const elsewhere = ['-U__linux__', '-Ulinux', '-D_POSIX_C_SOURCE=200809L'];
const folders = [`-I${include}`, '-Isrc', '-I.'];
const options = { skip: !tests('native') && 'native is not tested' };

for (const { name, c } of compilers.filter(({ host }) => host === 'native')) {
  test(`POSIX alone, ${name}`, options, async () => {
    const args = ['-std=c11', ...elsewhere, ...folders, '-Wmissing-prototypes', '-fsyntax-only', library];
    assert.equal(await messages(c, args), '');
  });
}

/** What POSIX.1-2008 has, of what a loop may want. */
const posix = [
  'assert', 'errno', 'fcntl', 'inttypes', 'limits', 'math', 'poll', 'pthread', 'sched', 'signal', 'stdalign', 'stdarg', 'stdatomic', 'stdbool',
  'stddef', 'stdint', 'stdio', 'stdlib', 'string', 'sys/stat', 'sys/types', 'time', 'unistd',
];

test('no header of Linux is included', options, async () => {
  // Each header that one of our own files includes, by its depth: the compiler's own includes stand deeper.
  const output = await succeed('gcc', ['-std=gnu11', ...elsewhere, ...folders, '-dI', '-E', library], { cwd: root });
  let file = '';
  const included = new Set();
  for (const line of output.split('\n')) {
    file = /^# \d+ "([^"]+)"/.exec(line)?.[1] ?? file;
    const name = /^#include <(.+)\.h>/.exec(line)?.[1];
    if (name && !file.startsWith('/usr/')) included.add(name);
  }
  assert.ok(included.size > 5);
  assert.deepEqual([...included].filter((name) => !posix.includes(name)), []);
});

// zig brings the headers and libraries of other systems. It is not among what tools/setup installs.
const zig = tests('native') ? findProgram('zig') : null;

for (const target of ['aarch64-macos', 'x86_64-freebsd', 'x86_64-netbsd', 'x86_64-openbsd', 'x86_64-linux-musl']) {
  test(`a program for ${target}`, { skip: !zig && 'there is no zig' }, async (t) => {
    const warnings = ['-Wall', '-Wextra', '-Wshadow', '-Werror'];
    const output = ['-pthread', '-lm', '-o', join(temporaryDirectory(t), 'program')];
    const { status, stderr } = await execute(zig, ['cc', '-target', target, ...warnings, ...folders, 'examples/countdown.c', library, ...output], { cwd: root });
    assert.deepEqual([status, stderr], [0, '']);
  });
}
