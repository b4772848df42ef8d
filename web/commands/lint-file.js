/* The lint as compilations use it: whose clang reads the file, and what becomes of what is found. */
import { readdir, readFile } from 'node:fs/promises';
import { textOf } from '../lint/lint.js';
import { CommandError, status } from './arguments.js';
import { nativeClang } from './compilers.js';

/**
 * The clang that lints what `compiler` compiles: itself, or another, since gcc has no tree to show.
 * @param {import('./compilers.js').Compiler} compiler
 * @returns {Promise<import('./compilers.js').Compiler | null>} null: there is none
 */
export async function linterFor(compiler) {
  return compiler.isClang ? compiler : anyClang().catch(() => null);
}

/** The machine's clang, else the bundled one. Throws a CommandError if there is neither. */
export async function anyClang() {
  const { bundledCompiler } = await import('./bundled.js');
  if (process.env.CORUN_COMPILER === 'bundled') return bundledCompiler();
  return (await nativeClang()) ?? bundledCompiler().catch(() => {
    throw new CommandError('the lint needs a clang, and none is there: npm install @yowasp/clang brings one', status.notFound);
  });
}

/** All of the lint's own code: what it let pass yesterday it may find today. */
export async function lintVersion() {
  const folder = new URL('../lint/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js')).sort();
  return (await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))).join('');
}

/**
 * Lints a compilation's file, prints what it finds and throws a CommandError if that is anything. What clang cannot
 * read is the compiler's to tell.
 * @param {import('./compilers.js').Compiler} linter
 * @param {import('./compilers.js').Job} job
 */
export async function lintJob(linter, job) {
  const { findings } = await linter.lint(job);
  if (!findings.length) return;
  process.stderr.write(findings.map(textOf).join(''));
  throw new CommandError(`${job.what} did not pass the lint; --no-lint compiles it all the same`);
}
