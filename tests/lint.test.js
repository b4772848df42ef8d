// The lint: small cases that say what it must find, and the project's own coroutines, where it must find nothing.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bundledCompiler } from '../web/commands/bundled.js';
import { nativeClang } from '../web/commands/compilers.js';
import { readSources } from '../web/commands/sources.js';
import { run, temporaryDirectory } from './hosts/command.js';
import { root, stems, tests } from './support/env.js';

const options = { timeout: 120_000 };
const cases = stems('tests/lint/cases', '.c');
const caseFile = (name) => join(root, 'tests/lint/cases', `${name}.c`);

const clang = await nativeClang();
const machine = { skip: !clang && 'there is no clang', timeout: 120_000 };

/** What a case says itself: `lint: NAME` in a comment at the line, or `lint: none`. */
function expected(file) {
  const said = readFileSync(file, 'utf8').split('\n').flatMap((line, index) =>
    [...line.matchAll(/\blint: (\w+) \*\//g)].map(([, name]) => (name === 'none' ? name : `${index + 1} ${name}`)));
  assert.ok(said.length, `${file} does not say what it expects`);
  return said.filter((text) => text !== 'none');
}

/** What a finding is about that is about no variable. */
const ofNoVariable = ['call', 'awaitable', 'end', 'finally'];

async function lint(compiler, file, directories = []) {
  const includeDirectories = ['include', ...directories].map((directory) => join(root, directory));
  const { contents } = await readSources([file], includeDirectories);
  return compiler.lint({ what: file, flags: ['-std=gnu11'], includeDirectories, inputs: [file], link: [], contents, output: '' });
}

async function isAsExpected(compiler, name) {
  const file = caseFile(name);
  const { findings, errors } = await lint(compiler, file);
  // Clang itself refuses a jump into the scope of what may not be jumped over, in words of its own.
  const others = errors.split('\n').filter((line) => line.includes('error: ') && !line.includes('error: cannot jump'));
  assert.deepEqual(others, []);
  assert.deepEqual(findings.map(({ line, name: found }) => `${line} ${found}`), expected(file));
  assert.ok(findings.every((finding) => finding.file.endsWith(`${name}.c`)));
  for (const { name: found, text } of findings) assert.ok(ofNoVariable.includes(found) || text.includes(`'${found}'`), text);
}

describe('cases', machine, () => {
  for (const name of cases) test(name, options, () => isAsExpected(clang, name));

  test('there are forty, and half of them are innocent', () => {
    const innocent = cases.filter((name) => expected(caseFile(name)).length === 0);
    assert.ok(cases.length >= 40 && innocent.length >= 20);
  });
});

describe('cases, by the bundled compiler', { skip: !tests('node') && 'node is not tested' }, async () => {
  const bundled = await bundledCompiler();
  for (const name of ['loop_counter', 'for_each', 'call_returned', 'text_to_printf', 'cleanup_attribute', 'not_awaited', 'no_end', 'ok_call', 'ok_switch']) {
    test(name, options, () => isAsExpected(bundled, name));
  }
});

describe('no false alarm in the project itself', machine, () => {
  for (const folder of ['examples', 'examples/embed', 'bench', 'tests/unit', 'tests/hosts/programs', 'tests/hosts/processes',
                        'tests/js/programs', 'tests/api', 'tests/stress', 'src']) {
    for (const name of stems(folder, '.c')) {
      test(`${folder}/${name}.c`, options, async () => {
        const { findings } = await lint(clang, join(root, folder, `${name}.c`), ['tests/unit', 'src', '.']);
        assert.deepEqual(findings, []);
      });
    }
  }
});

describe('the command', machine, () => {
  test('lint: what is wrong, where, and what to do', options, async () => {
    const { status, stdout, stderr } = await run(['lint', caseFile('ok_field'), caseFile('loop_counter')]);
    assert.deepEqual([status, stderr], [1, '']);
    assert.match(stdout, /^\S+loop_counter\.c:6:28: error: 'i' is read here after the await at line 7, .* make it a field of the coroutine \(the second list of CORUN_ASYNC\) .*\n$/);
  });

  test('lint: nothing to say', options, async () => {
    const { status, stdout, stderr } = await run(['lint', caseFile('ok_field')]);
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  });

  test('lint: what clang does not understand', options, async (t) => {
    const source = join(temporaryDirectory(t), 'broken.c');
    writeFileSync(source, '#include "no-such-header.h"\n');
    const { status, stderr } = await run(['lint', source]);
    assert.equal(status, 1);
    assert.match(stderr, /broken\.c:1:10: fatal error: 'no-such-header\.h'/);
  });

  for (const [name, env] of [['', {}], [', by the bundled compiler', { CORUN_COMPILER: 'bundled' }]]) {
    test(`build: refused, and nothing left behind${name}`, options, async (t) => {
      const directory = temporaryDirectory(t);
      const command = ['build', caseFile('call_returned'), '-o', join(directory, 'out.wasm')];
      const { status, stdout, stderr } = await run(command, { env: { ...env, XDG_CACHE_HOME: directory } });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /call_returned\.c:13:5: error: a call is returned/);
      assert.match(stderr, /^corun: \S+call_returned\.c did not pass the lint; --no-lint compiles it all the same$/m);
      assert.deepEqual(readdirSync(directory), ['corun']);
      assert.deepEqual(readdirSync(join(directory, 'corun/compiled')), []);
    });
  }

  test('run and --no-lint', { ...options, skip: !tests('node') && 'node is not tested' }, async (t) => {
    const directory = temporaryDirectory(t);
    const source = join(directory, 'stale.c');
    writeFileSync(source, `#include <corun.h>
CORUN_ASYNC(stale, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    int n = 1;
    CORUN_AWAIT(corun_sleep(0));
    CORUN_RETURN(.i = n * 0 + 3);
    CORUN_END();
}
CORUN_MAIN(stale)
`);
    const refused = await run(['run', source]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /stale\.c:6:\d+: error: 'n' is read here after the await at line 5/);
    assert.equal((await run(['run', '--no-lint', source])).status, 3);
    assert.equal((await run(['run', source])).status, 1, 'what was compiled without the lint has not passed it');
  });
});
