// Node with the installed package: on this thread and in a Worker.
import { CorunError, Runner, run } from 'corun';

const wasm = new URL('./app.wasm', import.meta.url);
const results = [];
for (const worker of [false, true])
  results.push(await run(wasm, { args: ['app', 'x'], stdout: 'collect', worker }));
const error = await run(new URL('./none.wasm', import.meta.url)).catch((reason) => reason);
console.log(JSON.stringify({ results, runner: typeof Runner.open, code: error instanceof CorunError && error.code }));
