// Runs a command to its end.
import { spawn } from 'node:child_process';
import { untilTheEnd } from './living.js';

/**
 * @typedef {object} Outcome
 * @property {number | null} status
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} stderr
 * @property {boolean} timedOut
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, input?: string, timeout?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export function execute(command, args, { cwd, env, input, timeout } = {}) {
  return new Promise((resolve, reject) => {
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = untilTheEnd(spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: [stdin, 'pipe', 'pipe'] }));
    const outcome = { status: null, signal: null, stdout: '', stderr: '', timedOut: false };
    const limit = timeout && setTimeout(() => {
      outcome.timedOut = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.setEncoding('utf8').on('data', (text) => { outcome.stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { outcome.stderr += text; });
    child.stdin?.on('error', () => {}); // it need not read what it is given
    child.stdin?.end(input);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(limit);
      resolve({ ...outcome, status, signal });
    });
  });
}

/** Runs a command that must succeed, and gives its output. */
export async function succeed(command, args, options) {
  const outcome = await execute(command, args, options);
  if (outcome.status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${describe(outcome)}\n${outcome.stdout}${outcome.stderr}`);
  return outcome.stdout;
}

/** @param {Outcome} outcome */
export function describe(outcome) {
  if (outcome.timedOut) return 'time limit';
  return outcome.signal ? `killed by ${outcome.signal}` : `status ${outcome.status}`;
}
