// The cases of the JavaScript package, which Node plays too, in a page of each engine: on the page's own thread and in
// a Worker.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as examples from '../js/cases/examples.js';
import * as random from '../js/cases/random.js';
import * as refusals from '../js/cases/refusals.js';
import * as run from '../js/cases/run.js';
import * as runner from '../js/cases/runner.js';
import * as pages from '../js/cases/page.js';
import { describeEngines } from './engines.js';

/** @typedef {{ name: string, options: Record<string, unknown> }} Place */

const thread = { name: 'this thread', options: {} };
const worker = { name: 'a Worker', options: { worker: true } };

/** What is played: a file of tests/js/cases, one of its lists, and where. @type {[string, any, string, Place[]][]} */
const plan = [
  ['run', run, 'cases', [thread, worker]],
  ['runner', runner, 'cases', [thread, worker]],
  ['runner', runner, 'threadCases', [thread]],
  ['runner', runner, 'wasiCases', [thread, worker]],
  ['random', random, 'cases', [thread, worker]],
  ['refusals', refusals, 'cases', [thread, worker]],
  ['page', pages, 'cases', [thread, worker]],
  ['examples', examples, 'cases', [thread]],
];

/** In a browser of their own: WebKit lets a Worker in a tight loop of wasm run on when it is terminated. @type {typeof plan} */
const spinning = [
  ['runner', runner, 'workerCases', [worker]],
  ['page', pages, 'workerCases', [worker]],
];

/** On a page that is cross-origin isolated. @type {typeof plan} */
const isolated = [['runner', runner, 'sharedCases', [worker]]];

/** @type {typeof plan} */
const ofEmscripten = [
  ['run', run, 'cases', [thread, worker]],
  ['runner', runner, 'cases', [thread, worker]],
  ['runner', runner, 'threadCases', [thread]],
  ['random', random, 'cases', [thread, worker]],
  ['refusals', refusals, 'cases', [thread, worker]],
  ['examples', examples, 'cases', [thread]],
];

/** @param {typeof plan} entries @param {'WASI' | 'Emscripten'} [toolchain] */
const playing = (entries, toolchain = 'WASI') => (/** @type {import('./engines.js').Page} */ page) => {
  before(() => page.load('tests/pages/cases.html'));
  for (const [file, module, list, places] of entries)
    for (const { name, options } of places)
      for (const what of Object.keys(module[list]))
        test(`${file}, ${name}: ${what}`, { timeout: 60_000 }, async () => {
          const script = "return (await import('/tests/pages/play.js')).play(...args);";
          assert.equal(await page.ask(script, file, list, what, options, toolchain), '');
        });
};

describeEngines('cases', playing(plan));
describeEngines('cases of the Emscripten build', playing(ofEmscripten, 'Emscripten'));
describeEngines('tight loops', playing(spinning));
describeEngines('tight loops of the Emscripten build', playing([['runner', runner, 'workerCases', [worker]]], 'Emscripten'));
describeEngines('cases, isolated', playing(isolated), { isolate: true, skip: ['webkit'] });
describeEngines('cases of the Emscripten build, isolated', playing(isolated, 'Emscripten'), { isolate: true, skip: ['webkit'] });
