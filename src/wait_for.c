/* wait_for: a timeout around one await, in the same task. asyncio W1. */
#include "corun/timeout.h"

#include <math.h>

#include "frame.h"
#include "observer.h"
#include "operand.h"
#include "task.h"

/* Returns whether it had to be asked to stop, or an error. */
static int begin_inner(corun_task *task, const corun_awaitable *operand, corun_future **out_inner)
{
    int rc = awaitable_to_future(task->future.loop, operand, out_inner);
    return rc < 0 ? rc : future_ask_to_stop(*out_inner);
}

/* Without any time: what is not done is cancelled, and waited for by a wait that does not end as it does, so that its
 * cancellation and the task's own are not taken for each other. */
CORUN_ASYNC(stop_at_once, (corun_awaitable operand;), (corun_future *inner; int rc;))
{
    CORUN_BEGIN();
    CORUN_TRY();
    my->rc = begin_inner(corun_task_, &my->operand, &my->inner);
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    if (my->rc > 0) {
        CORUN_AWAIT(corun_wait(CORUN_LIST(corun_wait_future(my->inner)), CORUN_ALL_COMPLETED, INFINITY));
        if (corun_future_cancelled(my->inner))
            CORUN_RAISE(CORUN_TIMEOUT);
    }
    CORUN_AWAIT(corun_wait_future(my->inner));
    return corun_return_(corun_task_, &my->corun_frame_, CORUN_RESULT());
    CORUN_FINALLY();
    corun_future_release(my->inner);
    CORUN_END();
}

CORUN_DROP(stop_at_once)
{
    if (my->corun_frame_.state == FRAME_NEW)
        awaitable_drop(&my->operand);
    else
        corun_future_release(my->inner);
}

CORUN_ASYNC(wait_for, (corun_awaitable operand; double seconds;), (corun_timeout timeout; int rc;))
{
    CORUN_BEGIN();
    CORUN_TRY();
    if (my->seconds <= 0) {
        CORUN_AWAIT(CORUN_CALL(stop_at_once, .operand = my->operand));
        return corun_return_(corun_task_, &my->corun_frame_, CORUN_RESULT());
    }
    my->rc = corun_timeout_open(&my->timeout, my->seconds);
    if (my->rc < 0) {
        awaitable_drop(&my->operand);
        CORUN_RAISE(my->rc);
    }
    CORUN_AWAIT(my->operand);
    return corun_return_(corun_task_, &my->corun_frame_, CORUN_RESULT());
    CORUN_FINALLY();
    awaitable_free(&my->operand);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}
CORUN_DROP(wait_for)
{
    if (my->corun_frame_.state == FRAME_NEW)
        awaitable_drop(&my->operand);
    awaitable_free(&my->operand);
}

static void wait_for_start(void *self, corun_waiter *waiter)
{
    const struct corun_operand_ *given = self;
    operand_enter(waiter, &given->awaitable, CORUN_CALL(wait_for, .seconds = given->seconds));
}

const corun_awaitable_type corun_wait_for_type_ = {"wait_for", wait_for_start, operand_cancel_one};
