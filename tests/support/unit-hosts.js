// The hosts on which the C unit tests run. Each has a name, how many cases may run side by side, and
//   open(), close()
//   run(program, args, timeout) -> what process.js calls an Outcome
//   programs: the only ones that run on it, if not all do
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PageHost } from './page-host.js';
import { build, tests, wasmtime } from './env.js';
import { execute } from './process.js';

const side = availableParallelism();

/** A host for which each case is a process of its own. */
function processHost(name, command, env = {}) {
  return {
    name,
    together: side,
    async open() {},
    async close() {},
    run(program, args, timeout) {
      const [file, ...first] = command(program);
      return execute(file, [...first, ...args], { timeout, env });
    },
  };
}

const unit = (preset, name) => build(preset, 'tests/unit', name);

function native(preset) {
  const env = { ASAN_OPTIONS: 'abort_on_error=0:detect_stack_use_after_return=1', UBSAN_OPTIONS: 'print_stacktrace=1' };
  return processHost(preset.replace('-release', ''), (program) => [unit(preset, program)], env);
}

/** What has to do with threads, under the sanitizer for them: what CMakePresets.json builds there. */
function threads() {
  const programs = ['thread_test', 'executor_test', 'executor_threads_test'];
  return { ...native('native-tsan'), programs };
}

const nodeCase = fileURLToPath(new URL('node-case.js', import.meta.url));

export function unitHosts() {
  const wasm = (program) => unit('wasi', `${program}.wasm`);
  return [
    ...(tests('native') ? ['native-release', 'native-asan', 'native-hard'].map(native) : []),
    ...(tests('native') ? [threads()] : []),
    ...(tests('wasmtime') ? [processHost('wasmtime', (program) => [wasmtime(), 'run', wasm(program)])] : []),
    ...(tests('node') ? [
      processHost('node', (program) => [process.execPath, nodeCase, wasm(program)]),
      processHost('node-emscripten', (program) => [process.execPath, nodeCase, unit('emscripten', `${program}.mjs`)]),
    ] : []),
    ...(tests('chromium') ? [new PageHost('chromium', (program) => `/build/wasi/tests/unit/${program}.wasm`)] : []),
  ];
}
