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

/* Copies a call with its arguments. An awaitable that was given others (CORUN_WAIT_FOR, CORUN_SHIELD, corun_gather,
 * corun_wait) is copied with those; any other is copied as the plain value that it is.
 *
 *   returns  0
 *   CORUN_NOT_AWAITABLE  the awaitable is empty
 *   -ENOMEM  no memory
 *   owner    *out_kept is valid until corun_call_free; what the arguments point to is the caller's
 */
CORUN_API int corun_call_keep(corun_awaitable call, corun_awaitable *out_kept);

/* Frees a kept call, or an empty awaitable. No CORUN_DROP runs for the kept arguments: each await and spawn had a copy
 * of its own. */
CORUN_API void corun_call_free(corun_awaitable kept);

#ifdef __cplusplus
}
#endif
#endif
