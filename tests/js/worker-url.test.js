// A workerUrl that is a script, but not Corun's: it is loaded, it runs, and it never answers. It is refused in words,
// and nothing of it is left. In pages: tests/pages/worker-url.test.js.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CorunError, Runner, run } from 'corun';
import { hurried } from './support/hurry.js';
import { noLeak } from './support/leaks.js';
import { kit, rejection, test } from './support/programs.js';

const own = new URL(import.meta.resolve('corun/worker.js'));
const script = (/** @type {string} */ text) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

/** @param {URL} workerUrl @param {AbortSignal} [signal] */
const start = (workerUrl, signal) => run(kit, { worker: true, workerUrl, args: ['kit'], stdout: 'collect', ...(signal ? { signal } : {}) });

const silent = 'setInterval(() => {}, 1000)';
const port = "import { parentPort } from 'node:worker_threads';";

/** What each does that is not Corun's, and how that is told. @type {Record<string, [string, RegExp]>} */
const others = {
  'that waits for something else': [silent, /: it was loaded and said nothing; /],
  'that ends at once': ['0', /: it ran to its end \(status 0\) and said nothing; /],
  'that has something else to say': [`${port} parentPort.postMessage(5); ${silent}`, /: what it said first is something else; /],
  'that sends back what it is sent': [`${port} parentPort.on('message', (it) => parentPort.postMessage(it))`, /: what it said first is something else; /],
};

for (const [what, [text, why]] of Object.entries(others)) {
  test(`a script ${what} is refused, and its Worker ended`, { timeout: 60_000 }, async () => {
    const nothingLeft = await noLeak(() => start(own));
    const error = await hurried(() => rejection(start(script(text))));
    assert.ok(error instanceof CorunError, `${error}`);
    assert.equal(error.code, 'EWORKER');
    assert.match(error.message, /^the Worker cannot be started: data:text\/javascript,\S+ is not Corun's worker\.js: /);
    assert.match(error.message, why);
    assert.match(error.message, /; workerUrl is the address of this release's worker\.js \(corun\/worker\.js\)$/);
    await nothingLeft();
  });
}

test('an abort does not wait for such a script; its Worker ends all the same', { timeout: 60_000 }, async () => {
  const nothingLeft = await noLeak(() => start(own, AbortSignal.timeout(100_000)));
  await hurried(async () => {
    assert.equal((await rejection(start(script(silent), AbortSignal.timeout(20)))).name, 'TimeoutError');
    await nothingLeft();
  });
});

test('one that has said hello is not refused later', { timeout: 30_000 }, async () => {
  await hurried(async () => {
    const runner = await Runner.open(kit, { worker: true, stdout: () => {} });
    const running = runner.run('catches');
    await sleep(1200); // both patiences, hurried
    runner.interrupt();
    assert.equal((await running).status, 0);
    await runner.close();
  });
});

test('a Worker that breaks between two runs is told by the next one', { timeout: 30_000 }, async () => {
  const text = `import ${JSON.stringify(own.href)}; ${port}
    parentPort.on('message', ({ entry }) => { if (entry === 'nothing') setTimeout(() => { throw new Error('broken'); }, 50); });`;
  const runner = await Runner.open(kit, { worker: true, workerUrl: script(text) });
  await runner.run('nothing');
  await sleep(200);
  assert.equal((await rejection(runner.run('nothing'))).message, 'broken');
  assert.equal((await rejection(runner.run('nothing'))).message, 'the program has trapped');
  await runner.close();
});

test('an address that no Worker can have is told in words', async () => {
  const error = await rejection(start(new URL('https://localhost/worker.js')));
  assert.ok(error instanceof CorunError, `${error}`);
  assert.equal(error.code, 'EWORKER');
  assert.match(error.message, /^the Worker cannot be started: ./);
});
