/**
 * poll_oneoff: for C code that sleeps or polls by itself. Corun's own loop does not come here; in a
 * page nothing can block, so a wait for anything but what is ready is ENOTSUP there.
 */
import { host } from '#host';

const SUCCESS = 0;
const AGAIN = 6;
const INVAL = 28;
const NOTSUP = 58;
const CLOCK = 0;
const READ = 1;
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const ABSOLUTE = 1;

/** @typedef {{ userdata: bigint, type: number, fd: number, waitMs: number, errno: number }} Subscription */

/**
 * @param {DataView} view
 * @param {(fd: number, toRead: boolean) => number} readiness 0 ready, EAGAIN not yet, else an error
 * @param {number} subscriptions
 * @param {number} events
 * @param {number} count
 * @param {number} out
 */
export function pollOneoff(view, readiness, subscriptions, events, count, out) {
  if (count === 0) return INVAL;
  const all = Array.from({ length: count }, (_, i) =>
    readOne(view, subscriptions + i * SUBSCRIPTION_BYTES, readiness),
  );
  let ready = all.filter((one) => (one.type === CLOCK ? one.waitMs <= 0 : one.errno !== AGAIN));
  if (ready.length === 0) {
    const clocks = all.filter((one) => one.type === CLOCK);
    const shortest = Math.min(...clocks.map((one) => one.waitMs));
    // Without a clock only an event of the host could end this, and none can come while it blocks.
    if (clocks.length === 0 || !sleepFor(shortest)) return NOTSUP;
    ready = clocks.filter((one) => one.waitMs <= shortest);
  }
  for (const [i, one] of ready.entries()) writeEvent(view, events + i * EVENT_BYTES, one);
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
  const fd = view.getUint32(at + 16, true);
  if (type !== CLOCK) return { userdata, type, fd, waitMs: 0, errno: readiness(fd, type === READ) };
  const timeout = Number(view.getBigUint64(at + 24, true)) / 1e6;
  const absolute = (view.getUint16(at + 40, true) & ABSOLUTE) !== 0;
  const now = fd === 0 ? Date.now() : host.now(); // at `fd` lies the clock's id
  return { userdata, type, fd, waitMs: absolute ? timeout - now : timeout, errno: SUCCESS };
}

/** @param {number} ms */
function sleepFor(ms) {
  const end = host.now() + ms;
  for (let left = ms; left > 0; left = end - host.now()) {
    if (!host.sleep(left)) return false;
  }
  return true;
}

/** @param {DataView} view @param {number} at @param {Subscription} one */
function writeEvent(view, at, one) {
  view.setBigUint64(at, one.userdata, true);
  view.setUint16(at + 8, one.errno, true);
  view.setUint8(at + 10, one.type);
  view.setBigUint64(at + 16, one.type === CLOCK ? 0n : 1n, true);
  view.setUint16(at + 24, 0, true);
}
