/* The lint for builds by CMake: stands before the compiler, as a C_COMPILER_LAUNCHER.
 *
 *     node launcher.js CLANG COMPILER ARGS...
 *
 * Runs the compilation and, beside it, CLANG with the same arguments for its tree. A file that does not pass
 * has no object. What CLANG does not understand, while the compiler does, is not linted, and it says so.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { lintWith } from './clang.js';
import { textOf } from './lint.js';

const [clang, command, ...args] = process.argv.slice(2);
// Another launcher may stand before the compiler: ccache cc -c ...
const own = args.slice(args.findIndex((argument) => argument.startsWith('-')));

/** What makes files: -o and the lists of dependencies. With a value behind it, and without. */
const [makesWith, makes] = [['-o', '-MF', '-MT', '-MQ'], ['-c', '-MD', '-MMD', '-MP']];

const forTree = own.filter((argument, index) =>
  !makes.includes(argument) && !makesWith.includes(argument) && !makesWith.includes(own[index - 1]));

function compile() {
  const child = spawn(command, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
}

const [status, { findings, errors }] = await Promise.all([compile(), lintWith(clang, [...forTree, '-Qunused-arguments'])]);
process.stderr.write(findings.map(textOf).join(''));
if (findings.length) rmSync(own[own.indexOf('-o') + 1], { force: true });
else if (errors && status === 0) process.stderr.write(`corun lint: ${clang} does not understand this file:\n${errors}`);
process.exitCode = findings.length ? 1 : status;
