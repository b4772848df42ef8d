// What every test file needs to know: where things are, which hosts are tested.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export const browsers = ['chromium', 'firefox', 'webkit'];

export const allHosts = ['native', 'node', 'wasmtime', ...browsers];

/** The hosts to test: all, or those that CORUN_TEST_HOSTS names. */
export const hosts = readHosts(process.env.CORUN_TEST_HOSTS);

export const tests = (host) => hosts.includes(host);

/** @param {string | undefined} text */
function readHosts(text) {
  const named = (text ?? '').split(/[\s,]+/).filter(Boolean);
  const unknown = named.filter((name) => !allHosts.includes(name));
  if (unknown.length) {
    console.error(`CORUN_TEST_HOSTS: no host is called ${unknown.join(', ')}; there are ${allHosts.join(', ')}`);
    process.exit(2);
  }
  return named.length ? allHosts.filter((host) => named.includes(host)) : allHosts;
}

/** The CMake presets that the tests of `hosts` run. */
export function presets() {
  const wasm = ['node', 'wasmtime', ...browsers].some(tests) ? ['wasi'] : [];
  const emscripten = ['node', ...browsers].some(tests) ? ['emscripten'] : [];
  const native = tests('native') ? ['native-release', 'native-asan', 'native-tsan', 'native-hard', 'native-poll', 'native-separate'] : [];
  return [...native, ...wasm, ...emscripten];
}

export const build = (preset, ...path) => join(root, 'build', preset, ...path);

export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'corun');

/** The command of this name that tools/setup made, else the one on the PATH. */
export function cachedCommand(name) {
  const newest = existsSync(cache) && readdirSync(cache).filter((folder) => folder.startsWith(`${name}-`)).sort().at(-1);
  return newest ? join(cache, newest, 'bin', name) : name;
}

export const wasmtime = () => cachedCommand('wasmtime');

/** Names of the files in a folder of the project that end in `ending`, without it. */
export function stems(folder, ending) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length)).sort();
}
