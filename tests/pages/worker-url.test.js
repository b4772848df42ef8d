// A Worker's script that is another than Corun's, and Corun's own over a slow network, which must not be taken for one.
// In Node: tests/js/worker-url.test.js.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import sirv from 'sirv';
import { root } from '../support/env.js';
import { listen } from '../support/listen.js';
import { describeEngines } from './engines.js';

const silent = 'setInterval(() => {}, 1000);';

/** Scripts that are not Corun's. @type {Record<string, string>} */
const others = {
  '/silent.js': silent,
  '/beside/worker.js': silent,
  '/says.js': `postMessage(5); ${silent}`,
  '/sends-back.js': 'onmessage = ({ data }) => postMessage(data);',
};

/** The project; those scripts; /beside/, the package with another worker.js; /held/worker.js, which comes after /release. */
async function serve() {
  const files = sirv(root, { dev: true });
  let release = () => {};
  const released = new Promise((resolve) => { release = () => resolve(undefined); });
  const server = createServer((request, response) => {
    const url = String(request.url);
    const give = (/** @type {string} */ path) => {
      request.url = path;
      files(request, response, () => response.writeHead(404).end());
    };
    if (others[url]) return void response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(others[url]);
    if (url.startsWith('/beside/')) return give(url.replace('/beside/', '/web/dist/'));
    if (url === '/held/worker.js') return void released.then(() => give('/web/dist/worker.js'));
    if (url !== '/release') return give(url);
    release();
    response.end();
  });
  return listen(server);
}

/** Runs a program in the page with a workerUrl; tells how it ended and how many Workers are left. */
const start = `
  const [{ driver, workerUrl, slow }] = args;
  const [{ run }, { hurried }] = await Promise.all([import(driver), import('/tests/js/support/hurry.js')]);
  const alive = new Set();
  globalThis.Worker = class extends Worker {
    constructor(...given) { super(...given); alive.add(this); }
    terminate() { alive.delete(this); super.terminate(); }
  };
  if (slow) setTimeout(() => fetch('/release'), 3000);
  const options = { worker: true, args: ['kit'], stdout: 'collect', ...(workerUrl ? { workerUrl } : {}) };
  const running = hurried(() => run('/build/wasi/tests/js/programs/kit.wasm', options))
    .catch(({ code, message }) => ({ code, message }));
  return { ...(await running), alive: alive.size };`;

describeEngines("a Worker's script", (page) => {
  const driver = '/web/dist/corun.js';
  const ask = async (/** @type {Record<string, unknown>} */ what) => {
    await page.load('tests/pages/cases.html');
    return page.ask(start, what);
  };
  const ran = { status: 1, value: 1, stdout: '0:kit\n', alive: 0 };

  const reasons = {
    '/silent.js': 'it was loaded and said nothing',
    '/says.js': 'what it said first is something else',
    '/sends-back.js': 'what it said first is something else',
  };
  for (const [workerUrl, why] of Object.entries(reasons)) {
    test(`${workerUrl} is refused in words, and its Worker ended`, { timeout: 60_000 }, async () => {
      assert.deepEqual(await ask({ driver, workerUrl }), {
        code: 'EWORKER',
        message:
          `the Worker cannot be started: ${workerUrl} is not Corun's worker.js: ${why}; ` +
          "workerUrl is the address of this release's worker.js (corun/worker.js)",
        alive: 0,
      });
    });
  }

  test('another worker.js beside the module: the text stands in for it', { timeout: 60_000 }, async () => {
    assert.deepEqual(await ask({ driver: '/beside/corun.js' }), ran);
  });

  test('a network that takes longer than the patience is waited for', { timeout: 60_000 }, async () => {
    assert.deepEqual(await ask({ driver, workerUrl: '/held/worker.js', slow: true }), ran);
  });
}, { serve });
