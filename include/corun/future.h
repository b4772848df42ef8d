/* Futures: a result that somebody sets later, and that any number of tasks can wait for.
 *
 * States: pending, then cancelled or finished, never back. Whoever waits runs in a later round,
 * in the order in which the waits began. Not for results that a coroutine computes: a task is that.
 */
#ifndef CORUN_FUTURE_H
#define CORUN_FUTURE_H

#include "corun/awaitable.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a pending future of `loop` (NULL: the running one).
 *
 *   returns  0
 *   CORUN_NO_LOOP  loop is NULL and none is running in this thread
 *   -ENOMEM  no memory
 *   owner    *out_future is one reference: corun_future_release
 *   asyncio  loop.create_future
 */
CORUN_API int corun_future_create(corun_loop *loop, corun_future **out_future);

/* Takes one more reference, gives one back. Release takes NULL.
 * An error that nobody asked for is reported when the last reference goes.
 *
 *   asyncio  F5
 */
CORUN_API corun_future *corun_future_retain(corun_future *future);
CORUN_API void corun_future_release(corun_future *future);

/* Finishes a future with a value, or with an error and a message (NULL: the code's text).
 * Bytes and the message are copied. An error of CORUN_CANCELLED finishes it, as in asyncio, but
 * whoever awaits it ends cancelled.
 *
 *   returns  0
 *   CORUN_INVALID_STATE  already finished or cancelled
 *   CORUN_BAD_ARGUMENT  `error` is not negative
 *   CORUN_WRONG_THREAD  another thread runs the loop (debug mode only)
 *   -ENOMEM  no memory for the bytes; the future is still pending
 *   asyncio  Future.set_result, Future.set_exception, F1 F4
 */
CORUN_API int corun_future_set(corun_future *future, corun_value value);
CORUN_API int corun_future_fail(corun_future *future, int error, const char *message);

/* Cancels a pending future: whoever waits gets CORUN_CANCELLED.
 *
 *   returns  1 cancelled, 0 it was done already
 *   CORUN_WRONG_THREAD  another thread runs the loop (debug mode only)
 *   asyncio  Future.cancel(msg), F1 F3
 */
CORUN_API int corun_future_cancel(corun_future *future, const char *message);

/* Whether it has a result, an error, or was cancelled.
 *
 *   asyncio  Future.done
 */
CORUN_API bool corun_future_done(const corun_future *future);
/* Whether it was cancelled.
 *
 *   asyncio  Future.cancelled
 */
CORUN_API bool corun_future_cancelled(const corun_future *future);

/* Gives the value, and counts as having asked for the error.
 *
 *   returns  0, the error the future failed with, CORUN_CANCELLED if it was cancelled
 *   CORUN_INVALID_STATE  not done yet
 *   owner    bytes in the value live as long as the future
 *   asyncio  Future.result, Future.exception
 */
CORUN_API int corun_future_result(corun_future *future, corun_value *out_value);

/* Tells how a future failed: its message. NULL unless it is done and has an error, or when there was no
 * memory to note it. Asking does not count as corun_future_result does.
 *
 *   owner    lives as long as the future
 */
CORUN_API const corun_failure *corun_future_failure(const corun_future *future);

/* Waits for a future: its value, or its error. Cancelling the wait cancels the future.
 *
 *   owner    keeps a reference while it waits
 *   asyncio  await future, F3 T11 (CORUN_OTHER_LOOP)
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_wait_future(corun_future *future);

/* Has `function` called, in a later round, once the future is done; at once done means scheduled.
 *
 *   returns  0
 *   CORUN_CLOSED  the loop is closed
 *   -ENOMEM  no memory
 *   asyncio  Future.add_done_callback, F2
 */
CORUN_API int corun_future_add_done_callback(corun_future *future,
                                             void (*function)(corun_future *future, void *argument),
                                             void *argument);

/* Takes back every equal callback that is not scheduled yet.
 *
 *   returns  how many
 *   asyncio  Future.remove_done_callback, F2
 */
CORUN_API int corun_future_remove_done_callback(corun_future *future,
                                                void (*function)(corun_future *future, void *argument),
                                                void *argument);

#ifdef __cplusplus
}
#endif
#endif
