// Counts what a library could leave behind.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Kinds of what holds a process that come and go by themselves are not among these. */
const KINDS = ['Timeout', 'Immediate', 'MessagePort', 'TCPSocketWrap', 'TCPServerWrap'];
const EVENTS = ['SIGINT', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning'];

/** How much there is of what a library must end by itself, by kind. @returns {Record<string, number>} */
export function alive() {
  const active = process.getActiveResourcesInfo();
  return {
    ...Object.fromEntries(KINDS.map((kind) => [kind, active.filter((other) => other === kind).length])),
    ...Object.fromEntries(EVENTS.map((event) => [event, process.listenerCount(event)])),
    // Each Worker is one, and also when nothing waits for it.
    threads: readdirSync('/proc/self/task').length,
  };
}

/** @type {unknown[] | undefined} from the first use on */
let unhandled;

function watchRejections() {
  if (unhandled) return;
  unhandled = [];
  process.on('unhandledRejection', (error) => unhandled?.push(error));
}

const counts = () => ({ ...alive(), unhandled: unhandled?.map(String) });

/**
 * Gives a function that fails if there is more then than now. What is made once for all, `warmUp` brings about.
 *
 * @param {() => Promise<unknown>} warmUp
 */
export async function noLeak(warmUp) {
  watchRejections();
  await warmUp();
  await sleep(50);
  const before = counts();
  return async () => {
    // What was ended goes by and by, a Worker's thread above all.
    for (let tries = 0; tries < 40; tries++) {
      if (JSON.stringify(counts()) === JSON.stringify(before)) return;
      await sleep(50);
    }
    assert.deepEqual(counts(), before);
  };
}
