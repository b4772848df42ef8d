/* Runs a program as a process in the foreground: the terminal's Ctrl-C reaches it by itself. */
import { spawn } from 'node:child_process';
import { CommandError, status, usageError } from './arguments.js';
import { nativeProgram } from './program.js';
import { dieOf, endLike, onInterrupt } from './signals.js';

/** @param {import('./run.js').Request} request */
export async function runOn({ file, args, env, dirs, lint, grace }) {
  if (Object.keys(dirs).length) throw usageError('--dir is for WebAssembly: a native program sees every directory');
  const path = await nativeProgram(file, { lint });
  const limit = killAfter(() => child.kill('SIGKILL'), grace); // first: the program may be seen, and interrupted, at once
  const child = spawn(path, args.slice(1), { argv0: args[0], env: { ...process.env, ...env }, stdio: 'inherit' });
  const ended = new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new CommandError(`${file}: ${error.message}`, status.notRunnable)));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGQUIT', () => {}); // the terminal's, which the program may hear: if it shows its tasks, or has a handler
  const { code, signal } = await ended;
  clearTimeout(limit.timer);
  return limit.passed ? dieOf('SIGINT') : endLike(code, signal);
}

/** Also keeps Ctrl-C from ending this process before the program's cleanup has. */
function killAfter(kill, grace) {
  const limit = { passed: false, timer: undefined };
  onInterrupt(() => {
    if (grace === undefined || limit.timer) return;
    limit.timer = setTimeout(() => { limit.passed = kill(); }, grace);
  });
  return limit;
}
