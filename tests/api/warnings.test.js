// The library and the examples compile without a warning with every promised compiler.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stems, tests } from '../support/env.js';
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
      for (const file of examples) await compile(compiler, file);
    });
  }
});
