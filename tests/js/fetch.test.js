// corun_fetch against a server on this machine: bodies, errors, back-pressure, aborts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test as anyTest } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runner, run } from 'corun';
import { listen } from '../support/listen.js';
import { noLeak } from './support/leaks.js';
import { example, fetches, places, record, rejection, test } from './support/programs.js';

const LARGE = 1 << 26;
const CHUNK = new Uint8Array(1 << 16).map((_, i) => i * 7);
let origin = '';
/** Bytes of /large that the server could write so far. */
let written = 0;
/** Requests whose connection was closed before their response had ended. */
const broken = record();

/** @type {Record<string, (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => unknown>} */
const routes = {
  '/hello': (_, response) => response.end('hello\nworld\n'),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/moved': (_, response) => response.writeHead(302, { location: '/hello' }).end(),
  async '/echo'(request, response) {
    let body = '';
    for await (const part of request) body += part;
    response.setHeader('X-Reply', `né ${request.headers['x-ask']}`.replace('é', 'e'));
    response.end(`${request.method} ${request.headers['x-ask']} ${body}`);
  },
  '/slow'(_, response) {
    response.write('first part\n');
  },
  '/silent': (_, response) => response.flushHeaders(),
  '/never'() {},
  '/cut'(_, response) {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('first part\n');
    setTimeout(() => response.destroy(), 20);
  },
  async '/drip'(_, response) {
    for (let i = 0; i < 20 && !response.destroyed; i++) {
      response.write(`drip ${i} of twenty\n`);
      await sleep(5);
    }
    response.end();
  },
  async '/large'(_, response) {
    for (written = 0; written < LARGE && !response.destroyed; written += CHUNK.length) {
      if (!response.write(CHUNK)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  },
};

const server = createServer((request, response) => {
  const path = request.url ?? '';
  response.on('close', () => response.writableFinished || broken.receive(`${path} broken\n`));
  response.setHeader('Connection', 'close'); // so that one that is left is nobody's
  const route = routes[path];
  if (route) route(request, response);
  else response.writeHead(404).end(`no ${path}\n`);
});

/** @type {() => Promise<unknown>} */
let close;

before(async () => {
  ({ origin, close } = await listen(server));
});
after(() => close());

/** A port on which nobody listens. */
async function closedPort() {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  other.close();
  return address && typeof address === 'object' ? address.port : 0;
}

for (const { name, options } of places) {
  test(`fetch in ${name}`, async (t) => {
    /** @param {string[]} args @param {Record<string, unknown>} [more] */
    const get = (args, more = {}) => run(fetches, { ...options, args: ['get', ...args], stdout: 'collect', ...more });
    const leftNothing = await noLeak(() => get([`${origin}/hello`]));

    /** @param {import('node:test').TestContext} t @param {Record<string, unknown>} [more] */
    async function open(t, more = {}) {
      const out = record();
      const runner = await Runner.open(fetches, { ...options, stdout: out.receive, stderr: out.receive, ...more });
      t.after(async () => {
        runner.kill();
        await runner.close();
      });
      return { runner, out };
    }

    await t.test('a body comes, with its status and where it came from', async () => {
      assert.deepEqual(await get([`${origin}/hello`]), {
        status: 12, value: 12, stdout: `200 ${origin}/hello\nhello\nworld\n` });
      assert.equal((await get([`${origin}/moved`])).stdout, `200 ${origin}/hello\nhello\nworld\n`);
      assert.equal((await get([`${origin}/empty`])).stdout, `204 ${origin}/empty\n`);
      assert.equal((await get([`${origin}/nothing`])).stdout, `404 ${origin}/nothing\nno /nothing\n`);
    });

    await t.test('method, headers and body go there, and headers come back', async () => {
      const { stdout } = await get([`${origin}/echo`, 'PUT', 'X-Ask: how\nAccept: */*\n', 'the body, né']);
      assert.equal(stdout, `200 ${origin}/echo\nx-reply: ne how\nPUT how the body, né`);
      assert.equal((await get([`${origin}/echo`, 'HEAD', 'x-ask:b'])).stdout, `200 ${origin}/echo\nx-reply: ne b\n`);
    });

    await t.test('what makes no request is an error', async () => {
      const codeOf = async (/** @type {string[]} */ ...args) => (await rejection(get(args))).code;
      assert.equal(await codeOf('no URL'), 'CORUN_BAD_ARGUMENT');
      assert.equal(await codeOf(`${origin}/hello`, 'NO GOOD'), 'CORUN_BAD_ARGUMENT');
      assert.equal(await codeOf(`${origin}/hello`, 'GET', 'no colon'), 'CORUN_BAD_ARGUMENT');
      assert.equal(await codeOf(`${origin}/hello`, 'GET', 'a b: c'), 'CORUN_BAD_ARGUMENT');
      assert.equal(await codeOf(`${origin}/hello`, 'GET', '', 'a body'), 'CORUN_BAD_ARGUMENT');
      assert.equal(await codeOf(), 'CORUN_BAD_ARGUMENT');
      const error = await rejection(get([`${origin}/hello`, 'GET', 'no colon']));
      assert.equal(error.message, 'Error: the header "no colon" has no colon');
    });

    await t.test('nobody listens there', async () => {
      const error = await rejection(get([`http://127.0.0.1:${await closedPort()}/`]));
      assert.equal(error.code, 'ECONNREFUSED');
      assert.match(error.message, /^TypeError: fetch failed: .*ECONNREFUSED/);
      assert.match(error.trace, /^ {2}in corun_fetch \(.*fetch\.c:\d+\)\n {2}in get \(.*fetches\.c:\d+\)\n$/);
    });

    await t.test('a body that breaks off is an error, behind what came', async () => {
      const error = await rejection(get([`${origin}/cut`]));
      assert.equal(error.stdout, `200 ${origin}/cut\nfirst part\n`);
      assert.ok(['CORUN_HOST_ERROR', 'ECONNRESET'].includes(error.code), error.code);
      assert.match(error.message, /^TypeError: terminated: /);
    });

    await t.test('an abort while nobody answers, and in the middle of a body, ends the request', async (t) => {
      for (const [path, args] of [['/never', []], ['/slow', ['wait']]]) {
        const controller = new AbortController();
        const { runner, out } = await open(t);
        const running = runner.run('begins', { args: ['', `${origin}${path}`, ...args], signal: controller.signal });
        if (path === '/slow') await out.saw('part');
        else await sleep(30);
        const gone = broken.next(`${path} broken`);
        controller.abort('enough');
        assert.equal(await rejection(running), 'enough');
        await gone;
      }
    });

    for (const ending of ['close', 'exit', 'trap', 'kill']) {
      await t.test(`the request ends when the guest does: ${ending}`, async (t) => {
        const { runner, out } = await open(t);
        const gone = broken.next('/slow broken');
        const running = runner.run('begins', { args: ['', `${origin}/slow`, ending === 'kill' ? 'wait' : ending] });
        const settled = running.then(() => 'done', (error) => error.name);
        await out.saw('part');
        if (ending === 'kill') runner.kill();
        assert.equal(await settled, { close: 'done', exit: 'done', trap: 'RuntimeError', kill: 'CorunError' }[ending]);
        await gone;
      });
    }

    await t.test('a large body comes whole', async () => {
      const { value, stdout } = await runEntry('counts', `${origin}/large`);
      let sum = 0;
      for (let at = 0; at < LARGE; at += CHUNK.length) for (const byte of CHUNK) sum = (Math.imul(sum, 31) + byte) >>> 0;
      assert.equal(value, LARGE);
      assert.equal(stdout, `${sum}\n`);
    });

    /** @param {string} entry @param {string[]} args */
    async function runEntry(entry, ...args) {
      const runner = await Runner.open(fetches, { ...options, stdout: 'collect' });
      try {
        return await runner.run(entry, { args: ['', ...args] });
      } finally {
        await runner.close();
      }
    }

    await t.test('what nobody reads is not sent', async (t) => {
      let then = 0;
      const { runner } = await open(t, { hostCalls: { look: () => void (then = written) } });
      await runner.run('begins', { args: ['', `${origin}/large`, 'rest'] });
      assert.ok(then > 0 && then < LARGE / 4, `${then}`);
    });

    await t.test('reads that are cancelled lose nothing', async () => {
      const all = Array.from({ length: 20 }, (_, i) => `drip ${i} of twenty\n`).join('');
      const { value, stdout } = await runEntry('hurries', `${origin}/drip`);
      assert.equal(stdout, all);
      assert.equal(value, all.length);
    });

    await t.test('a second reader is refused, and the first is told that the response was closed', async () => {
      const { stdout } = await runEntry('reads_twice', `${origin}/silent`);
      assert.equal(stdout, 'CORUN_INVALID_STATE\nCORUN_CLOSED\n');
    });

    await t.test('several at a time', async () => {
      const urls = Array.from({ length: 40 }, (_, i) => `${origin}/${i % 2 ? 'hello' : 'drip'}`);
      const { value } = await runEntry('several', ...urls);
      assert.equal(value, 20 * 12 + 20 * Array.from({ length: 20 }, (_, i) => `drip ${i} of twenty\n`).join('').length);
    });

    await t.test("a body of the embedder's own making is cancelled with the response", async () => {
      /** @type {unknown[]} */
      const cancelled = [];
      const own = async () => new Response(new ReadableStream({ cancel: (reason) => void cancelled.push(reason) }));
      const runner = await Runner.open(fetches, { ...options, stdout: 'collect', fetch: own });
      const { stdout } = await runner.run('reads_twice', { args: ['', 'data:,x'] });
      await runner.close();
      assert.equal(stdout, 'CORUN_INVALID_STATE\nCORUN_CLOSED\n');
      assert.deepEqual(cancelled.map((reason) => /** @type {Error} */ (reason).name), ['AbortError']);
    });

    await t.test('the embedder may fetch in its own way, or refuse', async () => {
      /** @param {Request} request */
      const own = async (request) => new Response(`${request.method} ${request.url}`, { status: 201 });
      assert.equal((await get(['data:,x', 'POST'], { fetch: own })).stdout, '201 \nPOST data:,x');
      const error = await rejection(get([`${origin}/hello`], { fetch: false }));
      assert.deepEqual([error.code, error.message], ['CORUN_UNSUPPORTED', 'Error: the embedder does not let the program fetch']);
      const thrown = await rejection(get([`${origin}/hello`], { fetch: () => { throw new RangeError('no'); } }));
      assert.deepEqual([thrown.code, thrown.message], ['CORUN_HOST_ERROR', 'RangeError: no']);
      for (const given of ['text', undefined]) {
        const none = await rejection(get([`${origin}/hello`], { fetch: async () => given }));
        assert.deepEqual([none.code, none.message], ['CORUN_HOST_ERROR', "TypeError: the option 'fetch' did not give a Response"]);
      }
    });

    await t.test('the example prints what is there', async () => {
      const result = await run(example('fetch'), { ...options, args: ['fetch', `${origin}/hello`], stdout: 'collect', stderr: 'collect' });
      assert.deepEqual(result, { status: 0, value: 0, stdout: 'hello\nworld\n', stderr: '12 bytes, status 200\n' });
      const missing = await run(example('fetch'), { ...options, args: ['fetch', `${origin}/no`], stdout: 'collect', stderr: 'collect' });
      assert.equal(missing.status, 1);
    });

    await t.test('nothing is left: no connection, timer, listener, Worker or rejection', leftNothing);
  });
}

anyTest('fetch is checked', async () => {
  const { message } = await rejection(run('x.wasm', /** @type {any} */ ({ fetch: 5 })));
  assert.equal(message, 'run: fetch is neither a function nor false');
});
