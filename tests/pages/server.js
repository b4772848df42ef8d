// Serves the demo page as `corun page` does, and the programs of both toolchains.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { build, root } from '../support/env.js';

const folders = [
  ['/dist/', sirv(join(root, 'web/dist'), { dev: true })],
  ['/emscripten/', sirv(build('emscripten'), { dev: true })],
  ['/wasi/', sirv(build('wasi'), { dev: true })],
  ['/', sirv(join(root, 'web/demo'), { dev: true })],
];

/** @param {URL} program served as app.wasm; gives { origin, close } */
export async function serveDemo(program) {
  const server = createServer((request, response) => {
    if (request.url === '/app.wasm') {
      response.setHeader('Content-Type', 'application/wasm');
      createReadStream(program).pipe(response);
      return;
    }
    const [prefix, files] = /** @type {[string, any]} */ (
      folders.find(([start]) => request.url?.startsWith(String(start)))
    );
    request.url = request.url?.slice(prefix.length - 1);
    files(request, response, () => response.writeHead(404).end());
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${port}`, close };
}
