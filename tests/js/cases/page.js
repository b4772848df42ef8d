// What only a page can show: its frames, and what it does not have.
import { assert } from 'chai';
import { Runner, run } from 'corun';
import { rejection } from './support.js';

/** @param {number} count */
async function frames(count) {
  for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
}

/** @type {Record<string, import('./support.js').Play>} */
export const cases = {
  'a program that never waits leaves the page its frames': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('yields');
    await out.saw('yielding');
    await frames(20);
    runner.interrupt();
    assert.strictEqual((await rejection(running)).name, 'AbortError');
  },

  'what a page does not have is said': async (t) => {
    const said = async (/** @type {any} */ options) => (await rejection(run(t.kit, { ...t.options, ...options }))).message;
    assert.strictEqual(
      await said({ stdin: 'inherit' }),
      "stdin: 'inherit' is for Node; a page has none: give text, bytes or a stream",
    );
    assert.strictEqual(await said({ dirs: { '/': '.' } }), 'dirs is for Node; a page has none: use files');
  },

  'files come and go': async (t) => {
    const runner = await Runner.open(t.kit, { ...t.options, files: { '/a/é.txt': 'text' } });
    t.after(() => runner.close());
    const { files } = await runner.run('copies', { args: ['', '/a/é.txt', '/b.txt'] });
    const texts = Object.entries(files ?? {}).map(([path, bytes]) => `${path}=${new TextDecoder().decode(bytes)}`);
    assert.deepEqual(texts.sort(), ['/a/é.txt=text', '/b.txt=text']);
  },

  'host calls': async (t) => {
    const options = { ...t.options, args: ['', 'it', 'abc'], hostCalls: { it: async (/** @type {Uint8Array} */ bytes) => bytes.map((byte) => byte + 1) } };
    const { value } = await run(t.place.program('calls'), options);
    assert.deepEqual(value, new TextEncoder().encode('bcd'));
  },

  'a host call that is cancelled': async (t) => {
    /** @type {AbortSignal | undefined} */
    let asked;
    const hostCalls = {
      wait: (/** @type {Uint8Array} */ _, /** @type {{ signal: AbortSignal }} */ { signal }) => ((asked = signal), new Promise(() => {})),
      after: () => {},
    };
    const runner = await Runner.open(t.place.program('calls'), { ...t.options, stdout: () => {}, hostCalls: /** @type {any} */ (hostCalls) });
    t.after(() => runner.close());
    await runner.run('limits');
    assert.strictEqual(asked?.aborted, true);
  },

  fetch: async (t) => {
    const get = (/** @type {string} */ url) => run(t.place.program('fetches'), { ...t.options, args: ['get', url], stdout: 'collect' });
    const url = new URL('/tests/js/cases/page.js', location.href).href;
    assert.strictEqual((await get(url)).stdout, `200 ${url}\n${await (await fetch(url)).text()}`);
    assert.match(String((await get('/no/such')).stdout), /^404 /);
    const error = await rejection(get('http://127.0.0.1:1/'));
    assert.strictEqual(error.code, 'CORUN_HOST_ERROR');
    assert.match(error.message, /^TypeError: ./);
  },

  'an address that is not there, and one that is a page': async (t) => {
    const missing = await rejection(run('/no/such.wasm', t.options));
    assert.match(missing.message, /^cannot load http.*\/no\/such\.wasm: the server answered 404 Not Found$/);
    const page = await rejection(run('/tests/pages/cases.html', t.options));
    assert.strictEqual(page.code, 'EMODULE');
    assert.match(page.message, /cases\.html is not WebAssembly: it begins with "<!doctype ht", an HTML page/);
  },
};

/** @type {Record<string, import('./support.js').Play>} */
export const workerCases = {
  'a tight loop never freezes the page': async (t) => {
    const { runner, out } = await t.open();
    const running = runner.run('spins');
    await out.saw('spinning');
    await frames(20);
    runner.kill();
    assert.strictEqual((await rejection(running)).code, 'EKILLED');
  },
};
