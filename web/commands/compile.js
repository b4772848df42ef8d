/* From C files to a program. The library's object, the program's and the program itself are kept in the
 * cache, so that only what changed is made again. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, status } from './arguments.js';
import { cached } from './cache.js';
import { nativeCompiler, wasmCompiler } from './compilers.js';
import { readSources } from './sources.js';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const flags = ['-O2', '-Wall', '-Wextra'];

/** A stack that grows over its end then traps at address 0 instead of overwriting data. */
const linkWasm = ['-Wl,--stack-first', '-Wl,-z,stack-size=262144', '-Wl,--wrap=__wasi_fd_read'];

const targets = {
  wasm: { compiler: wasmCompiler, library: 'hosts/wasi/all.c', link: linkWasm, extension: '.wasm' },
  native: { compiler: nativeCompiler, library: 'hosts/native/all.c', link: ['-lm'], extension: '' },
};

/**
 * Compiles a program, or finds it compiled.
 * @param {string[]} files
 * @param {'wasm' | 'native'} host
 * @returns {Promise<string>} where it is: in the cache, not to be changed
 */
export async function compileProgram(files, host) {
  const target = targets[host];
  await Promise.all(files.map(mustBeReadable));
  const compiler = await target.compiler();
  const include = join(root, 'include');
  const objects = [];
  // The user's files first: whoever has made a mistake need not wait for the library.
  for (const file of files) objects.push(await compileFile(compiler, file, [include]));
  objects.push(await compileFile(compiler, join(root, target.library), [include, root, join(root, 'src')]));
  return link(compiler, objects, target, files);
}

/** Keyed by the contents of the file and of all that it includes. */
async function compileFile(compiler, file, includeDirectories) {
  const { contents, complete } = await readSources([resolve(file)], includeDirectories);
  const job = { what: file, flags: [...flags, '-c'], includeDirectories, inputs: [file], link: [], contents };
  const key = [compiler.version, ...job.flags, file, ...[...contents].flat()];
  if (!complete) key.push(String(Date.now()));
  return cached(key, '.o', (output) => compiler.compile({ ...job, output }));
}

/** Keyed by the objects' names, which are hashes themselves. */
async function link(compiler, objects, target, files) {
  const job = { what: files.join(' '), flags, includeDirectories: [], inputs: objects, link: target.link, contents: new Map() };
  const key = [compiler.version, ...flags, ...objects, ...target.link];
  return cached(key, target.extension, (output) => compiler.compile({ ...job, output }));
}

async function mustBeReadable(file) {
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
