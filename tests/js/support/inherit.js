// Runs a program as `corun run` does, in a Worker with this process's own streams. Prints on stderr how
// it ended, as JSON, when that was no success.
//   inherit.js URL ENTRY [touch]     touch: make stdout non-blocking first, as Node does when it is used
import { Runner } from 'corun';

const [url, entry, touch] = process.argv.slice(2);
if (touch) process.stdout.on('error', () => {});
const runner = await Runner.open(new URL(/** @type {string} */ (url)), { stdin: 'inherit', worker: true });
process.on('SIGINT', () => runner.interrupt());
try {
  process.exitCode = (await runner.run(entry)).status;
} catch (/** @type {any} */ error) {
  console.error(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
  process.exitCode = 99;
} finally {
  await runner.close();
}
