import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { CommandError, numberOption, usageError } from './arguments.js';
import { print } from './print.js';
import { wasmProgram } from './program.js';

export const help = `corun page FILE.c|FILE.wasm [--port N] [--isolate] [--no-lint]

Serves a program on a page of this machine, with Start, Abort and its output. Ctrl-C ends the server.

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
  if (files.length !== 1) throw usageError('page takes one program: corun page FILE.c|FILE.wasm');
  const port = numberOption(values.port, 'port');
  if (!Number.isInteger(port) || port > 65535) throw usageError(`--port takes 0 to 65535, not ${values.port}`);
  const { path } = await wasmProgram(files[0], { lint: !values['no-lint'] });
  await buildPackage();
  const server = createServer(handler(await readFile(path), values.isolate));
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
 * Answers /app.wasm with the program, the rest with the demo page and the package it imports.
 * @param {Buffer} program
 * @param {boolean | undefined} isolate
 * @returns {import('node:http').RequestListener}
 */
function handler(program, isolate) {
  const folder = (name) => sirv(fileURLToPath(new URL(`web/${name}`, root)), { dev: true });
  const [demo, dist] = [folder('demo'), folder('dist')];
  return (request, response) => {
    if (isolate) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    if (request.url === '/app.wasm') {
      response.writeHead(200, { 'Content-Type': 'application/wasm', 'Cache-Control': 'no-store' });
      response.end(program);
    } else if (request.url.startsWith('/dist/')) {
      request.url = request.url.slice('/dist'.length);
      dist(request, response);
    } else {
      demo(request, response);
    }
  };
}
