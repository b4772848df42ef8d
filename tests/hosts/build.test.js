// `corun build`, `corun doctor` and `npm start`.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, tests } from '../support/env.js';
import { execute } from '../support/process.js';
import { Terminal, corun, example, program, run, temporaryDirectory } from './command.js';

const options = { timeout: 120_000 };

describe('corun build', () => {
  test('for this machine', { ...options, skip: !tests('native') && 'native is not tested' }, async (t) => {
    const output = join(temporaryDirectory(t), 'upper');
    const built = await run(['build', example('upper'), '-o', output]);
    assert.deepEqual([built.status, built.stdout], [0, ''], built.stderr);
    const { status, stdout } = await execute(output, [], { input: 'corun' });
    assert.deepEqual([status, stdout], [0, 'CORUN']);
  });

  test('the bundled compiler needs nothing of the machine', { ...options, skip: !tests('node') && 'node is not tested' }, async (t) => {
    const directory = temporaryDirectory(t);
    const output = join(directory, 'program.wasm');
    writeFileSync(join(directory, 'part.h'), 'const char *word(void);\n');
    writeFileSync(join(directory, 'part.c'), '#include "part.h"\nconst char *word(void) { return "two files"; }\n');
    writeFileSync(join(directory, 'main.c'), `#include "../${directory.split('/').at(-1)}/part.h"
#include <corun.h>
#include <stdio.h>
CORUN_ASYNC(program, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.01));
    puts(word());
    CORUN_END();
}
CORUN_MAIN(program)
`);
    const env = { CORUN_COMPILER: 'bundled', XDG_CACHE_HOME: directory };
    const sources = ['main.c', 'part.c'].map((name) => join(directory, name));
    const built = await run(['build', ...sources, '-o', output], { env });
    assert.deepEqual([built.status, built.stdout, built.stderr], [0, '', '']);
    const { status, stdout, stderr } = await run(['run', output]);
    assert.deepEqual([status, stdout], [0, 'two files\n'], stderr);
  });

  test('the bundled compiler\'s messages, and nothing left behind', options, async (t) => {
    const directory = temporaryDirectory(t);
    const [source, output] = [join(directory, 'broken.c'), join(directory, 'broken.wasm')];
    writeFileSync(source, '#include <corun.h>\nint main(void) { retrun 0; }\n');
    const env = { CORUN_COMPILER: 'bundled', XDG_CACHE_HOME: directory };
    const { status, stdout, stderr } = await run(['build', source, '-o', output], { env });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /broken\.c:2:\d+: error: .*'retrun'/);
    assert.deepEqual(readdirSync(directory).sort(), ['broken.c', 'corun']);
    assert.deepEqual(readdirSync(join(directory, 'corun/compiled')).filter((name) => name.endsWith('.new')), []);
  });

  test('the bundled compiler says at a terminal what takes so long', options, async (t) => {
    const env = { CORUN_COMPILER: 'bundled', XDG_CACHE_HOME: temporaryDirectory(t) };
    const first = Terminal.corun(['run', example('countdown')], { env });
    assert.equal(await first.ended(), 'status 0');
    assert.match(first.output, /^corun: compiling .*countdown\.c\ncorun: compiling the library, once\n5\n4\n/);
    const again = Terminal.corun(['run', example('countdown')], { env });
    assert.equal(await again.ended(), 'status 0');
    assert.match(again.output, /^5\n/);
  });

  test('a .wasm has nothing for debuggers, which a C library may bring', options, async (t) => {
    const output = join(temporaryDirectory(t), 'upper.wasm');
    const { status, stderr } = await run(['build', example('upper'), '-o', output]);
    assert.equal(status, 0, stderr);
    const module = new WebAssembly.Module(readFileSync(output));
    assert.deepEqual(WebAssembly.Module.customSections(module, '.debug_info'), []);
  });

  for (const [name, output, env] of /** @type {const} */ ([
    ['for this machine', 'fetch', {}],
    ['a .wasm', 'fetch.wasm', {}],
    ['the bundled compiler', 'bundled.wasm', { CORUN_COMPILER: 'bundled' }],
  ])) {
    test(`a program does not tell where Corun lies: ${name}`, options, async (t) => {
      const directory = temporaryDirectory(t);
      copyFileSync(example('fetch'), join(directory, 'fetch.c'));
      const built = await run(['build', 'fetch.c', '-o', output], { cwd: directory, env: { ...env, XDG_CACHE_HOME: directory } });
      assert.equal(built.status, 0, built.stderr);
      const text = readFileSync(join(directory, output), 'latin1');
      assert.ok(text.includes('corun/src/fetch.c'));
      assert.ok(!text.includes(`${root.slice(1)}/`));
    });
  }

  for (const output of ['program', 'program.wasm']) {
    test(`what is not a whole program: what it lacks, ${output}`, options, async (t) => {
      const directory = temporaryDirectory(t);
      writeFileSync(join(directory, 'part.c'), 'int part(void) { return 1; }\n');
      const { status, stderr } = await run(['build', join(directory, 'part.c'), '-o', join(directory, output)]);
      assert.equal(status, 1);
      assert.match(stderr, /part\.c did not link: a program has one CORUN_MAIN, and corun build takes all its files\n$/);
    });
  }

  test('a failed build leaves the old program as it was', options, async (t) => {
    const directory = temporaryDirectory(t);
    const [source, output] = [join(directory, 'broken.c'), join(directory, 'old.wasm')];
    writeFileSync(source, 'int main(void) { retrun 0; }\n');
    writeFileSync(output, 'old');
    assert.equal((await run(['build', source, '-o', output])).status, 1);
    assert.equal(readFileSync(output, 'utf8'), 'old');
    assert.deepEqual(readdirSync(directory).sort(), ['broken.c', 'old.wasm']);
  });

  const fakes = { ...options, skip: !tests('native') && 'native is not tested' };

  /** Starts a build with a compiler that is a shell script, and gives how it ended and what it left. */
  async function buildWith(t, script) {
    const directory = temporaryDirectory(t);
    const compiler = join(directory, 'compiler');
    writeFileSync(compiler, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = { CC: compiler, XDG_CACHE_HOME: directory };
    const { status, signal, stderr } = await run(['build', example('upper'), '-o', join(directory, 'upper')], { env });
    return { status, signal, stderr, left: readdirSync(join(directory, 'corun/compiled')), compiler };
  }

  test('a compiler that Ctrl-C has ended before this process heard of it', fakes, async (t) => {
    const { signal, stderr, left } = await buildWith(t, 'case $1 in --version) echo fake;; *) kill -INT $$;; esac');
    assert.deepEqual([signal, stderr, left], ['SIGINT', '', []]);
  });

  test('Ctrl-C that the compiler has outrun leaves nothing', fakes, async (t) => {
    const { signal, stderr, left } = await buildWith(t, 'case $1 in --version) echo fake;; *) cc "$@"; kill -INT $PPID;; esac');
    assert.deepEqual([signal, stderr, left], ['SIGINT', '', []]);
  });

  test('Ctrl-C while a clang is tried leaves nothing', options, async (t) => {
    const directory = temporaryDirectory(t);
    const [bin, temporary] = ['bin', 'temporary'].map((name) => join(directory, name));
    for (const path of [bin, temporary]) mkdirSync(path);
    writeFileSync(join(bin, 'clang'), '#!/bin/sh\n: >"$TMPDIR/its-own"\nkill -INT $PPID\nexit 1\n', { mode: 0o755 });
    const env = { TMPDIR: temporary, XDG_CACHE_HOME: directory, PATH: `${bin}:${process.env.PATH}` };
    await run(['build', example('upper'), '-o', join(directory, 'upper.wasm')], { env }); // it may have no sysroot and try none
    assert.deepEqual(readdirSync(temporary), []);
  });

  test('a compiler that is killed', fakes, async (t) => {
    const { status, stderr, left, compiler } = await buildWith(t, 'case $1 in --version) echo fake;; *) kill -KILL $$;; esac');
    assert.deepEqual([status, stderr, left], [1, `corun: ${compiler} was killed by SIGKILL\n`, []]);
  });

  test('a lint that is killed lets nothing pass', fakes, async (t) => {
    const script = 'case "$*" in --version) echo fake clang version 1;; *-ast-dump*) kill -KILL $$;; *) cc -c -x c /dev/null -o /dev/null;; esac';
    const { status, stderr, left, compiler } = await buildWith(t, script);
    assert.deepEqual([status, stderr, left], [1, `corun: ${compiler} was killed by SIGKILL\n`, []]);
  });

  test('a cache that cannot be had: a temporary one, once', options, async (t) => {
    const directory = temporaryDirectory(t);
    const [home, temporary] = ['home', 'temporary'].map((name) => join(directory, name));
    writeFileSync(home, 'no directory');
    mkdirSync(temporary);
    const build = () => run(['build', example('upper'), '-o', join(directory, 'upper.wasm')], { env: { XDG_CACHE_HOME: home, TMPDIR: temporary } });
    for (const ended of [await build(), await build()]) assert.deepEqual([ended.status, ended.stderr], [0, '']);
    assert.deepEqual(readdirSync(temporary), [`corun-cache-${process.getuid()}`]);
  });

  test('a cache that is full: one line', options, async (t) => {
    const directory = temporaryDirectory(t);
    const env = { CORUN_COMPILER: 'bundled', XDG_CACHE_HOME: directory };
    // As on a full disk, the file can be made and not be written.
    const script = `ulimit -f 0; exec '${process.execPath}' '${corun}' build '${example('upper')}' -o '${join(directory, 'upper.wasm')}'`;
    const { status, stderr } = await execute('sh', ['-c', script], { env });
    assert.equal(status, 1);
    assert.match(stderr, /^corun: cannot write into \S+: EFBIG: [^\n]+\n$/);
    assert.deepEqual(readdirSync(join(directory, 'corun/compiled')), []);
  });

  test('no place for temporary files: one line', options, async (t) => {
    const directory = temporaryDirectory(t);
    const { status, stderr } = await run(['run', '--runtime', 'node', example('upper')], { env: { TMPDIR: join(directory, 'none') } });
    assert.equal(status, 1);
    assert.match(stderr, /^corun: ENOENT: [^\n]+\n$/);
  });

  for (const [what, beginning, name, env] of /** @type {const} */ ([
    ['a header', '#include "text.h"\n', 'main.wasm', {}],
    // It knows #embed whatever the machine has, and sees only the files that it is handed.
    ['an embedded file', 'static const char text[] = {\n#embed "text.h"\n, 0};\n#define TEXT text\n', 'main.wasm', { CORUN_COMPILER: 'bundled' }],
  ])) {
    test(`${what} that changed is compiled again, what did not change is not`, options, async (t) => {
      const directory = temporaryDirectory(t);
      const [source, header, output] = ['main.c', 'text.h', name].map((file) => join(directory, file));
      const compiled = () => readdirSync(join(directory, 'corun/compiled')).length;
      const build = async (text) => {
        writeFileSync(header, `#define TEXT "${text}"\n`);
        const built = await run(['build', source, '-o', output], { env: { XDG_CACHE_HOME: directory, ...env } });
        assert.equal(built.status, 0, built.stderr);
        return [readFileSync(output).includes(text), compiled()];
      };
      writeFileSync(source, `${beginning}#include <stdio.h>\nint main(void) { return puts(TEXT) < 0; }\n`);
      assert.deepEqual(await build('first text'), [true, 3], 'two objects and the program');
      assert.deepEqual(await build('first text'), [true, 3]);
      assert.deepEqual(await build('other text'), [true, 5]);
    });
  }

  test('what includes a header that only a macro names is compiled each time', fakes, async (t) => {
    const directory = temporaryDirectory(t);
    const [source, header, output] = ['main.c', 'text.h', 'main'].map((name) => join(directory, name));
    writeFileSync(source, '#define HEADER "text.h"\n#include HEADER\n#include <stdio.h>\nint main(void) { return puts(TEXT) < 0; }\n');
    for (const text of ['first text', 'other text']) {
      writeFileSync(header, `#define TEXT "${text}"\n`);
      const built = await run(['build', source, '-o', output], { env: { XDG_CACHE_HOME: directory } });
      assert.equal(built.status, 0, built.stderr);
      assert.ok(readFileSync(output).includes(text));
    }
  });
});

test('corun doctor: a line for each tool, and how to get what is missing', options, async () => {
  const { status, stdout } = await run(['doctor'], { env: { PATH: '/usr/bin:/bin', CC: 'no-such-compiler' } });
  assert.equal(status, 0);
  assert.match(stdout, /^yes {2}Node 20: v\d/m);
  assert.match(stdout, /^yes {2}bundled clang: /m);
  assert.match(stdout, /^no {3}cc \(.*\): apt-get install /m);
});

describe('npm start', { skip: !tests('node') && 'node is not tested' }, () => {
  test('counts down; Ctrl-C cleans up once and is seen by the shell', options, async () => {
    const terminal = new Terminal(['npm', 'start', '--silent']);
    await terminal.shows('4\n');
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
    assert.equal(terminal.output, '5\n4\naborted at 4, cleaning up\nclean\n');
  });

  test('runs any other program', options, async (t) => {
    const directory = temporaryDirectory(t);
    const source = join(directory, 'mine.c');
    writeFileSync(source, `#include "${program('shows')}"\n`);
    const { status, stdout, stderr } = await execute('npm', ['start', '--silent', '--', source, 'one', '--', '--two'], { timeout: 60_000 });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\[mine\]\n\[one\]\n\[--two\]\n/);
  });
});
