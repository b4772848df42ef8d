// Each public header compiles alone, without a warning, as C11, GNU C17 and C++17.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stems, tests } from '../support/env.js';
import { compilers, include, messages } from '../support/compilers.js';

const headers = ['corun.h', ...stems('include/corun', '.h').map((stem) => `corun/${stem}.h`)];
const languages = [
  { standard: 'c11', as: 'c' },
  { standard: 'gnu17', as: 'c' },
  { standard: 'c++17', as: 'cxx' },
];

async function compileEach(command, { standard, as }) {
  const language = as === 'c' ? 'c' : 'c++';
  for (const header of headers) {
    // Twice, so that a missing include guard shows.
    const source = `#include "${header}"\n#include "${header}"\n`;
    const args = [`-std=${standard}`, '-fsyntax-only', `-I${include}`, '-x', language, '-'];
    assert.equal(await messages(command, args, source), '', `${header} as ${standard}`);
  }
}

test('headers compile alone', { skip: !tests('native') && 'native is not tested' }, async (t) => {
  for (const compiler of compilers.filter(({ host }) => host === 'native'))
    for (const language of languages)
      await t.test(`${compiler.name} ${language.standard}`, () => compileEach(compiler[language.as], language));
});
