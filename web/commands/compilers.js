/* Finding the compilers: for WebAssembly $WASI_SDK_PATH, else a clang with a WASI sysroot, else the
 * bundled one; natively cc. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError, asArgument, status } from './arguments.js';
import { cacheDirectory, writeWhole } from './cache.js';
import { lintWith } from '../lint/clang.js';
import { Interrupted, interruptibly } from './signals.js';

/**
 * @typedef {object} Job one call of a compiler
 * @property {string} what is made, for messages
 * @property {string} failed what is said of it if it fails
 * @property {string[]} flags
 * @property {string[]} includeDirectories
 * @property {string[]} inputs C files and objects, as the user wrote them
 * @property {string[]} link flags that must come after the inputs
 * @property {Map<string, Buffer>} contents every file it will read, by absolute path
 * @property {string} output
 * @property {string} [own] of the library: Corun's folder, which a program names `corun/`, not as this machine does
 *
 * @typedef {object} Compiler
 * @property {string} name for people
 * @property {string} version goes into the cache's keys
 * @property {boolean} isClang
 * @property {(job: Job) => Promise<void>} compile throws a CommandError after the messages
 * @property {(job: Job) => Promise<import('../lint/clang.js').Linted>} lint what only a clang can
 */

/** @returns {Promise<Compiler>} */
export async function wasmCompiler() {
  const found = process.env.CORUN_COMPILER === 'bundled' ? null : await wasiClang();
  if (found) return external(found);
  const { bundledCompiler } = await import('./bundled.js');
  return bundledCompiler();
}

/** @returns {Promise<Compiler>} */
export async function nativeCompiler() {
  const command = process.env.CC || 'cc';
  const path = findProgram(command);
  if (!path) {
    throw new CommandError(`there is no C compiler '${command}'; corun doctor tells how to get one`,
                           status.notFound);
  }
  return external({ path, flags: ['-pthread'], version: await versionOf(path) });
}

/**
 * Finds a clang that understands programs of this machine; it need not be able to link them.
 * @returns {Promise<Compiler | null>}
 */
export async function nativeClang() {
  for (const path of [process.env.CC ?? '', ...clangs].map((name) => name && findProgram(name))) {
    const version = path ? await versionOf(path) : '';
    if (isClang(version)) return external({ path, flags: ['-pthread'], version });
  }
  return null;
}

/**
 * Finds a clang that makes WASI programs.
 * @returns {Promise<{ path: string, flags: string[], version: string } | null>}
 */
export async function wasiClang() {
  const sdk = process.env.WASI_SDK_PATH;
  if (sdk) {
    const path = findProgram(join(sdk, 'bin', 'clang'));
    if (path) return { path, flags: [], version: await versionOf(path) };
    throw new CommandError(`WASI_SDK_PATH is ${sdk}, but there is no bin/clang in it`, status.notFound);
  }
  for (const candidate of clangCandidates()) {
    const version = await tried(candidate);
    if (version) return { ...candidate, version };
  }
  return null;
}

const clangs = ['clang', ...[22, 21, 20, 19, 18, 17, 16].map((number) => `clang-${number}`)];
const sysroots = ['/usr', '/usr/share/wasi-sysroot', '/opt/homebrew/share/wasi-sysroot'];

function* clangCandidates() {
  for (const sysroot of sysroots) {
    const target = ['wasm32-wasip1', 'wasm32-wasi'].find((name) => existsSync(join(sysroot, 'lib', name, 'libc.a')));
    if (!target) continue;
    for (const path of clangs.map(findProgram)) {
      if (path) yield { path, flags: [`--target=${target}`, `--sysroot=${sysroot}`] };
    }
  }
}

/** A clang may be there without the linker or the runtime library: only trying it tells. That takes
 * half a second, so the answer is kept until the clang's file changes. */
async function tried({ path, flags }) {
  const { mtimeMs, size } = statSync(path);
  const key = JSON.stringify([path, flags, mtimeMs, size]);
  const store = join(cacheDirectory(), 'compilers.json');
  const known = readJson(store);
  if (known[key]) return known[key];
  if (!(await interruptibly(() => makesPrograms(path, flags)))) return null;
  const version = await versionOf(path);
  await writeWhole(store, (temporary) => writeFile(temporary, JSON.stringify({ ...known, [key]: version })));
  return version;
}

async function makesPrograms(path, flags) {
  const directory = await mkdtemp(join(tmpdir(), 'corun-'));
  try {
    const source = join(directory, 'try.c');
    await writeFile(source, '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n');
    // Its own temporary files in there too: interrupted, it may leave them.
    const env = { ...process.env, TMPDIR: directory };
    await promisify(execFile)(path, [...flags, '-O2', source, '-o', join(directory, 'try.wasm')], { env });
    return true;
  } catch {
    return false;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function versionOf(path) {
  const { stdout } = await promisify(execFile)(path, ['--version']).catch(() => ({ stdout: 'unknown' }));
  return `${path}: ${stdout.split('\n')[0]}`;
}

/** Clangs say their name and this word, whoever built them. */
const isClang = (version) => version.includes('clang version ');

/** @returns {Compiler} */
function external({ path, flags, version }) {
  return {
    name: path,
    version,
    isClang: isClang(version),
    compile: (job) => interruptibly(() => runCompiler(path, flags, job)),
    lint: (job) => interruptibly(() => runLinter(path, flags, job)),
  };
}

/** How a program names the library's files, where it tells of errors. */
export const namesOf = (folder) => `-fmacro-prefix-map=${folder}/=corun/`;

const inputsOf = (job) => job.inputs.map(asArgument);
const includesOf = (job) => job.includeDirectories.map((directory) => `-I${directory}`);

async function runCompiler(path, flags, job) {
  const named = job.own ? [namesOf(job.own)] : [];
  const args = [...flags, ...job.flags, ...named, ...includesOf(job), ...inputsOf(job), ...job.link, '-o', job.output];
  // Its messages go to standard error: standard output is the program's.
  const [code, signal] = await once(spawn(path, args, { stdio: ['ignore', 2, 2] }), 'exit');
  mustNotBeKilled(path, signal);
  if (code !== 0) throw new CommandError(`${job.what} ${job.failed}`);
}

async function runLinter(path, flags, job) {
  const { signal, ...linted } = await lintWith(path, [...flags, ...job.flags, ...includesOf(job), ...inputsOf(job)]);
  mustNotBeKilled(path, signal);
  return linted;
}

function mustNotBeKilled(path, signal) {
  if (signal === 'SIGINT') throw new Interrupted();
  if (signal) throw new CommandError(`${path} was killed by ${signal}`);
}

/**
 * Finds a program as a shell does.
 * @param {string} name a name, or a path with a slash
 * @returns {string | null}
 */
export function findProgram(name) {
  const places = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const place of places) {
    const path = join(place, name);
    if (isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}
