/* Running a column's commands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** Without npm's variables: under npm the `corun` command takes two quick SIGINTs for one. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

const timeLimit = 120_000;
const patience = 10_000;

/**
 * Runs a command that prints lines "name number".
 * @param {string[]} command
 * @returns {Promise<[string, number][]>}
 */
export async function numbersOf([file, ...args]) {
  const child = spawn(file, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeLimit });
  let output = '', messages = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { output += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { messages += text; });
  const [status, signal] = await once(child, 'close');
  if (status !== 0) throw new Error(`${signal ?? `status ${status}`}: ${messages.trim() || 'no message'}`);
  return output.trim().split('\n').map(parseLine);
}

function parseLine(line) {
  const [name, text, more] = line.split(' ');
  const number = Number(text);
  if (more !== undefined || !(number >= 0)) throw new Error(`not a name and a number: ${line}`);
  return [name, number];
}

/**
 * Sends two SIGINTs to a program in a tight loop. Gives the nanoseconds from the second until it, and
 * whatever shares its output, is gone.
 * @param {string[]} command
 */
export async function secondInterrupt([file, ...args]) {
  // A session of its own, so that nobody else's terminal takes part.
  const child = spawn(file, args, { env: environment, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const closed = once(child, 'close').then(([status, signal]) => ({ status, signal, at: performance.now() }));
  // SIGTERM, which the launcher hands on to the guest.
  const limit = setTimeout(() => child.kill('SIGTERM'), patience);
  try {
    await Promise.race([once(child.stdout, 'data'), closed]);
    await delay(100); // it is in its loop now
    child.kill('SIGINT');
    await delay(100);
    const begin = performance.now();
    child.kill('SIGINT');
    const { status, signal, at } = await closed;
    if (signal !== 'SIGINT') throw new Error(`the second SIGINT led to ${signal ?? `status ${status}`}`);
    return (at - begin) * 1e6;
  } finally {
    clearTimeout(limit);
  }
}
