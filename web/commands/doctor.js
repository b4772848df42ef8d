import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { usageError } from './arguments.js';
import { findProgram, nativeClang, nativeCompiler, wasiClang } from './compilers.js';
import { print } from './print.js';
import { findRuntime, runtimes } from './runtimes.js';

export const help = `corun doctor

Tells what is there on this machine, what is not, and the one command that brings it.
The status is 0 if every program can run in Node, which is all that is needed; else 1.
`;

export const options = {};

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} use what it is for
 * @property {() => Promise<string | null>} find its version, null: not there
 * @property {string} get the command that brings it
 */

/** @type {Check[]} */
const checks = [
  { name: 'Node 20', use: 'runs the command and --host node', find: findNode, get: 'install Node 20 or later' },
  { name: 'clang for WASI', use: 'compiles to WebAssembly, quickly', find: findWasiClang,
    get: 'apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32' },
  { name: 'bundled clang', use: 'compiles to WebAssembly without any of it', find: findBundled,
    get: 'npm install @yowasp/clang' },
  { name: 'cc', use: 'compiles for --host native', find: async () => (await nativeCompiler()).version,
    get: 'apt-get install gcc libc6-dev' },
  { name: 'clang', use: 'corun lint, quickly; the bundled one does it too', find: async () => (await nativeClang())?.version ?? null,
    get: 'apt-get install clang' },
  ...['wasmtime', 'wazero', 'wasmi'].map((name) => ({
    name,
    use: name === 'wasmtime' ? '--host wasmtime' : `--runtime ${name}`,
    find: () => ask(findRuntime(name)[0], name === 'wazero' ? 'version' : '--version'),
    get: runtimes[name].get(runtimes[name].version),
  })),
  { name: 'emcc', use: 'Emscripten builds with CMake', find: () => ask(findProgram('emcc')),
    get: 'apt-get install emscripten' },
  { name: 'browser', use: 'corun page', find: findBrowser, get: 'apt-get install chromium' },
];

export async function run(values, rest) {
  if (rest.length) throw usageError('doctor takes no arguments');
  const found = new Map();
  for (const { name, use, find, get } of checks) {
    const version = await find().catch(() => null);
    found.set(name, version);
    print(version ? `yes  ${name}: ${version}\n` : `no   ${name} (${use}): ${get}\n`);
  }
  return found.get('Node 20') && (found.get('clang for WASI') || found.get('bundled clang')) ? 0 : 1;
}

async function findNode() {
  return Number(process.versions.node.split('.')[0]) >= 20 ? process.version : null;
}

async function findWasiClang() {
  return (await wasiClang())?.version ?? null;
}

async function findBundled() {
  const { bundledCompiler } = await import('./bundled.js');
  return (await bundledCompiler()).version;
}

const browsers = ['chromium', 'google-chrome', 'chromium-browser', 'firefox', 'firefox-esr', 'epiphany'];
const applications = ['Google Chrome', 'Firefox', 'Safari'];

async function findBrowser() {
  for (const name of browsers) {
    const version = await ask(findProgram(name));
    if (version) return version;
  }
  const application = applications.find((name) => findProgram(join('/Applications', `${name}.app`, 'Contents', 'MacOS', name)));
  return application ?? null;
}

async function ask(path, option = '--version') {
  if (!path) return null;
  const { stdout } = await promisify(execFile)(path, [option]).catch(() => ({ stdout: '' }));
  return `${path} ${stdout.split('\n')[0]}`;
}
