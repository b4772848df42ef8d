// For what makes one script of it: also a classic one, which has no import.meta.
import { run } from 'corun';

globalThis.play = (options) => run('/app.wasm', { args: ['app', 'x'], stdout: 'collect', ...options }).catch(String);
document.title = 'ready';
