/* Runs a program in this process, in a Worker: so Ctrl-C is heard also while the program computes. */
import { CorunError, Runner } from '../src/index.js';
import { CommandError, status } from './arguments.js';
import { standardInput } from './input.js';
import { wasmProgram } from './program.js';
import { dieOf, onInterrupt } from './signals.js';

/** What a shell shows for a process that aborted; wasmtime ends so after a trap. */
const trapped = 134;

/** @param {import('./run.js').Request} request */
export async function runOn({ file, args, env, dirs, lint, grace }) {
  const { module } = await wasmProgram(file, { lint });
  const runner = await Runner.open(module, {
    args,
    env,
    stdin: standardInput() ?? 'inherit',
    worker: true,
    ...(Object.keys(dirs).length ? { dirs } : {}),
    ...(grace === undefined ? {} : { grace: Math.max(1, grace) }),
  });
  onInterrupt(() => {
    const stuck = runner.pendingInterrupts > 0;
    if (stuck || !runner.interrupt()) dieOf('SIGINT');
  });
  return end(await settle(runner, args), file);
}

async function settle(runner, args) {
  const result = await runner.run('main', { args }).catch((error) => ({ error }));
  const closed = await runner.close().catch((error) => ({ error }));
  return { ...result, ...closed, error: result.error ?? closed.error };
}

function end({ status: exitStatus, error }, file) {
  if (!error) return exitStatus;
  if (error.name === 'AbortError' || error.code === 'EKILLED') return dieOf('SIGINT');
  if (error.code === 'EMODULE') throw new CommandError(error.message, status.notRunnable);
  if (error instanceof WebAssembly.RuntimeError) {
    process.stderr.write(`corun: ${file} trapped: ${error.message}\n`);
    return trapped;
  }
  const text = error instanceof CorunError ? error.explain() : `${error.code ?? error.name}: ${error.message}\n`;
  process.stderr.write(`corun: main failed: ${text}`);
  return exitStatus ?? status.failed;
}
