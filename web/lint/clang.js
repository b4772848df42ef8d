/* Asks a clang of the machine for its syntax tree, and reads it while it comes. */
import { spawn } from 'node:child_process';
import { Lint, treeFlags } from './lint.js';

/**
 * @typedef {object} Linted
 * @property {import('./rules.js').Finding[]} findings
 * @property {string} errors what clang had to say, if it did not understand the file
 * @property {NodeJS.Signals | null} [signal] what killed clang before it had read all
 */

/**
 * @param {string} clang
 * @param {string[]} args as for a compilation, without what is to be made
 * @returns {Promise<Linted>}
 */
export function lintWith(clang, args) {
  const lint = new Lint();
  let errors = '';
  const child = spawn(clang, [...args, ...treeFlags], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      try {
        lint.push(text);
      } catch (error) {
        child.kill();
        reject(error);
      }
    });
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal) errors += `${clang} was killed by ${signal}\n`;
      resolve({ findings: lint.findings, errors, signal });
    });
  });
}
