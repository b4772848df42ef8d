/* shield: waits for a task that goes on if the wait is cancelled. asyncio W2.
 *
 * The waiting task's own entry stands among what waits for the inner task, as that of a join does, but is told of
 * the end a round earlier: asyncio's outer future takes that hop. Nothing is left behind by a wait that ends.
 */
#include "shield.h"

#include "corun/wait.h"
#include "frame.h"
#include "operand.h"
#include "task.h"

/* ----------------------------------------------------------------- a future */

/* From here on it is a join like any other. */
void shield_told(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    task->future.awaitable = corun_wait_future(task->future.awaitable.self);
    task->future.wait = WAIT_WOKEN;
    task->entry.run = task_resume_joined;
    loop_ready(task->future.loop, &task->entry);
}

static void shielded_start(void *self, corun_waiter *waiter)
{
    corun_future *future = self;
    corun_task *task = task_of_waiter(waiter);
    corun_awaitable plain = corun_wait_future(future);
    if (future->state != FUTURE_PENDING || future == &task->future || future->loop != task->future.loop) {
        plain.type->start(self, waiter);
        return;
    }
    corun_future_retain(future);
    task->entry.run = shield_told;
    ring_append(&future->waiters, &task->entry.link);
}

static void shielded_cancel(void *self, corun_waiter *waiter)
{
    corun_future *future = self;
    corun_task *task = task_of_waiter(waiter);
    if (future->state == FUTURE_PENDING)
        ring_remove(&future->waiters, &task->entry.link);
    else
        loop_unready(task->future.loop, &task->entry);
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
    corun_future_release(future); /* last: what goes with it may run code, which may cancel */
}

static const corun_awaitable_type shielded_type = {"shield", shielded_start, shielded_cancel};

corun_awaitable shield_future(corun_future *future)
{
    return corun_awaitable_of(&shielded_type, future);
}

/* ---------------------------------------------------------------- anything */

CORUN_ASYNC(shield, (corun_awaitable operand;), (corun_future *inner; int rc;))
{
    CORUN_BEGIN();
    CORUN_TRY();
    my->rc = awaitable_to_future(corun_task_->future.loop, &my->operand, &my->inner);
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    CORUN_AWAIT(shield_future(my->inner));
    return corun_return_(corun_task_, &my->corun_frame_, CORUN_RESULT());
    CORUN_FINALLY();
    corun_future_release(my->inner);
    awaitable_free(&my->operand);
    CORUN_END();
}
CORUN_DROP(shield)
{
    if (my->corun_frame_.state == FRAME_NEW)
        awaitable_drop(&my->operand);
    else
        corun_future_release(my->inner);
    awaitable_free(&my->operand);
}

/* A wait for a future or task needs no coroutine. */
static void shield_start(void *self, corun_waiter *waiter)
{
    const struct corun_operand_ *given = self;
    corun_task *task = task_of_waiter(waiter);
    corun_future *future = future_of_awaitable(&given->awaitable);
    if (!future) {
        operand_enter(waiter, &given->awaitable, CORUN_CALL(shield));
        return;
    }
    task->future.awaitable = shield_future(future);
    shielded_start(future, waiter);
}

const corun_awaitable_type corun_shield_type_ = {"shield", shield_start, operand_cancel_one};
