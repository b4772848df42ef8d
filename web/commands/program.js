/* What the user named, made into something that can run. */
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { CommandError, status, usageError } from './arguments.js';
import { checkModule } from './check-wasm.js';
import { compileProgram, fileError } from './compile.js';

const isC = (file) => file.endsWith('.c');

/** A program's name for itself, argv[0]: the same on every host. */
export const programName = (file) => basename(file).replace(/\.(c|wasm)$/, '');

/**
 * Gets a WebAssembly program from a C file or a .wasm file, checked to be one of Corun's.
 * @param {string} file
 * @param {{ lint: boolean }} options
 * @returns {Promise<{ path: string, module: WebAssembly.Module }>}
 */
export async function wasmProgram(file, options) {
  if (!isC(file)) await mustStartAsWasm(file);
  const path = isC(file) ? await compileProgram([file], 'wasm', options) : file;
  return { path, module: await checkModule(await readFile(path), file) };
}

/**
 * Gets a native program from a C file.
 * @param {string} file
 * @param {{ lint: boolean }} options
 */
export async function nativeProgram(file, options) {
  if (!isC(file)) throw usageError(`--host native compiles C: ${file} does not end in .c`);
  return compileProgram([file], 'native', options);
}

async function mustStartAsWasm(file) {
  const magic = Buffer.alloc(4);
  const handle = await open(file).catch((error) => { throw fileError(file, error); });
  try {
    await handle.read(magic, 0, 4, 0);
  } catch (error) {
    throw fileError(file, error);
  } finally {
    await handle.close();
  }
  if (magic.toString('latin1') !== '\0asm') {
    throw new CommandError(`${file} is neither C (its name would end in .c) nor WebAssembly`, status.notRunnable);
  }
}
