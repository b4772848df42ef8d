import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { textOf } from '../lint/lint.js';
import { usageError } from './arguments.js';
import { mustBeReadable } from './compile.js';
import { anyClang } from './lint-file.js';
import { print } from './print.js';
import { readSources } from './sources.js';

export const help = `corun lint FILE.c... [-I DIRECTORY] [-D NAME=VALUE]

Finds what a coroutine must not do: read a local variable after an await that has lost its value, have what it
awaits use one, keep an array of variable length or a variable with a cleanup across an await; and
what nobody may do with CORUN_CALL: return it, or keep it longer than its block. The status is 1 if it finds any.

It needs a clang: $CC, if it is one, else the machine's, else the bundled one (CORUN_COMPILER=bundled asks for it).
`;

export const options = /** @type {const} */ ({
  include: { type: 'string', short: 'I', multiple: true, default: [] },
  define: { type: 'string', short: 'D', multiple: true, default: [] },
});

const include = fileURLToPath(new URL('../../include', import.meta.url));

export async function run(values, files) {
  if (files.length === 0) throw usageError('lint what? corun lint FILE.c...');
  const other = files.find((file) => !file.endsWith('.c'));
  if (other) throw usageError(`lint reads C: ${other} does not end in .c`);
  await Promise.all(files.map(mustBeReadable));
  const compiler = await anyClang();
  const flags = values.define.map((definition) => `-D${definition}`);
  let wrong = 0;
  for (const file of files) wrong += await lintOne(compiler, file, [include, ...values.include], flags);
  return wrong ? 1 : 0;
}

/** Gives 1 if anything is wrong. */
async function lintOne(compiler, file, includeDirectories, flags) {
  const { contents } = await readSources([resolve(file)], includeDirectories);
  const job = { what: file, flags, includeDirectories, inputs: [file], link: [], contents, output: '' };
  const { findings, errors } = await compiler.lint(job);
  print(findings.map(textOf).join(''));
  process.stderr.write(errors);
  return findings.length || errors ? 1 : 0;
}
