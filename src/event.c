/* Events. K2. A task that is woken has nothing left to look at: it is answered at once. */
#include "waiters.h"

static void event_start(void *self, corun_waiter *waiter)
{
    corun_event *event = self;
    corun_task *task = task_of_waiter(waiter);
    int rc = 0;
    if (!event->private_.set) {
        rc = waiters_park(&event->private_.waiters, task);
        if (rc == 0)
            return;
    }
    waiter_answer(task, rc, NULL);
}

static void event_cancel(void *self, corun_waiter *waiter)
{
    corun_event *event = self;
    waiters_remove(&event->private_.waiters, task_of_waiter(waiter));
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

const corun_awaitable_type corun_event_type_ = {"event", event_start, event_cancel};

int corun_event_set(corun_event *event)
{
    corun_task *task;
    if (waiters_are_misused(&event->private_.waiters))
        return CORUN_WRONG_THREAD;
    event->private_.set = true;
    while ((task = waiters_take_first(&event->private_.waiters)))
        corun_waiter_done(waiter_of_task(task), 0, NULL);
    return 0;
}
