/* The `corun` command: finds the subcommand, turns what it throws into one line and a status. */
import { readFile } from 'node:fs/promises';
import { CommandError, parse, status, usageError } from './arguments.js';
import { print } from './print.js';
import { Interrupted, dieOf } from './signals.js';

const commands = new Map([
  ['run', () => import('./run.js')],
  ['build', () => import('./build.js')],
  ['lint', () => import('./lint.js')],
  ['page', () => import('./page.js')],
  ['doctor', () => import('./doctor.js')],
]);

const help = `corun: run, build and stop C coroutine programs

  corun run FILE.c|FILE.wasm [--host node|wasmtime|native] [-- ARGS...]
  corun build FILE.c... -o OUT.wasm|OUT
  corun lint FILE.c...
  corun page [FILE.c|FILE.wasm...]
  corun doctor

corun COMMAND --help tells more; corun --version tells the version.
`;

/**
 * Runs the command.
 * @param {string[]} argv what follows the command's name
 * @returns {Promise<number>} the exit status
 */
export async function main(argv) {
  try {
    return await dispatch(argv);
  } catch (error) {
    if (error instanceof Interrupted) return dieOf('SIGINT');
    const isSystems = error.syscall !== undefined; // a full disk, no more processes: its message says what and where
    if (!(error instanceof CommandError) && !isSystems) throw error;
    process.stderr.write(`corun: ${error.message}\n`);
    return error.status ?? status.failed;
  }
}

async function dispatch(argv) {
  const [name, ...rest] = argv;
  const load = commands.get(name);
  if (load) return runCommand(await load(), rest);
  const { values, positionals } = parse(argv, { version: { type: 'boolean' } });
  if (values.version) return show(`corun ${await version()}\n`);
  if (values.help) return show(help);
  const known = [...commands.keys()].join(', ');
  if (/\.(c|wasm)$/.test(positionals[0] ?? '')) throw usageError(`what to do with it? corun run ${positionals[0]}`);
  throw usageError(positionals.length ? `no command '${positionals[0]}'; there are ${known}`
                                      : `which command? There are ${known}`);
}

function runCommand(command, argv) {
  const { values, positionals } = parse(argv, command.options);
  return values.help ? show(command.help) : command.run(values, positionals);
}

async function version() {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return JSON.parse(text).version;
}

function show(text) {
  print(text);
  return 0;
}
