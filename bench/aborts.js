/* From the wish to stop to the first line of the cleanup, as whoever asked sees it: the same program on every host, which
 * waits when it is asked. Processes get SIGINT and are seen through a pipe; what runs in JavaScript is aborted by an
 * AbortSignal, and its line comes to a function. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { openBrowser, serveProject } from '../tests/support/browser.js';
import { engines } from '../tests/support/engines.js';
import { compileProgram } from '../web/commands/compile.js';

const source = fileURLToPath(new URL('aborts.c', import.meta.url));
const corun = fileURLToPath(new URL('../web/bin/corun.js', import.meta.url));
const ofProcesses = 40;
const ofRuns = 200;
const patience = 120_000;

/** @type {{ name: string, measure: () => Promise<number[]> }[]} milliseconds */
const hosts = [
  { name: 'native, SIGINT', measure: async () => processes([await program('native')]) },
  { name: '`corun run --host wasmtime`, SIGINT', measure: async () => processes(await command('wasmtime')) },
  { name: '`corun run`, SIGINT', measure: async () => processes(await command('node')) },
  ...[false, true].map((worker) => ({ name: `Node${inWorker(worker)}`, measure: () => runs(worker) })),
  ...Object.entries(engines).flatMap(([name, { title }]) =>
    [false, true].map((worker) => ({ name: `${title}${inWorker(worker)}`, measure: () => pageRuns(name, worker) }))),
];

function inWorker(worker) {
  return worker ? ', in a Worker' : '';
}

const program = (target) => compileProgram([source], target, { lint: false });

async function command(host) {
  return [process.execPath, corun, 'run', '--host', host, await program('wasm')];
}

/** One process for each. */
async function processes([file, ...args]) {
  const took = [];
  for (let n = 0; n < ofProcesses; n++) {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const ended = once(child, 'close');
    await seen(child.stdout, 'waiting');
    await delay(20); // it waits now
    const began = performance.now();
    child.kill('SIGINT');
    await seen(child.stdout, 'aborted');
    took.push(performance.now() - began);
    await ended;
  }
  return took;
}

function seen(stream, text) {
  let all = '';
  return new Promise((resolve, reject) => {
    const listen = (more) => {
      all += more;
      if (!all.includes(text)) return;
      stream.off('data', listen);
      resolve(undefined);
    };
    stream.on('data', listen);
    stream.once('end', () => reject(new Error(`it ended without '${text}'`)));
  });
}

/** In Node and in pages alike: text, since it goes to a page. @type {string} */
const loop = `async (run, module, worker, count) => {
  const took = [];
  for (let n = 0; n < count; n++) {
    const controller = new AbortController();
    let began = 0, ready;
    const waits = new Promise((resolve) => { ready = resolve; });
    const stdout = (text) => {
      if (text.startsWith('waiting')) ready();
      else if (text.startsWith('aborted')) took.push(performance.now() - began);
    };
    const ended = run(module, { stdout, worker, signal: controller.signal }).catch(() => {});
    await waits;
    await new Promise((resolve) => setTimeout(resolve, 2));
    began = performance.now();
    controller.abort();
    await ended;
  }
  return took;
}`;

async function runs(worker) {
  const { run } = await import('../web/src/index.js');
  const module = await WebAssembly.compile(await readFile(await program('wasm')));
  return (0, eval)(`(${loop})`)(run, module, worker, ofRuns);
}

async function pageRuns(engine, worker) {
  const server = await serveProject();
  const { driver, close } = await openBrowser(engine);
  try {
    await driver.manage().setTimeouts({ script: patience });
    await driver.get(`${server.origin}/tests/pages/cases.html`);
    const answer = await driver.executeAsyncScript(`
      const [wasm, worker, count, done] = arguments;
      import('/web/dist/corun.js')
        .then(async ({ run }) => {
          const module = await WebAssembly.compile(Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0)));
          return (${loop})(run, module, worker, count);
        })
        .then(done, (error) => done(String(error)));`, await readFile(await program('wasm'), 'base64'), worker, ofRuns);
    if (!Array.isArray(answer)) throw new Error(answer);
    return answer;
  } finally {
    await close();
    await server.close();
  }
}

/** The number below which a part of them lies. @param {number[]} numbers @param {number} part */
const quantile = (numbers, part) => [...numbers].sort((a, b) => a - b)[Math.ceil(part * numbers.length) - 1];

/** @param {(text: string) => void} progress @returns {Promise<string>} a table */
export async function abortTable(progress) {
  const lines = ['| from an abort to the cleanup | median, ms | p99, ms | of |', '| --- | ---: | ---: | ---: |'];
  for (const { name, measure } of hosts) {
    progress(`aborts: ${name}`);
    const took = await measure().catch((error) => String(error.message ?? error));
    lines.push(typeof took === 'string' ? `| ${name} | missing: ${took} | | |`
      : `| ${name} | ${quantile(took, 0.5).toFixed(2)} | ${quantile(took, 0.99).toFixed(2)} | ${took.length} |`);
  }
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await abortTable(() => {}));
