// Looking at processes, as Linux shows them.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { corun } from './command.js';

/** What /proc says of a process, or `nothing` if that has gone, which it may do at any time. */
function ask(read, path, nothing) {
  try {
    return read(`/proc/${path}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(error.code)) return nothing;
    throw error;
  }
}

const contents = (path) => ask(readFileSync, path, '');

/** The processes that one has started, in that order, each followed by its own. @returns {number[]} */
function descendants(pid) {
  const tasks = ask(readdirSync, `${pid}/task`, []);
  const children = tasks.flatMap((task) => contents(`${pid}/task/${task}/children`).split(' ').filter(Boolean));
  return children.flatMap((child) => [Number(child), ...descendants(child)]);
}

const commandOf = (pid) => contents(`${pid}/cmdline`).split('\0');

/** A letter as in ps, or `gone`. */
export const stateOf = (pid) => / (\w) /.exec(contents(`${pid}/stat`).replace(/.*\)/s, ''))?.[1] ?? 'gone';

/** Ended, also where nobody asks how. */
export const isOver = (pid) => ['gone', 'Z'].includes(stateOf(pid));

/** Waits, but not for ever: a test that has run out of time must not hold the whole run. */
export async function until(condition) {
  for (let left = 9000; !condition(); left--) {
    if (left === 0) throw new Error('it did not come to that');
    await setTimeout(10);
  }
}

const isGuard = (pid) => commandOf(pid)[3] === 'corun-guard';

/** The run itself below a process: `corun run`, the program that it has started, and what looks after that. */
export function processesOf(pid) {
  const launcher = [pid, ...descendants(pid)].find((other) => commandOf(other)[1] === corun);
  const below = descendants(launcher);
  return { launcher, program: below.find((other) => !isGuard(other)), others: below.filter(isGuard) };
}
