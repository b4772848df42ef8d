/* From C files to a program. The library's object, the program's and the program itself are kept in the
 * cache, so that only what changed is made again. An object in the cache has passed the lint, if it was asked for. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, status } from './arguments.js';
import { cached } from './cache.js';
import { nativeCompiler, wasmCompiler } from './compilers.js';
import { lintJob, lintVersion, linterFor } from './lint-file.js';
import { readSources } from './sources.js';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const flags = ['-O2', '-Wall', '-Wextra'];

/** A stack that grows over its end then traps at address 0 instead of overwriting data. Debian's C library brings 100 KB for
 * debuggers. */
const linkWasm = ['-Wl,--stack-first', '-Wl,-z,stack-size=262144', '-Wl,--wrap=__wasi_fd_read', '-Wl,--strip-debug'];

const targets = {
  wasm: { compiler: wasmCompiler, library: 'hosts/wasi/all.c', link: linkWasm, extension: '.wasm' },
  native: { compiler: nativeCompiler, library: 'hosts/native/all.c', link: ['-lm'], extension: '' },
};

/**
 * Compiles a program, or finds it compiled.
 * @param {string[]} files
 * @param {'wasm' | 'native'} host
 * @param {{ lint: boolean }} options
 * @returns {Promise<string>} where it is: in the cache, not to be changed
 */
export async function compileProgram(files, host, { lint }) {
  const target = targets[host];
  await Promise.all(files.map(mustBeReadable));
  const compiler = await target.compiler();
  const linter = lint ? await linterFor(compiler) : null;
  const include = join(root, 'include');
  const objects = [];
  // The user's files first: whoever has made a mistake need not wait for the library.
  for (const file of files) objects.push(await compileFile(compiler, file, [include], { linter, warnings: losses(compiler) }));
  objects.push(await compileFile(compiler, join(root, target.library), [include, root, join(root, 'src')], { own: root }));
  return link(compiler, objects, target, files);
}

/** A variable that has a value on some ways only may have lost it at an await. gcc's -Wall has its warning for that. */
const losses = (compiler) => (compiler.isClang ? ['-Wconditional-uninitialized'] : []);

/** Keyed by the contents of the file and of all that it includes. */
async function compileFile(compiler, file, includeDirectories, { linter = null, warnings = [], own = '' } = {}) {
  const { contents, complete } = await readSources([resolve(file)], includeDirectories);
  const job = {
    what: file, failed: 'did not compile', flags: [...flags, ...warnings, '-c'], includeDirectories, inputs: [file], link: [], contents,
    own,
  };
  const key = [compiler.version, ...job.flags, own, file, ...[...contents].flat()];
  if (linter) key.push(linter.version, await lintVersion());
  if (!complete) key.push(String(Date.now()));
  return cached(key, '.o', (output) => compileAndLint(compiler, linter, { ...job, output }));
}

/** Side by side. What the lint finds may be why the compiler did not like the file, so it is told in any case. */
async function compileAndLint(compiler, linter, job) {
  const linted = linter && lintJob(linter, job);
  const [compiled, checked] = await Promise.allSettled([compiler.compile(job), linted]);
  for (const outcome of [compiled, checked]) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Keyed by the objects' names, which are hashes themselves. */
async function link(compiler, objects, target, files) {
  const failed = 'did not link: a program has one CORUN_MAIN, and corun build takes all its files';
  const job = { what: files.join(' '), failed, flags, includeDirectories: [], inputs: objects, link: target.link, contents: new Map() };
  const key = [compiler.version, ...flags, ...objects, ...target.link];
  return cached(key, target.extension, (output) => compiler.compile({ ...job, output }));
}

export async function mustBeReadable(file) {
  await readFile(file).catch((error) => {
    throw fileError(file, error);
  });
}

/**
 * Says why a file cannot be used, with a shell's statuses.
 * @param {string} file
 * @param {NodeJS.ErrnoException} error
 */
export function fileError(file, error) {
  if (error.code === 'ENOENT') return new CommandError(`${file}: no such file`, status.notFound);
  if (error.code === 'EISDIR') return new CommandError(`${file}: is a directory`, status.notRunnable);
  if (error.code === 'EACCES') return new CommandError(`${file}: permission denied`, status.notRunnable);
  return new CommandError(`${file}: ${error.message}`, status.notRunnable);
}
