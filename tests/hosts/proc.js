// Looking at processes, as Linux shows them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { corun } from './command.js';

/** The processes that one has started, in that order, each followed by its own. @returns {number[]} */
export function descendants(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean));
  return children.flatMap((child) => [Number(child), ...descendants(child)]);
}

const commandOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

/** A letter as in ps, or `gone`. */
export const stateOf = (pid) => (existsSync(`/proc/${pid}`) ? / (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\)/s, ''))[1] : 'gone');

/** Ended, also where nobody asks how. */
export const isOver = (pid) => ['gone', 'Z'].includes(stateOf(pid));

export async function until(condition) {
  while (!condition()) await setTimeout(10);
}

const isGuard = (pid) => commandOf(pid)[3] === 'corun-guard';

/** The run itself below a process: `corun run`, the program that it has started, and what looks after that. */
export function processesOf(pid) {
  const launcher = [pid, ...descendants(pid)].find((other) => commandOf(other)[1] === corun);
  const below = descendants(launcher);
  return { launcher, program: below.find((other) => !isGuard(other)), others: below.filter(isGuard) };
}
