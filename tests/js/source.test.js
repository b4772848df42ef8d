// What run() takes as source, and how it refuses what is no Corun program.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CorunError, run } from 'corun';
import { VERSION } from '../../web/src/protocol.js';
import { tests } from '../support/env.js';
import { listen } from '../support/listen.js';
import { kit, rejection, test } from './support/programs.js';

/** @type {Uint8Array<ArrayBuffer>} */
let bytes = new Uint8Array(0);
/** @type {(() => Promise<unknown>) | undefined} */
let close;
let origin = '';
let server = createServer();

before(async () => {
  if (!tests('node')) return;
  bytes = new Uint8Array(await readFile(kit));
  server = createServer((request, response) => {
    const type = {
      '/kit.wasm': 'application/wasm',
      '/kit.bin': 'application/octet-stream',
      '/cut.wasm': 'application/wasm',
    }[request.url ?? ''];
    if (request.url === '/slow.wasm') response.setHeader('Content-Type', 'application/wasm').write(bytes.subarray(0, 5000));
    else if (request.url === '/page')
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><p>Welcome');
    else if (request.url?.startsWith('/broken')) {
      response.writeHead(200, { 'Content-Type': request.url === '/broken.wasm' ? 'application/wasm' : 'text/plain', 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, 5000), () => response.destroy());
    } else if (type)
      response
        .setHeader('Content-Type', type)
        .end(request.url === '/cut.wasm' ? bytes.subarray(0, 5000) : bytes);
    else response.writeHead(404).end('nothing here');
  });
  ({ origin, close } = await listen(server));
});

after(() => close?.());

test('a source is', async (t) => {
  const sources = {
    'a file: URL': () => kit,
    'the text of one': () => kit.href,
    'a path': () => fileURLToPath(kit),
    'an http: URL': () => new URL(`${origin}/kit.wasm`),
    'its text, with a wrong type': () => `${origin}/kit.bin`,
    'a Response': () => fetch(`${origin}/kit.wasm`),
    bytes: () => bytes,
    'an ArrayBuffer': () => bytes.buffer,
    'a Buffer within a larger one': () => Buffer.concat([Buffer.alloc(8), bytes]).subarray(8),
    'a Module': () => WebAssembly.compile(bytes),
  };
  for (const [kind, make] of Object.entries(sources)) {
    await t.test(kind, async () => {
      assert.equal((await run(/** @type {any} */ (make()), { stdout: 'collect' })).stdout, '0:app\n');
    });
  }
});

test('refused in words', async (t) => {
  /** @param {number} at @param {number} value */
  const changed = (at, value) => bytes.map((byte, i) => (i === at ? value : byte));
  const wasm = (/** @type {number[]} */ ...sections) =>
    new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, ...sections]);
  /** @type {[string, () => any, string, RegExp][]} */
  const cases = [
    ['nothing', () => new Uint8Array(0), 'EMODULE', /^the module is not WebAssembly: it is empty$/],
    [
      'text',
      () => new TextEncoder().encode('#!/bin/sh\n'),
      'EMODULE',
      /is not WebAssembly: it begins with "#!\/bin\/sh\?"$/,
    ],
    [
      'a page',
      () => `${origin}/page`,
      'EMODULE',
      /^http:.*\/page is not WebAssembly: it begins with "<!doctype ht", an HTML page/,
    ],
    [
      'an address that is not there',
      () => `${origin}/none`,
      'ELOAD',
      /^cannot load http:.*\/none: the server answered 404 Not Found$/,
    ],
    [
      'a server that is not there',
      () => 'http://127.0.0.1:1/',
      'ELOAD',
      /^cannot load http:\/\/127\.0\.0\.1:1\/: ./,
    ],
    ['a file that is not there', () => '/no/where.wasm', 'ELOAD', /^cannot load \/no\/where\.wasm: ENOENT/],
    ['a cut head', () => bytes.subarray(0, 6), 'EMODULE', /is truncated: it has 6 bytes$/],
    [
      'a cut file',
      () => bytes.subarray(0, bytes.length - 100),
      'EMODULE',
      /is truncated: at least \d+ bytes are missing at its end$/,
    ],
    ['a cut answer', () => `${origin}/cut.wasm`, 'EMODULE', /\/cut\.wasm is damaged or truncated: ./],
    ['an answer that breaks off', () => `${origin}/broken.wasm`, 'ELOAD', /^cannot load http:.*\/broken\.wasm: ./],
    ['one of another type', () => `${origin}/broken.bin`, 'ELOAD', /^cannot load http:.*\/broken\.bin: ./],
    ['damage', () => wasm(1, 3, 9, 9, 9), 'EMODULE', /is damaged or truncated: ./],
    [
      'a component',
      () => changed(4, 13).map((byte, i) => (i === 6 ? 1 : byte)),
      'EMODULE',
      /is a WebAssembly component/,
    ],
    ['a later WebAssembly', () => changed(4, 2), 'EMODULE', /is WebAssembly of version 2/],
    [
      'another module',
      () => wasm(),
      'EMODULE',
      /is WebAssembly but not a Corun program: it does not export corun_abi/,
    ],
    [
      "Emscripten's wasm without its factory",
      () => wasm(1, 4, 1, 0x60, 0, 0, 2, 9, 1, 3, 101, 110, 118, 1, 120, 0, 0),
      'EMODULE',
      /was built by Emscripten \(it imports env\.x\)/,
    ],
  ];
  for (const [what, make, code, message] of cases) {
    await t.test(what, async () => {
      const error = await rejection(run(make()));
      assert.ok(error instanceof CorunError, `${error}`);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
  }

  await t.test('something else', async () => {
    assert.match((await rejection(run(/** @type {any} */ (5)))).message, /^the source is not a URL/);
  });
});

test('an abort ends the download', async () => {
  const controller = new AbortController();
  const asked = once(server, 'request');
  const running = rejection(run(`${origin}/slow.wasm`, { signal: controller.signal }));
  const [, response] = await asked;
  controller.abort('enough');
  assert.equal(await running, 'enough');
  if (!response.closed) await once(response, 'close', { signal: AbortSignal.timeout(10_000) });
});

test('an ABI table that is damaged is refused, and nothing of the program runs', async (t) => {
  const data = tableAt(bytes);
  const fields = ['magic', 'version', 'abi_size', 'result_size'];
  for (const [i, field] of fields.entries()) {
    await t.test(field, async () => {
      const damaged = bytes.slice();
      new DataView(damaged.buffer).setUint32(data + i * 4, 0xffffffff, true);
      const ran = [];
      const error = await rejection(run(damaged, { stdout: (/** @type {string} */ text) => ran.push(text) }));
      assert.equal(error.code, 'EMODULE');
      assert.deepEqual(ran, []);
    });
  }
  await t.test('another version is said to be one', async () => {
    const other = bytes.slice();
    new DataView(other.buffer).setUint32(data + 4, 1, true);
    assert.match((await rejection(run(other))).message, new RegExp(`has ABI version 1, this driver knows version ${VERSION}:`));
  });
});

/** Where the table lies in the file: its magic is in it once. @param {Uint8Array} file */
function tableAt(file) {
  const at = Buffer.from(file).indexOf('CORN');
  assert.ok(at > 0 && Buffer.from(file).indexOf('CORN', at + 1) < 0, 'one CORN in the file');
  return at;
}
