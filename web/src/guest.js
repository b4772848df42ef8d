/** A guest in this thread: instance and driver behind the interface that a Worker's has too. */
import { Driver } from './driver.js';
import { part } from './errors.js';
import { openMachine } from './machine.js';

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
 */

/**
 * @typedef {object} Streams
 * @property {import('./streams.js').Input} input
 * @property {(import('./output.js').Output | undefined)[]} outputs by descriptor
 * @property {(changes: import('./watch.js').TaskChange[]) => void} [ontasks]
 * @property {import('./options.js').OpenOptions} [options] whose functions perform the guest's calls
 * @property {(error: unknown) => void} [onfail] called when a part that the guest needs cannot be loaded
 */

/**
 * @typedef {object} GuestParts
 * @property {() => void} [onoutput]
 * @property {() => void} [onyield]
 */

/**
 * @param {import('./source.js').Loaded} loaded
 * @param {import('./options.js').GuestSettings} settings
 * @param {Streams & import('./driver.js').DriverParts & GuestParts} parts
 * @returns {Promise<Guest>}
 */
export async function openGuest(loaded, settings, parts) {
  const machine = await openMachine({ loaded, settings, ...parts });
  const driver = new Driver(machine, parts, settings.budget);
  if (parts.perform || parts.options?.hostCalls || parts.options?.fetch) await driver.loadCalls();
  if (parts.ontasks) driver.watched = (await part(import('./watch.js'))).watchTurns(machine, parts.ontasks, driver);
  return driver;
}
