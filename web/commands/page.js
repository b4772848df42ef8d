import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { CommandError, numberOption, usageError } from './arguments.js';
import { fileProgram, packageExamples } from './page-programs.js';
import { print } from './print.js';
import { Interrupted, dieOf } from './signals.js';

export const help = `corun page [FILE.c|FILE.wasm...] [--port N] [--isolate] [--no-lint]

Serves programs on a page of this machine, which starts, aborts and kills them, and shows their output, their
tasks and a time line of these. Without a file it serves the examples of Corun. A C file that has changed
is compiled again at the next start. Ctrl-C ends the server.

  --port N    the port; a free one unless given
  --isolate   send the headers that make the page cross-origin isolated (SharedArrayBuffer)
  --no-lint   compile also what the lint refuses
`;

export const options = /** @type {const} */ ({
  port: { type: 'string', default: '0' },
  isolate: { type: 'boolean' },
  'no-lint': { type: 'boolean' },
});

const root = new URL('../../', import.meta.url);

export async function run(values, files) {
  const port = numberOption(values.port, 'port');
  if (!Number.isInteger(port) || port > 65535) throw usageError(`--port takes 0 to 65535, not ${values.port}`);
  const lint = !values['no-lint'];
  const programs = files.length ? files.map((file) => fileProgram(file, { lint })) : await packageExamples({ lint });
  // What the user has named is wrong now or never; the examples can wait until somebody picks them.
  if (files.length) for (const program of programs) await program.bytes();
  await buildPackage();
  const server = createServer(pageHandler(programs, { isolate: values.isolate }));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error) => {
    throw new CommandError(`cannot serve on port ${port}: ${error.message}`);
  });
  print(`http://127.0.0.1:${server.address().port}/\n`);
  await once(server, 'close');
  return 0;
}

/** The page imports the bundled package, which a clone does not have until it is built. */
async function buildPackage() {
  if (!existsSync(new URL('web/dist/corun.js', root))) await import('../../tools/build-web.js');
}

/**
 * Answers /programs.json with what there is to run, /programs/NUMBER/NAME.wasm with a program, the rest with the
 * demo page and the package that it imports.
 *
 * @param {import('./page-programs.js').PageProgram[]} programs
 * @param {{ isolate?: boolean }} [options]
 * @returns {import('node:http').RequestListener}
 */
export function pageHandler(programs, { isolate = false } = {}) {
  const folder = (name) => sirv(fileURLToPath(new URL(`web/${name}`, root)), { dev: true });
  const [demo, dist] = [folder('demo'), folder('dist')];
  const urlOf = ({ name }, index) => `programs/${index}/${encodeURIComponent(name)}.wasm`;
  return (request, response) => {
    if (isolate) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    const [pathname] = request.url.split('?');
    const program = programs.find((one, index) => pathname === `/${urlOf(one, index)}`);
    if (program) {
      void sendProgram(program, response);
    } else if (pathname === '/programs.json') {
      const list = programs.map((one, index) => ({ name: one.name, about: one.about, url: urlOf(one, index) }));
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      response.end(JSON.stringify(list));
    } else if (request.url.startsWith('/dist/')) {
      request.url = request.url.slice('/dist'.length);
      dist(request, response);
    } else {
      demo(request, response);
    }
  };
}

/** A program that cannot be had is told to whoever asks, the page, which shows it. */
async function sendProgram(program, response) {
  try {
    const bytes = await program.bytes();
    response.writeHead(200, { 'Content-Type': 'application/wasm', 'Cache-Control': 'no-store' });
    response.end(bytes);
  } catch (error) {
    if (error instanceof Interrupted) return dieOf('SIGINT');
    const known = error instanceof CommandError;
    if (!known) console.error(error);
    response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(known ? `${error.message}. The terminal of corun page may tell more.` : String(error));
  }
}
