// Plays one case of tests/js/cases, in a page.
import { playCase } from '../js/cases/support.js';

/**
 * @param {string} file of tests/js/cases, without .js
 * @param {string} list what it exports
 * @param {string} what the case
 * @param {Record<string, unknown>} options
 * @returns {Promise<string>} empty if it passed
 */
export async function play(file, list, what, options) {
  const module = await import(`../js/cases/${file}.js`);
  const programs = new URL('/build/wasi/', location.href);
  const place = {
    name: 'a page',
    options,
    program: (/** @type {string} */ name) => new URL(`tests/js/programs/${name}.wasm`, programs),
    example: (/** @type {string} */ name) => new URL(`examples/${name}.wasm`, programs),
  };
  try {
    await playCase(module[list][what], place);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error}\n${error.stack}` : `it threw ${error}`;
  }
}
