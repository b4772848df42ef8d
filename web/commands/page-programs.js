/* What `corun page` serves: files that the user names, or the examples of the package. */
import { readFile, readdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from './arguments.js';
import { programName, wasmProgram } from './program.js';

/**
 * @typedef {object} PageProgram
 * @property {string} name
 * @property {string} about what its source says of it; may be empty
 * @property {() => Promise<Uint8Array>} bytes of its module, compiled if its source has changed
 */

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/**
 * @param {string} file
 * @param {{ lint: boolean }} options
 * @returns {PageProgram}
 */
export function fileProgram(file, options) {
  const bytes = async () => readFile((await wasmProgram(file, options)).path);
  return { name: programName(file), about: firstComment(file), bytes };
}

/**
 * @param {{ lint: boolean }} options
 * @returns {Promise<PageProgram[]>}
 */
export async function packageExamples(options) {
  const names = await readdir(examples).catch(() => []);
  const files = names.filter((name) => name.endsWith('.c')).sort();
  if (files.length === 0) throw new CommandError('the examples are not there: name a program, corun page FILE.c');
  // As the user would name them: messages of the compiler show it.
  return files.map((name) => fileProgram(relative('', `${examples}${name}`), options));
}

/** The comment that a C file begins with, as one line. @param {string} file */
function firstComment(file) {
  if (!file.endsWith('.c')) return '';
  try {
    const [, text = ''] = /^\s*\/\*(.*?)\*\//s.exec(readFileSync(file, 'utf8')) ?? [];
    return text.replace(/\n[ \t]*\*/g, '\n').replace(/\s+/g, ' ').trim();
  } catch {
    return ''; // whoever compiles it will say why
  }
}
