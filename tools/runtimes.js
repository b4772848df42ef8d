#!/usr/bin/env node
// npm run runtimes: what works in which WASI runtime, tried one by one: the table of docs/platforms.md.
//
//   npm run runtimes                 prints it
//   npm run runtimes -- --write      and puts it into docs/platforms.md
//
// Runtimes that are not there are installed, by go and cargo, under the user's cache directory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedRuntime, findRuntime, runtimes } from '../web/commands/runtimes.js';
import { Terminal, corun, example, program } from '../tests/hosts/command.js';
import { root } from '../tests/support/env.js';
import { execute, succeed } from '../tests/support/process.js';

const limit = { timeout: 20_000 };
const scratch = mkdtempSync(join(tmpdir(), 'corun-runtimes-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

// ------------------------------------------------------------------- install

function install(name) {
  const path = cachedRuntime(name);
  if (runtimes[name].command || existsSync(path)) return;
  const [command, ...args] = runtimes[name].get(runtimes[name].version).split(' ');
  const bin = dirname(path);
  if (command === 'cargo') args.push('--root', dirname(bin));
  console.error(`-- ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { env: { ...process.env, GOBIN: bin }, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${name} could not be installed`);
}

// ------------------------------------------------------------------ programs

const wasm = (name) => join(scratch, `${name}.wasm`);
const sources = [...['countdown', 'upper'].map(example), ...['shows', 'returns', 'reads', 'spins', 'catches', 'traps', 'yields'].map(program)];

async function build(source) {
  const output = wasm(/(\w+)\.c$/.exec(source)[1]);
  await succeed(process.execPath, [corun, 'build', source, '-o', output]);
}

const input = join(scratch, 'input');
writeFileSync(input, 'a line\n');

// ------------------------------------------------------------------- checks

/** One runtime, with the launcher and without. */
class Subject {
  constructor(name) {
    this.name = name;
    this.path = runtimes[name].command ? name : cachedRuntime(name);
    this.command = findRuntime(this.path);
  }

  corun(...args) {
    return [process.execPath, corun, 'run', '--runtime', this.path, ...args];
  }

  plain(file, ...args) {
    return [...this.command, ...runtimes[this.name].line({ path: file, args: ['plain', ...args], env: {}, dirs: {} })];
  }
}

const start = ([command, ...args], options) => execute(command, args, { ...limit, ...options });
const yes = (good, otherwise) => (good ? 'yes' : otherwise);
const told = ({ status, signal, timedOut }) => (timedOut ? 'hangs' : signal ? `dies of ${signal}` : `status ${status}`);

async function inTerminal(command, talk) {
  const terminal = new Terminal(command);
  const late = sleep(limit.timeout, 'hangs', { ref: false });
  const end = await Promise.race([talk(terminal).then(() => terminal.ended()).catch((error) => `no: ${error.message.split('\n')[0]}`), late]);
  terminal.child.stdin.end();
  return { end, output: terminal.output };
}

/** Each with what the program must make of it. A shell's own time limit: what hangs is not the shell. */
const reading = {
  'a pipe': ['{ sleep 0.3; printf "a li"; sleep 0.3; printf "ne\\n"; } | timeout 10 "$0" "$@"', 'A LINE\n'],
  'a file': [`timeout 10 "$0" "$@" < ${input}`, 'A LINE\n'],
  '/dev/null': ['timeout 10 "$0" "$@" < /dev/null', ''],
  closed: ['timeout 10 "$0" "$@" <&-', ''],
};
const timedOut = 124;

async function readsAll(command) {
  const bad = [];
  for (const [name, [line, expected]] of Object.entries(reading)) {
    const outcome = await start(['sh', '-c', line, ...command]);
    if (outcome.status === timedOut) bad.push(`${name}: hangs`);
    else if (outcome.stdout !== expected || outcome.status !== 0) bad.push(`${name}: ${told(outcome)}`);
  }
  return bad.length ? `not ${bad.join('; ')}` : 'yes';
}

/** @type {[string, (subject: Subject) => Promise<string>][]} */
const checks = [
  ['arguments and environment', async (subject) => {
    const { stdout } = await start(subject.corun('--env', 'SHOWN=a = b', wasm('shows'), 'x', '--', '', '日本'));
    return yes(stdout.endsWith('/shows]\n[x]\n[]\n[日本]\nSHOWN=a = b\n') || stdout === '[shows]\n[x]\n[]\n[日本]\nSHOWN=a = b\n', stdout)
      + (stdout.startsWith('[shows]') ? '' : '; `argv[0]` is a path');
  }],
  ['a countdown to its end', async (subject) => {
    const outcome = await start(subject.corun(wasm('countdown')));
    return yes(outcome.stdout === '5\n4\n3\n2\n1\nliftoff\n' && outcome.status === 0, told(outcome));
  }],
  ['Ctrl-C: cleanup, then death of SIGINT', async (subject) => {
    const { end, output } = await inTerminal(subject.corun(wasm('countdown')), async (terminal) => {
      await terminal.shows('4\n');
      terminal.interrupt();
    });
    return yes(end === 'SIGINT' && output === '5\n4\naborted at 4, cleaning up\nclean\n', end);
  }],
  ['Ctrl-C that main catches: its own status', async (subject) => {
    const { end, output } = await inTerminal(subject.corun(wasm('catches')), async (terminal) => {
      await terminal.shows('waiting\n');
      terminal.interrupt();
    });
    return yes(end === 'status 0' && output.endsWith('done\n'), end);
  }],
  ['Ctrl-C while work is always ready', async (subject) => {
    const { end, output } = await inTerminal(subject.corun(wasm('yields')), async (terminal) => {
      await terminal.shows('working\n');
      terminal.interrupt();
    });
    return yes(end === 'SIGINT' && output === 'working\nclean\n', end);
  }],
  ['second Ctrl-C in a tight loop', async (subject) => {
    const { end } = await inTerminal(subject.corun(wasm('spins')), async (terminal) => {
      await terminal.shows('spinning\n');
      terminal.interrupt();
      await sleep(500);
      terminal.interrupt();
    });
    return yes(end === 'SIGINT', end);
  }],
  ['exit statuses 0, 1, 7, 124', async (subject) => {
    const bad = [];
    for (const status of [0, 1, 7, 124]) {
      const outcome = await start(subject.corun(wasm('returns'), String(status)));
      if (outcome.status !== status) bad.push(`${status}: ${told(outcome)}`);
    }
    return bad.join('; ') || 'yes';
  }],
  ['a trap', async (subject) => told(await start(subject.corun(wasm('traps'))))],
  ['`--dir`', async (subject) => {
    const renamed = await start(subject.corun('--dir', `${scratch}::/seen`, wasm('reads'), '/seen/input'));
    const same = await start(subject.corun('--dir', scratch, wasm('reads'), input));
    const without = await start(subject.corun(wasm('reads'), input));
    const sees = (outcome) => outcome.status === 0 && outcome.stdout.startsWith('a line\n');
    if (!sees(same) || sees(without)) return 'no';
    return sees(renamed) ? 'yes' : 'under its own name only';
  }],
  ['stdin: a pipe, a file, /dev/null, closed', (subject) => readsAll(subject.corun(wasm('upper')))],
  ['without the launcher: stdin the same', (subject) => readsAll(subject.plain(wasm('upper')))],
  ['without the launcher: Ctrl-C', async (subject) => {
    const { end, output } = await inTerminal(subject.plain(wasm('countdown')), async (terminal) => {
      await terminal.shows('4\n');
      terminal.interrupt();
    });
    return output.includes('clean') ? `cleans up, ${end}` : `no cleanup, ${end}`;
  }],
];

// -------------------------------------------------------------------- table

const line = (cells) => `| ${cells.join(' | ')} |`;
const names = Object.keys(runtimes);

for (const name of names) install(name);
await Promise.all(sources.map(build));
const subjects = names.map((name) => new Subject(name));
const rows = [];
for (const [title, check] of checks) {
  const cells = [];
  console.error(`-- ${title}`);
  for (const subject of subjects) cells.push(await check(subject));
  rows.push(line([title, ...cells]));
}
const titles = names.map((name) => (name === 'node' ? `node:wasi of Node ${process.versions.node}` : `${name} ${runtimes[name].version}`));
const table = [line(['', ...titles]), line(['---', ...titles.map(() => '---')]), ...rows].join('\n');
console.log(table);

if (process.argv.includes('--write')) {
  const path = join(root, 'docs/platforms.md');
  const text = readFileSync(path, 'utf8');
  const replaced = text.replace(/(## Other WASI runtimes\n[^|]*)(?:\|.*\n)+/, (_, head) => `${head}${table}\n`);
  writeFileSync(path, replaced);
}
