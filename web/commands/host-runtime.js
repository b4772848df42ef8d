/* Runs a program in a WASI runtime, which dies of Ctrl-C without a cleanup and has no other interrupt. So
 * the program gets a session of its own, where the terminal's Ctrl-C does not reach it, and a channel
 * as its standard input that carries both its input and the interrupts (control-channel.js). */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommandError, asArgument, status } from './arguments.js';
import { ControlChannel } from './control-channel.js';
import { Guard } from './guard.js';
import { pumpInput } from './pump.js';
import { wasmProgram } from './program.js';
import { findRuntime, knownRuntime } from './runtimes.js';
import { endLike, onInterrupt } from './signals.js';

/** What the program exits with when an interrupt ended it. Its own statuses end at 124. */
const interruptStatus = 125;

/** Milliseconds until an interrupt that lies unread counts as ignored. */
const patience = 500;

/** @param {import('./run.js').Request} request */
export async function runOn(request) {
  const runtime = knownRuntime(request.runtime);
  const { path } = await wasmProgram(request.file, request);
  const command = findRuntime(request.runtime);
  const named = runtime.namesByFile ? linkByName(path, request.args[0]) : { path: asArgument(path), remove() {} };
  const { code, signal } = await launch({ ...runtime, command }, { ...request, path: named.path }).finally(named.remove);
  return endLike(code, signal);
}

/** A file of that name, for runtimes that tell a program its file's name as its own. */
function linkByName(path, name) {
  const directory = mkdtempSync(join(tmpdir(), 'corun-'));
  const link = join(directory, name);
  symlinkSync(resolve(path), link);
  return { path: link, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/**
 * Starts a program that is there and stays with it.
 * @param {import('./runtimes.js').Runtime & { command: string[] }} runtime
 * @param {import('./run.js').Request & { path: string }} request
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} how to end
 */
async function launch(runtime, { path, args, env, dirs, grace }) {
  const settings = { ...env, CORUN_CONTROL: 'stdin', CORUN_INTERRUPT_STATUS: String(interruptStatus) };
  const line = runtime.line({ path, args, env: settings, dirs });
  return attend([...runtime.command, ...line], grace);
}

/** Starts a command and stays with it to its end. */
async function attend(command, grace) {
  // The signals first: the program may be seen, and interrupted, at once; and what is temporary must go.
  const send = (signal) => child.kill(signal);
  const interrupts = forwardInterrupts(send, () => channel, grace);
  forwardJobControl(send);
  const channel = ControlChannel.open();
  const guard = new Guard(grace);
  const child = guard.spawn(command, [channel.readEnd, 'inherit', 'inherit']);
  channel.closeReadEnd();
  const ended = new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new CommandError(error.message, status.notRunnable)));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const stopPump = pumpInput(channel);
  const { code, signal } = await ended.finally(async () => {
    stopPump(); // also where nothing has started: what reads would keep this process
    interrupts.stop();
    await guard.end();
    channel.close();
  });
  const interrupted = interrupts.killed || (interrupts.sent && code === interruptStatus);
  return interrupted ? { code: null, signal: 'SIGINT' } : { code, signal };
}

/** The first Ctrl-C asks; one that finds the request before it unread, or whose own lies unread half a
 * second later, kills: the program is in a tight loop. */
function forwardInterrupts(send, channelOf, grace) {
  const state = { sent: false, killed: false, stop };
  const timers = new Set();
  function stop() {
    for (const timer of timers) clearTimeout(timer);
  }
  const after = (milliseconds, action) => timers.add(setTimeout(action, milliseconds));
  const kill = () => { state.killed = send('SIGKILL'); };
  onInterrupt(() => {
    const channel = channelOf();
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
 * SIGSTOP, since a group without a shell above it ignores the terminal's SIGTSTP. So may this process's own: then
 * it goes on at once, as it does after a stop, and so must the program. */
function forwardJobControl(send) {
  const stopBoth = () => {
    send('SIGSTOP');
    process.removeListener('SIGTSTP', stopBoth);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', stopBoth);
    send('SIGCONT');
  };
  process.on('SIGTSTP', stopBoth);
  process.on('SIGCONT', () => send('SIGCONT'));
  for (const signal of /** @type {const} */ (['SIGWINCH', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])) {
    process.on(signal, () => send(signal));
  }
}
