#include "observer.h"

#include "task.h"

void observer_watch(struct observer *observer, corun_future *future, void (*told)(struct entry *), void *owner)
{
    observer->entry.run = told;
    observer->future = future;
    observer->owner = owner;
    if (future->state == FUTURE_PENDING)
        ring_append(&future->waiters, &observer->entry.link);
    else
        loop_ready(future->loop, &observer->entry);
}

void observer_forget(struct observer *observer)
{
    corun_future *future = observer->future;
    if (!future)
        return;
    if (future->state == FUTURE_PENDING)
        ring_remove(&future->waiters, &observer->entry.link);
    else if (!observer_was_told(observer))
        loop_unready(future->loop, &observer->entry);
    observer->future = NULL;
    corun_future_release(future);
}

bool future_ask_to_stop(corun_future *future)
{
    if (future->flags & FUTURE_IS_TASK)
        return corun_task_cancel((corun_task *)(void *)future, NULL) > 0;
    return corun_future_cancel(future, NULL) > 0;
}
