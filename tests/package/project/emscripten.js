// Node with a build of Emscripten's: on this thread and in a Worker.
import { run } from 'corun';

const script = new URL(process.env.SCRIPT, import.meta.url);
const results = [];
for (const worker of [false, true])
  results.push(await run(script, { args: ['app', 'x'], stdout: 'collect', worker }));
console.log(JSON.stringify(results));
