// Serves the demo page as `corun page` does, and the programs of both toolchains.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import sirv from 'sirv';
import { packageExamples } from '../../web/commands/page-programs.js';
import { pageHandler } from '../../web/commands/page.js';
import { example } from '../js/support/programs.js';
import { build } from '../support/env.js';
import { listen } from '../support/listen.js';

/** The examples of the package, as the preset `wasi` has built them. */
export async function builtExamples() {
  const programs = await packageExamples({ lint: false });
  return programs.map((program) => ({ ...program, bytes: () => readFile(example(program.name)) }));
}

/** A program of tests/hosts/programs. @param {string} name */
export function builtProgram(name) {
  return { name, about: '', bytes: () => readFile(build('wasi', 'tests', 'hosts', 'programs', `${name}.wasm`)) };
}

/** @param {import('../../web/commands/page-programs.js').PageProgram[]} programs gives { origin, close } */
export async function serveDemo(programs) {
  const folders = { '/emscripten/': sirv(build('emscripten'), { dev: true }), '/wasi/': sirv(build('wasi'), { dev: true }) };
  const page = pageHandler(programs);
  const server = createServer((request, response) => {
    const [prefix, serve] = Object.entries(folders).find(([start]) => request.url?.startsWith(start)) ?? [];
    if (!prefix || !serve) return page(request, response);
    request.url = request.url?.slice(prefix.length - 1);
    serve(request, response, () => response.writeHead(404).end());
  });
  return listen(server);
}
