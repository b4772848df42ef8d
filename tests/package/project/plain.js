// A page without a bundler; ?from=URL says where else the package lies.
const own = './node_modules/corun/web/dist/corun.js';
const { CorunError, run } = await import(new URLSearchParams(location.search).get('from') ?? own);

const wasm = new URL('./app.wasm', import.meta.url);
const script = new URL('./emscripten/app.mjs', import.meta.url);

/** How a run ends; `script`: of Emscripten's build. */
window.play = ({ script: scripted, ...options }) =>
  run(scripted ? script : wasm, { args: ['app', 'x'], stdout: 'collect', ...options }).catch((error) => ({
    isCorunError: error instanceof CorunError,
    code: error.code,
    message: error.message,
  }));
document.title = 'ready';
