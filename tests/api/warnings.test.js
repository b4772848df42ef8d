// The library and the examples compile without a warning with every promised compiler.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundledCompiler } from '../../web/commands/bundled.js';
import { readSources } from '../../web/commands/sources.js';
import { root, stems, tests } from '../support/env.js';
import { compilers, include, messages } from '../support/compilers.js';

const examples = stems('examples', '.c').map((name) => `examples/${name}.c`);

async function compile(compiler, file, ...more) {
  // Optimised: some warnings need the flow of data.
  const args = ['-std=gnu11', '-O2', '-c', '-o', '/dev/null', `-I${include}`, '-Isrc', '-I.', ...more, file];
  assert.equal(await messages(compiler.c, args), '', file);
}

test('no warnings', { skip: !tests('native') && 'native is not tested' }, async (t) => {
  for (const compiler of compilers) {
    await t.test(compiler.name, async () => {
      const library = `hosts/${compiler.host}/all.c`;
      await compile(compiler, library);
      await compile(compiler, library, '-DCORUN_HARD');
      for (const file of examples) await compile(compiler, file, '-Wconversion', '-Wredundant-decls');
    });
  }
});

test('no warnings, even pedantic ones, of the bundled compiler in examples', { skip: !tests('node') && 'node is not tested' }, async (t) => {
  const compiler = await bundledCompiler();
  const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Werror', '-c'];
  const includeDirectories = [join(root, 'include')];
  for (const example of ['countdown', 'supervisor', 'workers'])
    await t.test(example, async () => {
      const file = join(root, 'examples', `${example}.c`);
      const { contents } = await readSources([file], includeDirectories);
      const output = join(tmpdir(), `corun-${process.pid}-${example}.o`);
      t.after(() => rm(output, { force: true }));
      await compiler.compile({ what: file, flags, includeDirectories, inputs: [file], link: [], contents, output });
    });
});
