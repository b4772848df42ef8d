/* The columns of the table: how each host runs the programs. `prepare` builds, and throws what is
 * missing; `commands` each print lines "name number"; `spin` is the program that only a second
 * SIGINT ends. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CommandError } from '../web/commands/arguments.js';
import { compileProgram } from '../web/commands/compile.js';
import { findProgram } from '../web/commands/compilers.js';
import { findRuntime } from '../web/commands/runtimes.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const corun = path('../web/bin/corun.js');
const spins = path('../tests/hosts/programs/spins.c');
const node = [process.execPath, '--no-warnings'];
const inNode = [...node, path('in-node.js')];
const python = ['python3', path('asyncio_bench.py')];
const pythonWakes = ['python3', path('asyncio_wakes.py')];

async function build(host) {
  const [bench, memory, emptyRun] = await Promise.all(
    ['bench.c', 'memory.c', 'empty_run.c'].map((name) => compileProgram([path(name)], host, { lint: false })));
  return { bench, memory, emptyRun };
}

async function prepareNative() {
  const { bench, memory, emptyRun } = await build('native');
  const [wakes, gather] = await Promise.all(['wakes.c', 'gather.c'].map((name) => compileProgram([path(name)], 'native', { lint: false })));
  return { commands: [[bench], [memory], [emptyRun], [wakes], [gather]], spin: [await compileProgram([spins], 'native', { lint: false })] };
}

async function prepareNode() {
  const { bench, memory, emptyRun } = await build('wasm');
  await compileProgram([spins], 'wasm', { lint: false });
  const commands = [['turn', bench], ['turn', memory], ['start', emptyRun], ['each', emptyRun]];
  return {
    commands: commands.map((command) => [...inNode, ...command]),
    spin: [...node, corun, 'run', '--host', 'node', spins],
  };
}

async function prepareWasmtime() {
  const [wasmtime] = findRuntime('wasmtime');
  const { bench, memory, emptyRun } = await build('wasm');
  await compileProgram([spins], 'wasm', { lint: false });
  return {
    commands: [bench, memory, emptyRun].map((program) => [wasmtime, 'run', program]),
    spin: [...node, corun, 'run', '--host', 'wasmtime', spins],
  };
}

async function prepareAsyncio() {
  if (!findProgram('python3')) throw new CommandError('no python3 on the PATH');
  return { commands: [python, pythonWakes], spin: [...python, 'spin'] };
}

/** What there is to compare with in C: a handler and an epoll loop by hand, and libuv. */
async function preparePeers() {
  const folder = await mkdtemp(join(tmpdir(), 'corun-bench-'));
  const peers = join(folder, 'peers');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    await promisify(execFile)('cc', ['-std=gnu11', '-O2', path('peers.c'), '-o', peers, '-luv', '-lpthread']);
  } catch (error) {
    throw new CommandError(`libuv's headers or a C compiler: ${String(error.stderr ?? error.message).split('\n')[0]}`);
  }
  return { commands: [[peers]] };
}

/** Go's scheduler on one core, for what tasks hand to each other. */
async function prepareGo() {
  if (!findProgram('go')) throw new CommandError('no go on the PATH');
  const folder = await mkdtemp(join(tmpdir(), 'corun-bench-'));
  const peers = join(folder, 'peers_chan');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await promisify(execFile)('go', ['build', '-o', peers, path('peers_chan.go')]);
  return { commands: [[peers]] };
}

export const columns = [
  { name: 'native', prepare: prepareNative },
  { name: 'wasm, Node', prepare: prepareNode },
  { name: 'wasm, wasmtime', prepare: prepareWasmtime },
  { name: 'asyncio', prepare: prepareAsyncio },
  { name: 'by hand, libuv', prepare: preparePeers },
  { name: 'Go', prepare: prepareGo },
];
