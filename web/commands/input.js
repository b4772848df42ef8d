import { createReadStream, fstatSync, openSync, readlinkSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * Gives standard input as a stream where there is a better one than process.stdin, else undefined.
 *
 * A pipe is opened anew where that is possible: Node makes what it reads non-blocking, which everybody
 * who shares an open pipe with us would see. One that has a name is not: to open it would wait for a
 * writer, who may have come and gone. A file is read in larger chunks than process.stdin does.
 * A directory cannot be read, which process.stdin would not say.
 * @returns {import('node:stream').Readable | undefined}
 */
export function standardInput() {
  const kind = fstatSync(0);
  if (kind.isFile() || kind.isDirectory()) return createReadStream('', { fd: 0, autoClose: false, highWaterMark: 1 << 18 });
  if (kind.isFIFO() && !hasName(0)) {
    try {
      return new Socket({ fd: openSync('/proc/self/fd/0', 'r'), readable: true, writable: false });
    } catch {
      // Not our pipe to open.
    }
  }
  return undefined;
}

/** Whether a FIFO has a name in a directory, which a pipe has not. Only Linux tells. */
function hasName(fd) {
  try {
    return !readlinkSync(`/proc/self/fd/${fd}`).startsWith('pipe:');
  } catch {
    return true;
  }
}
