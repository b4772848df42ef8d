// The programs that these tests run, compiled by the presets `wasi` and `emscripten`.
import { test as anyTest } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build, tests } from '../../support/env.js';

export { record, rejection } from '../cases/support.js';

/** A test that needs programs compiled for Node. */
export const test = tests('node') ? anyTest : anyTest.skip;

/** tests/js/programs/kit.c and kit/: one entry for each way to behave. */
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
