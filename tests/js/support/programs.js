// The programs that these tests run, compiled by the presets `wasi` and `emscripten`.
import { test as anyTest } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build, tests } from '../../support/env.js';

export { record, rejection } from '../cases/support.js';

/** A test that needs programs compiled for Node. */
export const test = tests('node') ? anyTest : anyTest.skip;

/** @param {string} name of a file in tests/js/programs */
export const program = (name) => pathToFileURL(build('wasi', 'tests', 'js', 'programs', `${name}.wasm`));

/** tests/js/programs/kit.c and kit/: one entry for each way to behave. */
export const kit = program('kit');

/** tests/js/programs/calls.c: host calls in every way. */
export const calls = program('calls');

/** tests/js/programs/fetches.c: corun_fetch in every way. */
export const fetches = program('fetches');

/** @param {string} name of a file in examples/ */
export const example = (name) => pathToFileURL(build('wasi', 'examples', `${name}.wasm`));

/** @param {string} name @param {string} extension */
export const emscripten = (name, extension) => pathToFileURL(build('emscripten', `${name}${extension}`));

/** Both places where a guest can run. */
export const places = [
  { name: 'this thread', options: {} },
  { name: 'a Worker', options: { worker: true } },
];
