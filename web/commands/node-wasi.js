/* A WASI runtime made of Node's own node:wasi: a program runs to its end and blocks, without Corun's driver.
 *   node node-wasi.js [--argv0=NAME] [--env=NAME=VALUE]... [--dir=HOST::GUEST]... FILE.wasm [ARGS...]
 * Its line is wasmtime's. Nothing here touches process.stdout: a program's output would be lost (EAGAIN). */
import { readFile } from 'node:fs/promises';
import { loadWasi } from '../src/dirs-node.js';

/** What a shell shows for a process that aborted; wasmtime ends so after a trap. */
const trapped = 134;

const settings = { argv0: '', env: {}, preopens: {} };
const [file, ...args] = readSettings(process.argv.slice(2));

function readSettings(line) {
  const end = line.findIndex((word) => !word.startsWith('--'));
  for (const word of line.slice(0, end)) {
    const [, option, value] = /^--(\w+)=([^]*)$/.exec(word);
    if (option === 'argv0') settings.argv0 = value;
    else if (option === 'env') settings.env[value.slice(0, value.indexOf('='))] = value.slice(value.indexOf('=') + 1);
    else settings.preopens[value.split('::')[1]] = value.split('::')[0];
  }
  return line.slice(end);
}

const { WASI } = await loadWasi();
const { argv0, env, preopens } = settings;
const wasi = new WASI({ version: 'preview1', args: [argv0 || file, ...args], env, preopens, returnOnExit: true });

try {
  const { instance } = await WebAssembly.instantiate(await readFile(file), wasi.getImportObject());
  process.exitCode = wasi.start(instance);
} catch (error) {
  process.stderr.write(`${file}: ${error.message}\n`);
  process.exitCode = error instanceof WebAssembly.RuntimeError ? trapped : 1;
}
