/* Waiting for time, for the next round, and for ever. */
#include <math.h>

#include "corun/wait.h"
#include "duration.h"
#include "task.h"

/* Lets others go first, and goes on with nothing. */
static void wake_with_nothing(corun_task *task)
{
    outcome_set(&task->future.outcome, 0, NULL);
    task_wake(task);
}

/* ------------------------------------------------------------------- yield */

static void yield_start(void *self, corun_waiter *waiter)
{
    (void)self;
    wake_with_nothing(task_of_waiter(waiter));
}

/* It has queued its task, which a cancellation finds woken, not waiting. */
const corun_awaitable_type corun_yield_type_ = {"yield", yield_start, cancel_nothing};

/* ------------------------------------------------------------------- sleep */

/* The expired timer's own turn; the task's comes a round later, as in asyncio, or a sleeper would overtake
 * a call_later that expired with it. */
static void sleep_due(struct entry *entry)
{
    corun_waiter_done(waiter_of_task(task_of_entry(entry)), 0, NULL);
}

static void sleep_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    corun_loop *loop = task->future.loop;
    double seconds = task->future.awaitable.seconds;
    int64_t deadline;
    int rc;
    (void)self;
    if (isnan(seconds)) {
        corun_waiter_done(waiter, CORUN_INVALID_DELAY, NULL);
        return;
    }
    if (seconds <= 0) {
        wake_with_nothing(task);
        return;
    }
    deadline = time_after(backend_now(&loop->backend), seconds);
    task->entry.run = sleep_due;
    rc = timer_arm(&loop->timers, &task->entry, deadline);
    if (rc < 0)
        corun_waiter_done(waiter, rc, NULL);
}

static void sleep_cancel(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    (void)self;
    loop_withdraw(task->future.loop, &task->entry);
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

const corun_awaitable_type corun_sleep_type_ = {"sleep", sleep_start, sleep_cancel};

/* ----------------------------------------------------------------- forever */

static void forever_start(void *self, corun_waiter *waiter)
{
    (void)self;
    corun_loop_hold(corun_waiter_loop(waiter));
}

static void forever_cancel(void *self, corun_waiter *waiter)
{
    (void)self;
    corun_loop_unhold(corun_waiter_loop(waiter));
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

const corun_awaitable_type corun_forever_type_ = {"forever", forever_start, forever_cancel};
