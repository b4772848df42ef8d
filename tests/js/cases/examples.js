// The examples of what tasks share: to their end, and aborted in the middle.
import { assert } from 'chai';
import { run } from 'corun';
import { record, rejection } from './support.js';

/** Runs an example to its end. @param {import('./support.js').Case} t @param {string} name @param {string[]} args */
const whole = (t, name, ...args) =>
  run(t.place.example(name), { ...t.options, args: [name, ...args], stdout: 'collect' });

/** Runs one, aborts it when it has printed `text`, and gives all that it printed. @param {import('./support.js').Case} t @param {string} name @param {string} text */
async function aborted(t, name, text) {
  const out = record();
  const controller = new AbortController();
  const running = run(t.place.example(name), { ...t.options, args: [name], stdout: out.receive, signal: controller.signal });
  await out.saw(text);
  controller.abort('enough');
  assert.strictEqual(await rejection(running), 'enough');
  return out.text;
}

/** @type {Record<string, import('./support.js').Play>} */
export const cases = {
  workers: async (t) => {
    const { status, stdout } = await whole(t, 'workers');
    assert.strictEqual(status, 0);
    assert.match(String(stdout), /^worker 1 begins job 1\n(worker [123] begins job \d\n){7}8 of 8 jobs done\n$/);
    assert.match(await aborted(t, 'workers', 'job 3\n'), /\n[0-5] of 8 jobs done\n$/);
  },

  limiter: async (t) => {
    const lines = [1, 2, 3, 4, 5, 6].map((number) => `request ${number} begins, [12] under way\n`);
    assert.match(String((await whole(t, 'limiter')).stdout), new RegExp(`^${lines.join('')}all done\n$`));
    assert.match(await aborted(t, 'limiter', 'request 2 begins'), /\nstopped, 0 under way\n$/);
  },

  first_of: async (t) => {
    const won = await whole(t, 'first_of', '10');
    assert.strictEqual(won.stdout, 'south answers\nnorth is given up\nwest is given up\n');
    assert.strictEqual((await whole(t, 'first_of', '0.01')).status, 1);
  },

  supervisor: async (t) => {
    const { stdout } = await whole(t, 'supervisor', '2');
    assert.strictEqual(stdout, 'mail: failure 1\nmail: failure 2\nnews: stopped\nsupervisor: mail failed too often\n');
    assert.match(await aborted(t, 'supervisor', 'mail: failure 1'), /news: stopped\n/);
  },
};
