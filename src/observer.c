#include "observer.h"

#include "task.h"

static void tell_owner(struct entry *entry)
{
    struct observer *observer = container_of(entry, struct observer, entry);
    entry->link.next = NULL;
    observer->owner->told(observer);
}

void observer_watch(struct observer *observer, corun_future *future, const struct observing *owner)
{
    observer->entry.run = tell_owner;
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

struct observer *observer_of_entry(struct entry *entry)
{
    return entry->run == tell_owner ? container_of(entry, struct observer, entry) : NULL;
}

bool observer_drop(struct entry *entry)
{
    struct observer *observer = observer_of_entry(entry);
    if (!observer || !observer->owner->drop)
        return false;
    observer->entry.link.next = NULL;
    observer->owner->drop(observer);
    return true;
}

bool future_ask_to_stop(corun_future *future)
{
    corun_task *task = task_of_future(future);
    return (task ? corun_task_cancel(task, NULL) : corun_future_cancel(future, NULL)) > 0;
}
