/* WASI runtimes that the launcher starts: where each is, and how it takes a program, its environment, its
 * directories and its arguments. docs/platforms.md tells what works in which. */
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, status, usageError } from './arguments.js';
import { userDirectory } from './cache.js';
import { findProgram } from './compilers.js';

/**
 * @typedef {object} Program what is to run
 * @property {string} path of the .wasm
 * @property {string[]} args with its name for itself first
 * @property {Record<string, string>} env
 * @property {Record<string, string>} dirs its name of a directory to this machine's
 *
 * @typedef {object} Runtime
 * @property {string} version the one that is tested
 * @property {(version: string) => string} get the command that brings it
 * @property {(program: Program) => string[]} line its arguments
 * @property {boolean} [namesByFile] whether a program's name for itself is that of its file
 * @property {string[]} [command] what to start, if it is no program of its own
 */

const pairs = (record, form) => Object.entries(record).map(([name, value]) => form(name, value));

const likeWasmtime = ({ path, args: [name, ...args], env, dirs }) => [
  `--argv0=${name}`,
  ...pairs(env, (key, value) => `--env=${key}=${value}`),
  ...pairs(dirs, (guest, host) => `--dir=${host}::${guest}`),
  path,
  ...args,
];

/** @type {Record<string, Runtime>} */
export const runtimes = {
  wasmtime: {
    version: '48.0.8',
    get: (version) => `cargo install --locked wasmtime-cli --version ${version}`,
    line: (program) => ['run', ...likeWasmtime(program)],
  },
  wazero: {
    version: '1.12.0',
    get: (version) => `go install github.com/tetratelabs/wazero/cmd/wazero@v${version}`,
    namesByFile: true,
    line: ({ path, args: [, ...args], env, dirs }) => [
      'run',
      ...pairs(env, (name, value) => `-env=${name}=${value}`),
      ...pairs(dirs, (guest, host) => `-mount=${withoutColon(host)}:${withoutColon(guest)}`),
      path,
      '--',
      ...args,
    ],
  },
  wasmi: {
    version: '2.0.0',
    get: (version) => `cargo install --locked wasmi_cli --version ${version}`,
    namesByFile: true,
    line: ({ path, args: [, ...args], env, dirs }) => [
      'run',
      ...pairs(env, (name, value) => `--env=${name}=${value}`),
      ...pairs(dirs, (guest, host) => `--dir=${sameName(guest, host)}`),
      '--',
      path,
      ...args,
    ],
  },
  node: {
    version: process.versions.node,
    get: () => 'install Node 20 or later',
    command: [process.execPath, fileURLToPath(new URL('node-wasi.js', import.meta.url))],
    line: likeWasmtime,
  },
};

function withoutColon(path) {
  if (path.includes(':')) throw usageError(`wazero takes no directory with a colon in its name: ${path}`);
  return path;
}

function sameName(guest, host) {
  if (resolve(guest) !== resolve(host)) throw usageError(`wasmi gives a directory no other name: --dir ${host}`);
  return host;
}

/**
 * Knows a runtime by its name, or by the path of a program of that name.
 * @param {string} wanted
 * @returns {Runtime & { name: string }}
 */
export function knownRuntime(wanted) {
  const name = basename(wanted).replace(/\.exe$/, '');
  if (Object.hasOwn(runtimes, name)) return { name, ...runtimes[name] };
  throw usageError(`no runtime '${wanted}'; there are ${Object.keys(runtimes).join(', ')}, or the path of one`);
}

/**
 * Finds what starts a runtime: a program, and perhaps its first arguments.
 * @param {string} wanted
 * @returns {string[]}
 */
export function findRuntime(wanted) {
  const { name, version, get, command = locate(name, wanted) } = knownRuntime(wanted);
  if (command) return command;
  throw new CommandError(`there is no ${wanted}; this brings it: ${get(version)}`, status.notFound);
}

/** A path is taken as it is; a name is looked for on the PATH and where tools/setup and tools/runtimes.js put it. */
function locate(name, wanted) {
  const own = process.env[`CORUN_${name.toUpperCase()}`];
  const path = wanted !== name ? findProgram(wanted)
    : own ? findProgram(own)
      : findProgram(name) ?? findProgram(cachedRuntime(name));
  return path ? [path] : null;
}

/** @param {string} name */
export const cachedRuntime = (name) => join(userDirectory(), `${name}-${runtimes[name].version}`, 'bin', name);
