/* Runs a WebAssembly program in Node:
 *   turn FILE   as a page does, by turns
 *   start FILE  by its blocking _start, through node:wasi: what blocks cannot run by turns
 *   each FILE   by turns, again and again, and prints what one run() costs from JavaScript
 */
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';
import { run } from '../web/src/index.js';

const [mode, file] = process.argv.slice(2);
const module = await WebAssembly.compile(await readFile(file));

const modes = {
  turn: () => run(module, { args: ['bench'] }),

  async start() {
    const wasi = new WASI({ version: 'preview1', args: ['bench'], returnOnExit: true });
    const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
    return { status: wasi.start(instance) };
  },

  async each() {
    const times = [];
    for (let i = 0; i < 300; i++) {
      const begin = performance.now();
      await run(module, { args: ['bench'] });
      times.push(performance.now() - begin);
    }
    const warm = times.slice(100).sort((a, b) => a - b);
    console.log('run_from_js', warm[warm.length >> 1] * 1e6);
    return { status: 0 };
  },
};

const { status } = await modes[mode]();
process.exitCode = status;
