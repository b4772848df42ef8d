/* Waiting for structs of a program's: what the kinds of them share. */
#include "waiters.h"

void waiter_parked(struct entry *entry)
{
    (void)entry;
}

static void forget_waiter(corun_waiters_ *waiters, corun_task *task)
{
    if (waiter_is_parked(task))
        waiters_remove(waiters, task);
    else
        loop_unready(task->future.loop, &task->entry);
    corun_waiter_done(waiter_of_task(task), CORUN_CANCELLED, NULL);
}

void waiter_cancel(corun_waiters_ *waiters, corun_task *task, void (*turn)(struct entry *entry))
{
    if (task->future.wait == WAIT_ABANDONED) {
        forget_waiter(waiters, task);
    } else if (waiter_is_parked(task)) {
        waiters_remove(waiters, task);
        task->future.task_flags |= TASK_WAIT_CANCELLED;
        waiter_make_due(task, turn);
    } else {
        task->future.task_flags |= TASK_MUST_CANCEL;
    }
}
