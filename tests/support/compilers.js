// The compilers that Corun promises to be clean with, and how each is asked for a given standard.
import { join } from 'node:path';
import { root } from './env.js';
import { execute } from './process.js';

export const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Werror'];

export const include = join(root, 'include');

const native = (c, cxx) => ({ name: c, c: [c], cxx: [cxx], host: 'native' });

export const compilers = [
  native('gcc', 'g++'),
  native('clang-14', 'clang++-14'),
  native('clang-19', 'clang++-19'),
  { name: 'clang-19 for WASI', c: ['clang-19', '--target=wasm32-wasi'], host: 'wasi' },
  { name: 'emcc', c: ['emcc'], host: 'web' },
];

/** Compiles C or C++ and gives the messages; none when all is well. */
export async function messages([command, ...first], args, input) {
  const { status, stderr } = await execute(command, [...first, ...warnings, ...args], { cwd: root, input });
  return status === 0 ? stderr : stderr || `${command}: status ${status}`;
}
