// A page that goes through a bundler. `own`: with a workerUrl that the bundler gives; `script`: Emscripten's build.
import { CorunError, run } from 'corun';
import workerUrl from 'corun/worker.js?url';

const wasm = new URL('./app.wasm', import.meta.url);
const script = new URL('./emscripten/app.mjs', import.meta.url);
const wasmOfScript = new URL('./emscripten/app.wasm', import.meta.url);

window.play = ({ own, script: scripted, ...options }) =>
  run(scripted ? script : wasm, {
    args: ['app', 'x'],
    stdout: 'collect',
    ...options,
    ...(own ? { workerUrl } : {}),
    ...(scripted ? { wasm: wasmOfScript } : {}),
  }).catch((error) => ({
    isCorunError: error instanceof CorunError,
    code: error.code,
    message: error.message,
  }));
document.title = 'ready';
