/* Runs a program in wasmtime, which dies of Ctrl-C without a cleanup and has no other interrupt. So
 * the program gets a session of its own, where the terminal's Ctrl-C does not reach it, and a channel
 * as its standard input that carries both its input and the interrupts (control-channel.js). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CommandError, status } from './arguments.js';
import { cacheDirectory } from './cache.js';
import { findProgram } from './compilers.js';
import { ControlChannel } from './control-channel.js';
import { pumpInput } from './pump.js';
import { wasmProgram } from './program.js';
import { dieOf, endLike, onInterrupt } from './signals.js';

export const wasmtimeVersion = '48.0.8';

/** What the program exits with when an interrupt ended it. Its own statuses end at 124. */
const interruptStatus = 125;

/** Milliseconds until an interrupt that lies unread counts as ignored. */
const patience = 500;

/** @returns {string | null} where wasmtime is */
export function findWasmtime() {
  const own = process.env.CORUN_WASMTIME;
  if (own) return findProgram(own);
  const cached = join(cacheDirectory(), `wasmtime-${wasmtimeVersion}`, 'bin', 'wasmtime');
  return findProgram('wasmtime') ?? findProgram(cached);
}

/** @param {import('./run.js').Request} request */
export async function runOn(request) {
  const { path } = await wasmProgram(request.file, request);
  return launch(request, path);
}

/**
 * Starts a program that is there and stays with it.
 * @param {import('./run.js').Request} request
 * @param {string} path of the .wasm
 * @returns {Promise<number>} the exit status
 */
export async function launch(request, path) {
  const wasmtime = findWasmtime();
  if (!wasmtime) {
    throw new CommandError('there is no wasmtime; tools/setup brings it, or cargo install --locked '
                           + `wasmtime-cli --version ${wasmtimeVersion}`, status.notFound);
  }
  const channel = ControlChannel.open();
  const child = spawn(wasmtime, wasmtimeArguments(request, path), {
    detached: true, // setsid: a session of its own
    stdio: [channel.readEnd, 'inherit', 'inherit'],
  });
  channel.closeReadEnd();
  return attend(child, channel, request.grace);
}

function wasmtimeArguments({ args, env, dirs }, path) {
  const settings = { ...env, CORUN_CONTROL: 'stdin', CORUN_INTERRUPT_STATUS: String(interruptStatus) };
  return [
    'run',
    `--argv0=${args[0]}`,
    ...Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`),
    ...Object.entries(dirs).map(([guest, host]) => `--dir=${host}::${guest}`),
    path,
    ...args.slice(1),
  ];
}

async function attend(child, channel, grace) {
  const ended = new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new CommandError(error.message, status.notRunnable)));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const interrupts = forwardInterrupts(child, channel, grace);
  forwardJobControl(child);
  const stopPump = pumpInput(channel);
  const { code, signal } = await ended;
  interrupts.stop();
  stopPump();
  channel.close();
  const interrupted = interrupts.killed || (interrupts.sent && code === interruptStatus);
  return interrupted ? dieOf('SIGINT') : endLike(code, signal);
}

/** The first Ctrl-C asks; one that finds the request before it unread, or whose own lies unread half a
 * second later, kills: the program is in a tight loop. */
function forwardInterrupts(child, channel, grace) {
  const state = { sent: false, killed: false, stop };
  const timers = new Set();
  function stop() {
    for (const timer of timers) clearTimeout(timer);
  }
  const after = (milliseconds, action) => timers.add(setTimeout(action, milliseconds));
  const kill = () => { state.killed = child.kill('SIGKILL'); };
  onInterrupt(() => {
    if (channel.hasUnreadInterrupt()) return kill();
    const first = !state.sent;
    state.sent = true;
    channel.interrupt();
    if (first && grace !== undefined) after(grace, kill);
    after(patience, () => {
      if (!channel.hasUnreadInterrupt()) return;
      if (!first) kill();
      else process.stderr.write('corun: cannot reach the program; Ctrl-C again kills it\n');
    });
  });
  return state;
}

/** A session of its own also means that the terminal stops, continues and resizes only this process.
 * SIGSTOP, since a group without a shell above it ignores the terminal's SIGTSTP. */
function forwardJobControl(child) {
  const stopBoth = () => {
    child.kill('SIGSTOP');
    process.removeListener('SIGTSTP', stopBoth);
    process.kill(process.pid, 'SIGTSTP');
  };
  process.on('SIGTSTP', stopBoth);
  process.on('SIGCONT', () => {
    child.kill('SIGCONT');
    if (!process.listeners('SIGTSTP').includes(stopBoth)) process.on('SIGTSTP', stopBoth);
  });
  for (const signal of /** @type {const} */ (['SIGWINCH', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])) {
    process.on(signal, () => child.kill(signal));
  }
}
