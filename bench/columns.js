/* The columns of the table: how each host runs the programs. `prepare` builds, and throws what is
 * missing; `commands` each print lines "name number"; `spin` is the program that only a second
 * SIGINT ends. */
import { fileURLToPath } from 'node:url';
import { CommandError } from '../web/commands/arguments.js';
import { compileProgram } from '../web/commands/compile.js';
import { findProgram } from '../web/commands/compilers.js';
import { findWasmtime, wasmtimeVersion } from '../web/commands/host-wasmtime.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const corun = path('../web/bin/corun.js');
const spins = path('../tests/hosts/programs/spins.c');
const node = [process.execPath, '--no-warnings'];
const inNode = [...node, path('in-node.js')];
const python = ['python3', path('asyncio_bench.py')];

async function build(host) {
  const [bench, memory, emptyRun] = await Promise.all(
    ['bench.c', 'memory.c', 'empty_run.c'].map((name) => compileProgram([path(name)], host)));
  return { bench, memory, emptyRun };
}

async function prepareNative() {
  const { bench, memory, emptyRun } = await build('native');
  return { commands: [[bench], [memory], [emptyRun]], spin: [await compileProgram([spins], 'native')] };
}

async function prepareNode() {
  const { bench, memory, emptyRun } = await build('wasm');
  await compileProgram([spins], 'wasm');
  const commands = [['turn', bench], ['turn', memory], ['start', emptyRun], ['each', emptyRun]];
  return {
    commands: commands.map((command) => [...inNode, ...command]),
    spin: [...node, corun, 'run', '--host', 'node', spins],
  };
}

async function prepareWasmtime() {
  const wasmtime = findWasmtime();
  if (!wasmtime) {
    throw new CommandError(`no wasmtime: set CORUN_WASMTIME, or let tools/setup bring ${wasmtimeVersion}`);
  }
  const { bench, memory, emptyRun } = await build('wasm');
  await compileProgram([spins], 'wasm');
  return {
    commands: [bench, memory, emptyRun].map((program) => [wasmtime, 'run', program]),
    spin: [...node, corun, 'run', '--host', 'wasmtime', spins],
  };
}

async function prepareAsyncio() {
  if (!findProgram('python3')) throw new CommandError('no python3 on the PATH');
  return { commands: [python], spin: [...python, 'spin'] };
}

export const columns = [
  { name: 'native', prepare: prepareNative },
  { name: 'wasm, Node', prepare: prepareNode },
  { name: 'wasm, wasmtime', prepare: prepareWasmtime },
  { name: 'asyncio', prepare: prepareAsyncio },
];
