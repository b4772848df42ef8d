/* Host calls: what a program asks of whoever runs it from JavaScript, by name.
 *
 *     await run('app.wasm', { hostCalls: { async sum(bytes, { signal }) { return new Uint8Array([bytes[0] + bytes[1]]); } } });
 *
 *     CORUN_AWAIT(corun_host_call("sum", my->numbers, 2));
 *     printf("%d\n", *(const unsigned char *)CORUN_RESULT().bytes);
 *
 * Any number may be under way at a time. While one is waited for, waiting is no deadlock. Names that begin with
 * "corun." are the library's own.
 *
 * Pages, Workers and Node's JavaScript have them, and the sim loop by script. On every other host the wait fails with
 * CORUN_UNSUPPORTED.
 */
#ifndef CORUN_HOST_CALL_H
#define CORUN_HOST_CALL_H

#include "corun/awaitable.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Asks the embedder's function `name`, and waits for its answer: a value of bytes, also if there are none. Cancelling
 * the wait aborts the `signal` of that call, and goes on at once; what the function answers later is dropped.
 *
 * A function that throws ends the wait with the code that its error's `code` names ("ENOENT", "CORUN_TIMEOUT"), or
 * else with CORUN_HOST_ERROR: so do the names of codes that cancel tasks or end runs (CORUN_CANCELLED, CORUN_SYSTEM_EXIT).
 * The message of the failure is the error's name and message, "TypeError: it is not a number".
 *
 *   CORUN_BAD_ARGUMENT  there is no name, or the bytes are 2 GiB and more
 *   CORUN_UNSUPPORTED  this host has no host calls
 *   CORUN_NO_HOST_CALL  the embedder has no function of that name; the message says which it has
 *   CORUN_HOST_ERROR  the function failed
 *   -ENOMEM  no memory, also for the answer
 *   owner    `name` and `bytes` belong to the wait until it ends. The bytes of the value are the awaiting task's, as those
 *            that a coroutine returns: they live until its next await has ended
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_host_call(const char *name, const void *bytes, size_t size_bytes);

#ifdef __cplusplus
}
#endif
#endif
