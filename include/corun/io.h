/* Descriptors: read, write, wait until ready; the same on every host.
 *
 * A page gives descriptor 0 as its `stdin`, takes 1 and 2 as its output. Under the launcher's
 * control channel (CORUN_CONTROL=stdin) descriptor 0 is what the user typed or piped, decoded.
 * Descriptors 0 to 2 may be opened once more at their first use: do not put another file under those numbers later.
 * Cancelling one of these waits stops it at once: nothing is written to the buffer afterwards, and
 * no byte is lost.
 */
#ifndef CORUN_IO_H
#define CORUN_IO_H

#include "corun/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CORUN_READABLE = 1, CORUN_WRITABLE = 2 };

/* Reads at least one byte and at most `size_bytes` into `buffer`; the value's `.i` is how many, 0
 * at the end of the file. Fails with the negative errno of read(2), -ENOMEM.
 *
 *   owner    `buffer` belongs to the wait until it ends
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_read(int fd, void *buffer, size_t size_bytes);

/* Writes at least one byte and at most `size_bytes`; `.i` is how many, as write(2). Fails with the
 * negative errno of write(2), -ENOMEM. Bytes in C's stdio buffers are not flushed by this.
 *
 *   owner    `bytes` belong to the wait until it ends
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_write(int fd, const void *bytes, size_t size_bytes);

/* Waits until `fd` is ready for any of `events` (CORUN_READABLE, CORUN_WRITABLE); hang-up and
 * errors count as both. `.i` is which. Fails with the negative errno of the host: -EBADF,
 * CORUN_UNSUPPORTED for what it cannot wait for, CORUN_BAD_ARGUMENT for no events.
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_wait_fd(int fd, int events);

#ifdef __cplusplus
}
#endif
#endif
