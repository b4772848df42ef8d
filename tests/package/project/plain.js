// A page without a bundler; ?from=URL says where else the package lies.
const own = './node_modules/corun/web/dist/corun.js';
const { CorunError, run } = await import(new URLSearchParams(location.search).get('from') ?? own);

const wasm = new URL('./app.wasm', import.meta.url);

/** How a run ends. */
window.play = (options) =>
  run(wasm, { args: ['app', 'x'], stdout: 'collect', ...options }).catch((error) => ({
    isCorunError: error instanceof CorunError,
    code: error.code,
    message: error.message,
  }));
document.title = 'ready';
