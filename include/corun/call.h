/* Calls that outlive their block.
 *
 * A CORUN_CALL's arguments live on the C stack of whoever writes it, so it is awaited, spawned or run at once. What
 * runs a call more than once, or later, keeps a copy:
 *
 *     corun_call_keep(CORUN_CALL(serve, .port = 80), &my->serve);
 *     ...
 *     CORUN_CATCH_AWAIT(my->serve);  as often as one likes
 *     ...
 *     corun_call_free(my->serve);
 */
#ifndef CORUN_CALL_H
#define CORUN_CALL_H

#include "corun/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Copies a call with its arguments, and what they are, if they are awaitables that CORUN_WAIT_FOR and the like
 * were given. Any other awaitable is copied as the plain value that it is.
 *
 *   returns  0
 *   CORUN_NOT_AWAITABLE  the awaitable is empty
 *   -ENOMEM  no memory
 *   owner    *out_kept is valid until corun_call_free; what the arguments point to is the caller's
 */
CORUN_API int corun_call_keep(corun_awaitable call, corun_awaitable *out_kept);

/* Gives a kept call back. Each await and spawn of it has copied its arguments; none of them is dropped. Takes an
 * empty one. */
CORUN_API void corun_call_free(corun_awaitable kept);

#ifdef __cplusplus
}
#endif
#endif
