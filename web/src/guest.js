/** A guest in this thread: instance and driver behind the interface that a Worker's has too. */
import { host } from '#host';
import { Driver } from './driver.js';
import { openMachine } from './machine.js';
import { TaskWatch } from './watch.js';

/**
 * @typedef {object} Guest
 * @property {(entry: string, args: string[]) => Promise<import('./protocol.js').Outcome>} start never rejects
 * @property {() => Promise<import('./protocol.js').Outcome>} close never rejects
 * @property {() => boolean} interrupt whether somebody will see it
 * @property {number} pendingInterrupts given, and not dealt with by the guest's loop
 * @property {() => Promise<import('./tasks.js').TaskRecord[] | undefined>} tasks undefined: the guest is gone
 * @property {() => void} kill a pending start or close ends as killed
 * @property {() => Promise<void>} dispose when it will not be used again
 * @property {() => Record<string, Uint8Array> | undefined} files
 * @property {boolean} remote
 */

/**
 * @typedef {object} Streams
 * @property {import('./input.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {(changes: import('./watch.js').TaskChange[]) => void} [ontasks]
 */

/**
 * @param {import('./source.js').Loaded} loaded
 * @param {import('./options.js').GuestSettings} settings
 * @param {Streams & { perform: import('./host-calls.js').Perform, onturn?: () => void, onoutput?: () => void, onyield?: () => void }} parts
 * @returns {Promise<Guest>}
 */
export async function openGuest(loaded, settings, parts) {
  const machine = await openMachine({ loaded, settings, ...parts });
  const watch = parts.ontasks && new TaskWatch(() => machine.tasks, parts.ontasks, host.now);
  const time = { budgetMs: settings.budget ?? host.budgetMs, now: host.now };
  const driver = new Driver(machine, parts, parts.perform, time, watch);
  driver.onturn = parts.onturn ?? (() => {});
  return {
    remote: false,
    start: (entry, args) => driver.start(entry, args),
    close: () => driver.close(),
    interrupt: () => driver.interrupt(),
    get pendingInterrupts() {
      return driver.pendingInterrupts;
    },
    tasks: () => driver.tasks(),
    kill: () => driver.kill(),
    dispose: async () => parts.input.stop(),
    files: () => machine.files?.collect?.(),
  };
}
