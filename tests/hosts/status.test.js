// How a program ends is how `corun run` ends, and what it is given arrives, on every host.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { execute } from '../support/process.js';
import { corun, program, run, runHosts, temporaryDirectory } from './command.js';

const options = { timeout: 60_000 };

for (const host of runHosts) {
  const start = (name, ...args) => run(['run', '--host', host, program(name), ...args], { timeout: 30_000 });

  describe(`statuses, ${host}`, { concurrency: 2 }, () => {
    for (const status of [0, 1, 7, 124]) {
      test(`main's value ${status}`, options, async () => {
        const outcome = await start('returns', String(status));
        assert.equal(outcome.status, status, outcome.stderr);
      });
    }

    test('CORUN_EXIT in a coroutine that main awaits', options, async () => {
      const outcome = await start('exits', '7');
      assert.deepEqual([outcome.status, outcome.stdout], [7, 'cleaned up\n'], outcome.stderr);
    });

    test('CORUN_EXIT in a task that main left behind', options, async () => {
      const outcome = await start('exits', '7', 'late');
      assert.deepEqual([outcome.status, outcome.stdout], [7, 'cleaned up\n'], outcome.stderr);
    });

    test('an error: 1, with its chain of awaits', options, async () => {
      const { status, stdout, stderr } = await start('fails');
      assert.deepEqual([status, stdout], [1, 'before\ncleaned up\n'], stderr);
      const lines = stderr.trimEnd().split('\n');
      assert.equal(lines[0], 'corun: main failed: CORUN_TIMEOUT: no luck today');
      assert.match(lines[1], /^ {2}in inner \(.*fails\.c:8\)$/);
      assert.match(lines[2], /^ {2}in outer \(.*fails\.c:16\)$/);
      assert.equal(lines.length, 3);
    });

    test("a group's errors: 1, with each child's", options, async () => {
      const { status, stderr } = await start('quarrels');
      assert.equal(status, 1);
      assert.equal(
        stderr.replace(/\(\S*?(\w+\.c):(\d+)\)/g, '($1:$2)'),
        `corun: main failed: CORUN_GROUP: unhandled errors in a TaskGroup
  in quarrels (quarrels.c:22)
  + bear (quarrels.c:18): EIO: the hive is broken
  in look (quarrels.c:10)
  while this was being cleaned up after: ENOENT: no honey here
  in look (quarrels.c:8)
  + the body: CORUN_USER: no more patience
  in quarrels (quarrels.c:20)
`,
      );
    });

    test('arguments and environment arrive as they were given', options, async () => {
      const args = ['', 'two words', "'", '日本', '--host'];
      const { status, stdout, stderr } = await run(
        ['run', '--host', host, '--env', 'SHOWN=a = b ü', program('shows'), 'first', '--', ...args],
        { timeout: 30_000 },
      );
      const shown = ['shows', 'first', ...args].map((arg) => `[${arg}]\n`).join('');
      assert.deepEqual([status, stdout], [0, `${shown}SHOWN=a = b ü\n`], stderr);
    });

    test('a file whose name begins like an option', options, async (t) => {
      const directory = temporaryDirectory(t);
      const start = (file) => execute(process.execPath, [corun, 'run', '--host', host, '--', file, '7'], { cwd: directory, timeout: 30_000 });
      for (const name of ['-x.c', '@x.c', '@-x.c', 'two\nlines.c']) {
        writeFileSync(join(directory, name), `#include "${program('returns')}"\n`);
        const { status, stderr } = await start(name);
        assert.equal(status, 7, stderr);
      }
      if (host === 'native') return;
      await execute(process.execPath, [corun, 'build', '-o', join(directory, '-x.wasm'), program('returns')]);
      assert.equal((await start('-x.wasm')).status, 7);
    });

    test('--env NAME passes a variable on', options, async () => {
      const { stdout } = await run(['run', '--host', host, '--env', 'SHOWN', program('shows')], {
        timeout: 30_000,
        env: { SHOWN: 'from outside' },
      });
      assert.match(stdout, /^SHOWN=from outside$/m);
    });

    test('--debug', options, async (t) => {
      const file = join(temporaryDirectory(t), 'file');
      writeFileSync(file, 'a line\n');
      const dir = host === 'native' ? [] : ['--dir', `${dirname(file)}::${dirname(file)}`];
      const { stdout, stderr } = await run(['run', '--host', host, '--debug', ...dir, program('reads'), file], { timeout: 30_000 });
      assert.equal(stdout, 'a line\ndebug on\n', stderr);
    });

    if (host !== 'native') {
      test('--dir: the program sees that directory and no other', options, async (t) => {
        const directory = temporaryDirectory(t);
        writeFileSync(join(directory, 'file'), 'a line\n');
        const read = (path) => run(['run', '--host', host, '--dir', `${directory}::/seen`, program('reads'), path], { timeout: 30_000 });
        const seen = await read('/seen/file');
        assert.deepEqual([seen.status, seen.stdout], [0, 'a line\ndebug off\n'], seen.stderr);
        assert.equal((await read(join(directory, 'file'))).status, 1);
      });
    }

    if (host === 'wasmtime') {
      test('a wasmtime that is not there: 127, and how to get it', options, async () => {
        const { status, stderr } = await run(['run', '--host', host, program('returns')], { env: { CORUN_WASMTIME: '/nowhere' } });
        assert.equal(status, 127);
        assert.match(stderr, /^corun: there is no wasmtime; [^\n]*cargo install[^\n]*\n$/);
      });
    }
  });
}
