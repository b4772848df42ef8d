/* Timeouts: limits to how long something may take.
 *
 *     CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(fetch, .page = 1), 2.5));
 *
 * or, for several awaits together:
 *
 *     corun_timeout_open(&my->timeout, 2.5);
 *     CORUN_TRY();
 *     CORUN_AWAIT(CORUN_CALL(connect));
 *     CORUN_AWAIT(CORUN_CALL(greet));
 *     CORUN_FINALLY();
 *     CORUN_AWAIT(corun_timeout_close(&my->timeout));
 *
 * A timeout that expires cancels its task; the close then turns that cancellation into CORUN_TIMEOUT. So whatever
 * runs inside gets CORUN_CANCELLED, and may clean up as long as it takes.
 *
 * A timeout is the caller's memory, usually a field of the frame; all zero is a new one. It belongs to the coroutine
 * that opens it and is used once: `my->timeout = (corun_timeout)CORUN_TIMEOUT_INIT` makes it new.
 *
 * States: created, active, expiring, expired, finished.
 */
#ifndef CORUN_TIMEOUT_H
#define CORUN_TIMEOUT_H

#include "corun/awaitable.h"
#include "corun/error.h"
#include "corun/wait.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct corun_timeout {
    struct {
        corun_task *task;
        struct corun_alarm_ *alarm; /* while it is active */
        int64_t deadline;           /* in the loop's nanoseconds */
        int32_t cancelling;         /* the task's requests to stop when it was opened */
        uint8_t state;              /* enum timeout_state in src/timeout.c */
    } private_;
} corun_timeout;

#define CORUN_TIMEOUT_INIT {{NULL, NULL, 0, 0, 0}}

/* Opens a timeout for the running task: from now, or for a time of the loop's clock, corun_loop_time. INFINITY, of
 * <math.h>, is no limit. One that has passed already expires at the next suspension.
 *
 *   returns  0
 *   CORUN_TIMEOUT_ENTERED  it has been opened before
 *   CORUN_NO_TASK  no task is running
 *   CORUN_INVALID_DELAY  the time is not a number
 *   -ENOMEM  no memory: it is not open
 *   asyncio  asyncio.timeout, asyncio.timeout_at, O1 O2 O6
 */
CORUN_API int corun_timeout_open(corun_timeout *timeout, double seconds);
CORUN_API int corun_timeout_open_at(corun_timeout *timeout, double time);

/* Gives an active timeout another time of the loop's clock; INFINITY takes the limit away.
 *
 *   returns  0
 *   CORUN_TIMEOUT_NOT_ENTERED, CORUN_TIMEOUT_EXPIRING, CORUN_TIMEOUT_EXPIRED, CORUN_TIMEOUT_FINISHED  it is not
 *            active, but what the name says
 *   CORUN_INVALID_DELAY  the time is not a number
 *   -ENOMEM  no memory; the limit is as before
 *   asyncio  Timeout.reschedule, O1
 */
CORUN_API int corun_timeout_reschedule(corun_timeout *timeout, double time);

/* Gives the time at which it expires, or expired; INFINITY without a limit.
 *
 *   asyncio  Timeout.when
 */
CORUN_API double corun_timeout_when(const corun_timeout *timeout);

/* Whether it has expired, be it still open or closed by now.
 *
 *   asyncio  Timeout.expired, O3
 */
CORUN_API bool corun_timeout_expired(const corun_timeout *timeout);

/* Ends a timeout, without a suspension. It reads and may replace the exit of the frame that awaits it, so it stands
 * behind CORUN_FINALLY. If it has expired, it takes its cancellation of the task back, and
 *   - fails with CORUN_TIMEOUT if the frame leaves with CORUN_CANCELLED and nobody else has asked for that;
 *   - leaves any other error, whose context then tells of the CORUN_TIMEOUT, any value, and a cancellation
 *     that somebody else asked for too.
 * On one that is not open it does nothing.
 *
 *   asyncio  Timeout.__aexit__, O3-O5
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_timeout_close(corun_timeout *timeout);

CORUN_API extern const corun_awaitable_type corun_wait_for_type_;

#ifdef __cplusplus
}
#endif

/* Awaits `awaitable` in the task that awaits this, for at most `seconds`: gives its value or its error, or
 * CORUN_TIMEOUT if it ended by the cancellation that it got then. However long that takes, it is waited for.
 * With 0 seconds and less, what is not done is cancelled at once, and a call never begins.
 *
 *   asyncio  asyncio.wait_for, W1
 */
#define CORUN_WAIT_FOR(what, limit) \
    ((corun_awaitable){ \
        .type = &corun_wait_for_type_, \
        .self = &(struct corun_operand_){.awaitable = (what), .seconds = (limit)}, \
        .file = __FILE__, \
        .extra = __LINE__})

#endif
