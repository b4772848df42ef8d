// The hosts on which C tests run. Each has a name, a platform, how many cases may run side by side, and
//   open(), close()
//   runs(kind)                  whether cases of this kind run there
//   programs                    the only ones that run on it, if not all do
//   run(program, args, timeout) -> what process.js calls an Outcome
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PageHost } from './page-host.js';
import { browsers, build, tests, wasmtime } from './env.js';
import { execute } from './process.js';

const side = availableParallelism();

/** A host for which each case is a process of its own. */
function processHost(name, command, { platform = name, runs = () => true, env = {} } = {}) {
  return {
    name,
    platform,
    runs,
    together: side,
    async open() {},
    async close() {},
    run(program, args, timeout) {
      const [file, ...first] = command(program);
      return execute(file, [...first, ...args], { timeout, env });
    },
  };
}

function native(preset, program) {
  const env = { ASAN_OPTIONS: 'abort_on_error=0:detect_stack_use_after_return=1', UBSAN_OPTIONS: 'print_stacktrace=1' };
  return processHost(preset.replace('-release', ''), (name) => [program(preset, name)], { platform: 'native', env });
}

/** What has to do with threads, under the sanitizer for them: what CMakePresets.json builds there. */
function threads(program) {
  const programs = ['thread_test', 'executor_test', 'executor_threads_test'];
  return { ...native('native-tsan', program), programs };
}

/** The loop of other systems. On the sim loop it is what native-asan is. */
function poll(program) {
  return { ...native('native-poll', program), platform: 'native-poll' };
}

const nodeCase = fileURLToPath(new URL('node-case.js', import.meta.url));

/** A Node that runs the module of `file`, driven in turns. */
function node(name, file) {
  return processHost(name, (program) => [process.execPath, nodeCase, file(program)], { platform: 'node', runs: mayNotBlock });
}

/** Where the host drives the loop, a case that blocks on the host's own one has no place. */
const mayNotBlock = (kind) => kind !== 'host';

/** One engine is enough to see that C does in a page what it does elsewhere; the scenarios run in all. */
function pages(folder) {
  return browsers.filter(tests).filter((name) => name === 'chromium' || folder === 'tests/conformance');
}

/** The hosts for the programs of one folder of C tests. */
export function cHosts(folder) {
  const built = (preset, name) => build(preset, folder, name);
  const wasm = (program) => built('wasi', `${program}.wasm`);
  return [
    ...(tests('native') ? ['native-release', 'native-asan', 'native-hard'].map((preset) => native(preset, built)) : []),
    ...(tests('native') ? [poll(built)] : []),
    ...(tests('native') && folder === 'tests/unit' ? [threads(built)] : []),
    ...(tests('wasmtime') ? [processHost('wasmtime', (program) => [wasmtime(), 'run', wasm(program)])] : []),
    ...(tests('node') ? [
      node('node', wasm),
      node('node-emscripten', (program) => built('emscripten', `${program}.mjs`)),
    ] : []),
    ...pages(folder).map((name) => new PageHost(name, (program) => `/build/wasi/${folder}/${program}.wasm`, mayNotBlock)),
  ];
}
