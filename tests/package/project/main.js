// A page that goes through a bundler. `own`: with a workerUrl that this one gives.
import { CorunError, run } from 'corun';
import workerUrl from 'corun/worker.js?url';

const wasm = new URL('./app.wasm', import.meta.url);

window.play = ({ own, ...options }) =>
  run(wasm, { args: ['app', 'x'], stdout: 'collect', ...options, ...(own ? { workerUrl } : {}) }).catch((error) => ({
    isCorunError: error instanceof CorunError,
    code: error.code,
    message: error.message,
  }));
document.title = 'ready';
