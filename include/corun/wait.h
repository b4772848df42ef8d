/* Waiting: for time, for the next round, for ever; for several tasks, and for one without cancelling it.
 *
 * What waits for several takes an array of awaitables, or CORUN_LIST:
 *
 *     CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(fetch, .page = 1), CORUN_CALL(fetch, .page = 2)),
 *                              my->results, 0));
 *     printf("%lld %lld", (long long)my->results[0].value.i, (long long)my->results[1].value.i);
 *
 * The array is needed until the wait has begun, no longer.
 */
#ifndef CORUN_WAIT_H
#define CORUN_WAIT_H

#include "corun/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

CORUN_API extern const corun_awaitable_type corun_sleep_type_, corun_yield_type_, corun_forever_type_;

/* Waits `seconds`, never less. 0 and below let every other ready task run once. An infinite time
 * waits until cancelled. Awaiting it fails with CORUN_INVALID_DELAY for NaN, -ENOMEM without memory
 * for the timer.
 *
 *   asyncio  asyncio.sleep, T14 L3
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_sleep(double seconds)
{
    corun_awaitable made = {&corun_sleep_type_, NULL, {0}, 0};
    made.seconds = seconds;
    return made;
}

/* Lets every other ready task run once.
 *
 *   asyncio  sleep(0), T14
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_yield(void)
{
    return corun_awaitable_of(&corun_yield_type_, NULL);
}

/* Waits until cancelled, on purpose: it is no deadlock to wait for Ctrl-C. */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_forever(void)
{
    return corun_awaitable_of(&corun_forever_type_, NULL);
}

/* What CORUN_WAIT_FOR and CORUN_SHIELD were given. */
struct corun_operand_ {
    corun_awaitable awaitable;
    double seconds;
};

/* ------------------------------------------------------------------- several */

CORUN_API extern const corun_awaitable_type corun_gather_type_, corun_wait_type_, corun_shield_type_;

/* How one of several ended. */
typedef struct corun_outcome {
    int error;         /* 0, or what it failed with */
    corun_value value; /* if error is 0 */
} corun_outcome;

enum { CORUN_RETURN_ERRORS = 1 };

/* Waits for all of `count` awaitables side by side, and writes how they ended to `results` (NULL: not wanted), in the
 * order of the awaitables. Calls and the like are spawned at once; corun_join and corun_wait_future wait for what
 * is there, and may name it twice.
 *
 * It fails with the first error, or cancellation, that one of them ends with. The others go on; what they fail with
 * later is not reported. With CORUN_RETURN_ERRORS in `flags` errors are results like others. Cancelling the wait
 * cancels all that are not done. With that flag it ends with CORUN_CANCELLED when all of them are done, without it as
 * the first of them ends: with CORUN_CANCELLED, or what its cleanup failed with.
 * -ENOMEM, or what spawning failed with: what has been spawned is cancelled, other arguments are dropped.
 * CORUN_OTHER_LOOP, CORUN_NOT_AWAITABLE; CORUN_BAD_ARGUMENT for 2^29 awaitables and more.
 *
 *   owner    `results` must live until the wait has ended. Bytes in them live until the coroutine that awaits this
 *            ends
 *   asyncio  asyncio.gather, W3
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_gather(const corun_awaitable *awaitables, size_t count,
                                                       corun_outcome *results, int flags);

enum { CORUN_ALL_COMPLETED, CORUN_FIRST_COMPLETED, CORUN_FIRST_EXCEPTION };

/* Waits until all of `count` tasks and futures, of corun_join and corun_wait_future, are done; or the first of them
 * (`until` is CORUN_FIRST_COMPLETED); or the first that fails, which a cancellation is not (CORUN_FIRST_EXCEPTION);
 * or `seconds` have passed (INFINITY, of <math.h>: no limit), which is no error. Gives, as `.i`, how many are done;
 * corun_task_done tells which. Suspends even if all are. None of them is ever cancelled by it.
 * CORUN_EMPTY_SET; CORUN_BAD_RETURN_WHEN; CORUN_NOT_FUTURE for anything else, which is not run;
 * CORUN_INVALID_DELAY; CORUN_OTHER_LOOP; -ENOMEM; CORUN_BAD_ARGUMENT for 2^29 and more.
 *
 *   owner    keeps references while it waits
 *   asyncio  asyncio.wait, W4
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_wait(const corun_awaitable *awaitables, size_t count, int until,
                                                     double seconds);

/* Several, one after the other in the order in which they end.
 *
 *     corun_as_completed_open(&my->all, CORUN_LIST(corun_join(my->a), corun_join(my->b)), INFINITY);
 *     while (corun_as_completed_left(&my->all) > 0) {
 *         CORUN_AWAIT(corun_as_completed_next(&my->all));
 *         show(CORUN_RESULT().p);
 *     }
 *
 * The caller's memory, all zero at first; the coroutine that opens it has it. */
typedef struct corun_as_completed {
    struct {
        struct corun_completions_ *all; /* valid until the coroutine that opened it ends */
    } private_;
} corun_as_completed;

#define CORUN_AS_COMPLETED_INIT {{NULL}}

/* Begins, anew if it has been used before. Calls and the like are spawned at once; the same task twice counts once.
 *
 *   returns  0
 *   CORUN_NO_TASK  no task is running
 *   CORUN_INVALID_DELAY  `seconds` is not a number
 *   CORUN_NOT_AWAITABLE, CORUN_OTHER_LOOP, -ENOMEM  as corun_gather
 *   owner    ends with the coroutine that calls this, or by corun_as_completed_close; tasks go on
 *   asyncio  asyncio.as_completed, W5
 */
CORUN_API int corun_as_completed_open(corun_as_completed *all, const corun_awaitable *awaitables, size_t count,
                                      double seconds);

/* Counts those that corun_as_completed_next has not given yet. */
CORUN_API size_t corun_as_completed_left(const corun_as_completed *all);

/* Waits for the next that ends, and gives it as `.p`: its corun_task, or its corun_future if it was
 * corun_wait_future, done. Each that is not done when the seconds have passed is a CORUN_TIMEOUT instead, and is not
 * cancelled. When none is left it gives no value.
 * CORUN_CLOSED: it was closed meanwhile.
 *
 *   owner    no reference: valid until `all` is closed, or the coroutine that opened it ends
 *   asyncio  async for task in asyncio.as_completed, W5
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_as_completed_next(corun_as_completed *all);

/* Ends it before its coroutine does. */
CORUN_API void corun_as_completed_close(corun_as_completed *all);

#ifdef __cplusplus
}
#endif

/* Awaitables, and how many they are: two arguments of what takes several. */
#define CORUN_LIST(...) \
    (const corun_awaitable[]){__VA_ARGS__}, \
        sizeof((const corun_awaitable[]){__VA_ARGS__}) / sizeof(corun_awaitable)

/* Awaits `what`, and protects it from a cancellation of the task that awaits this: a call is spawned as a task, and a
 * task or future is not cancelled with the wait, which ends with CORUN_CANCELLED then. What fails later is reported,
 * unless somebody asks.
 *
 *   asyncio  asyncio.shield, W2
 */
#define CORUN_SHIELD(what) \
    ((corun_awaitable){ \
        .type = &corun_shield_type_, \
        .self = &(struct corun_operand_){.awaitable = (what), .seconds = 0}, \
        .file = __FILE__, \
        .extra = __LINE__})

#endif
