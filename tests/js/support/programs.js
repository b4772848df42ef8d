// The programs that these tests run, compiled by the presets `wasi` and `emscripten`.
import assert from 'node:assert/strict';
import { test as anyTest } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build, tests } from '../../support/env.js';

/** A test that needs programs compiled for Node. */
export const test = tests('node') ? anyTest : anyTest.skip;

/** tests/js/programs/kit.c: one entry for each way to behave. */
export const kit = pathToFileURL(build('wasi', 'tests', 'js', 'programs', 'kit.wasm'));

/** tests/js/programs/calls.c: host calls in every way. */
export const calls = pathToFileURL(build('wasi', 'tests', 'js', 'programs', 'calls.wasm'));

/** tests/js/programs/fetches.c: corun_fetch in every way. */
export const fetches = pathToFileURL(build('wasi', 'tests', 'js', 'programs', 'fetches.wasm'));

/** @param {string} name of a file in examples/ */
export const example = (name) => pathToFileURL(build('wasi', 'examples', `${name}.wasm`));

/** @param {string} name @param {string} extension */
export const emscripten = (name, extension) => pathToFileURL(build('emscripten', `${name}${extension}`));

/** Both places where a guest can run. */
export const places = [
  { name: 'this thread', options: {} },
  { name: 'a Worker', options: { worker: true } },
];

/** Text that grows, and promises for when it holds something. */
export function record() {
  let text = '';
  /** @type {{ wanted: string, resolve: () => void }[]} */
  let waiting = [];
  const receive = (/** @type {string} */ part) => {
    text += part;
    waiting = waiting.filter(({ wanted, resolve }) => (text.includes(wanted) ? resolve() : true));
  };
  /** @param {string} wanted */
  const saw = (wanted) =>
    text.includes(wanted)
      ? Promise.resolve()
      : new Promise((resolve) => {
          waiting.push({ wanted, resolve: () => resolve(undefined) });
        });
  /** Resolves when it comes once more. @param {string} wanted */
  const next = async (wanted) => {
    text = text.replaceAll(wanted, '');
    await saw(wanted);
  };
  return {
    receive,
    saw,
    next,
    get text() {
      return text;
    },
  };
}

/**
 * What a promise rejects with; fails if it resolves.
 *
 * @param {Promise<unknown>} promise
 * @returns {Promise<any>}
 */
export async function rejection(promise) {
  const nothing = {};
  const reason = await promise.then(
    () => nothing,
    (error) => error,
  );
  assert.notEqual(reason, nothing, 'it was expected to reject');
  return reason;
}
