/* From C files to a program: the library is compiled once and kept, the program is compiled and
 * linked with it, and kept too. */
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
  const library = await compileLibrary(target, compiler);
  return compileCached({
    compiler,
    flags,
    includeDirectories: [join(root, 'include')],
    inputs: [...files, library],
    link: target.link,
    extension: target.extension,
  });
}

function compileLibrary(target, compiler) {
  return compileCached({
    compiler,
    flags: [...flags, '-c'],
    includeDirectories: [join(root, 'include'), root, join(root, 'src')],
    inputs: [join(root, target.library)],
    link: [],
    extension: '.o',
  });
}

async function compileCached({ compiler, extension, ...job }) {
  const { flags, includeDirectories, inputs, link } = job;
  const sources = inputs.filter((input) => !input.endsWith('.o')).map((input) => resolve(input));
  const { contents, complete } = await readSources(sources, includeDirectories);
  const make = (output) => compiler.compile({ ...job, contents, output });
  const key = [compiler.version, ...flags, ...inputs, ...link];
  for (const [path, bytes] of contents) key.push(path, bytes);
  if (!complete) key.push(String(Date.now()));
  return cached(key, extension, make);
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
