#!/usr/bin/env node
/* What a page of each browser engine leaves a guest on its thread, and a guest the page.
 *
 * Frames a second while the guest never waits: beside a page with nothing to do, and beside the plain way of going on
 * without a delay, a flood of messages of 8 ms of work each. How long a sleep of a millisecond takes: beside
 * setTimeout(1), set anew each time that it has come. How many yields a second there are. */
import { openBrowser, serveProject } from '../tests/support/browser.js';
import { engines } from '../tests/support/engines.js';

const rounds = 5;

const heads = [
  'frames/s, nothing to do', 'frames/s, a flood of messages', 'frames/s, a guest that never waits',
  'setTimeout(1), ms', 'a sleep of 1 ms, ms', 'yields, millions/s', 'the same in a Worker',
];
/** Of each number. */
const digits = [0, 0, 0, 2, 2, 1, 1];

/** In the page. What is measured is the time between callbacks of requestAnimationFrame, over a second. */
const script = `
  const done = arguments[0];
  const frames = () => new Promise((resolve) => {
    let [count, first] = [0, 0];
    const tick = (time) => {
      first ||= time;
      if (time - first >= 1000) return resolve(count / (time - first) * 1000);
      count++;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const flood = async () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      for (const end = performance.now() + 8; performance.now() < end;);
      port2.postMessage(0);
    };
    port2.postMessage(0);
    const seen = await frames();
    port1.close();
    return seen;
  };
  const guest = async () => {
    const { Runner } = await import('/web/dist/corun.js');
    const runner = await Runner.open('/build/wasi/tests/js/programs/kit.wasm', { stdout: () => {} });
    const running = runner.run('yields').catch(() => {});
    const seen = await frames();
    runner.interrupt();
    await running;
    await runner.close();
    return seen;
  };
  const timers = async () => {
    const began = performance.now();
    await new Promise((resolve) => {
      let left = 100;
      const next = () => (left-- > 0 ? setTimeout(next, 1) : resolve());
      next();
    });
    return (performance.now() - began) / 100;
  };
  const value = async (entry, options) => {
    const { Runner } = await import('/web/dist/corun.js');
    const runner = await Runner.open('/build/wasi/tests/js/programs/kit.wasm', { stdout: () => {}, ...options });
    const ended = await runner.run(entry);
    await runner.close();
    return ended.value;
  };
  (async () => [
    await frames(), await flood(), await guest(), await timers(), await value('dozes'),
    await value('paces'), await value('paces', { worker: true }),
  ])().then(done, (error) => done(String(error)));
`;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function measure(driver) {
  const seen = [];
  for (let round = 0; round < rounds; round++) {
    const answer = await driver.executeAsyncScript(script);
    if (!Array.isArray(answer)) throw new Error(answer);
    seen.push(answer);
  }
  return digits.map((count, at) => median(seen.map((round) => round[at])).toFixed(count));
}

const server = await serveProject();
console.log(`| medians | ${heads.join(' | ')} |`);
console.log(`| --- | ${heads.map(() => '---:').join(' | ')} |`);
for (const [name, { title }] of Object.entries(engines)) {
  const { driver, close } = await openBrowser(name);
  try {
    await driver.manage().setTimeouts({ script: 30_000 });
    await driver.get(`${server.origin}/tests/pages/cases.html`);
    console.log(`| ${title} | ${(await measure(driver)).join(' | ')} |`);
  } finally {
    await close();
  }
}
await server.close();
