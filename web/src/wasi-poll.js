/**
 * poll_oneoff: for C code that sleeps or polls by itself. Corun's own loop does not come here; in a
 * page nothing can block, so a wait for anything but what is ready is ENOTSUP there.
 */
import { host } from '#host';
import { AGAIN, INVAL, NOTSUP, SUCCESS } from './errno.js';

const CLOCK = 0;
const READ = 1;
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const ABSOLUTE = 1;

/** @typedef {{ userdata: bigint, type: number, errno: number, wait: number }} Subscription its wait is in milliseconds */

/**
 * @param {DataView} view
 * @param {(fd: number, toRead: boolean) => number} readiness 0 ready, EAGAIN not yet, else an error
 * @param {number} from the first subscription
 * @param {number} to the first event
 * @param {number} count
 * @param {number} out
 */
export function pollOneoff(view, readiness, from, to, count, out) {
  if (count === 0) return INVAL;
  const all = Array.from({ length: count }, (_, i) => readOne(view, from + i * SUBSCRIPTION_BYTES, readiness));
  const shortest = Math.min(...all.map(({ wait }) => wait));
  // Without a clock only an event of the host could end this, and none can come while it blocks.
  if (shortest > 0 && !(shortest < Infinity && host.sleep?.(shortest))) return NOTSUP;
  const ready = all.filter(({ wait }) => wait <= Math.max(0, shortest));
  for (const { userdata, type, errno } of ready) {
    view.setBigUint64(to, userdata, true);
    view.setUint16(to + 8, errno, true);
    view.setUint8(to + 10, type);
    view.setBigUint64(to + 16, type === CLOCK ? 0n : 1n, true);
    view.setUint16(to + 24, 0, true);
    to += EVENT_BYTES;
  }
  view.setUint32(out, ready.length, true);
  return SUCCESS;
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {(fd: number, toRead: boolean) => number} readiness
 * @returns {Subscription}
 */
function readOne(view, at, readiness) {
  const userdata = view.getBigUint64(at, true);
  const type = view.getUint8(at + 8);
  const id = view.getUint32(at + 16, true); // of a clock, or a descriptor
  if (type !== CLOCK) {
    const errno = readiness(id, type === READ);
    return { userdata, type, errno, wait: errno === AGAIN ? Infinity : 0 };
  }
  const time = Number(view.getBigUint64(at + 24, true)) / 1e6;
  const now = view.getUint16(at + 40, true) & ABSOLUTE ? (id === 0 ? Date.now() : host.now()) : 0;
  return { userdata, type, errno: SUCCESS, wait: time - now };
}
