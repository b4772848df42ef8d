/* Observers: how the library itself hears that a future or task is done, a round later as done callbacks do, in
 * memory that whoever observes has anyway.
 */
#ifndef CORUN_OBSERVER_INTERNAL_H
#define CORUN_OBSERVER_INTERNAL_H

#include "future.h"

struct observer {
    struct entry entry;   /* in the future's ring of waiters, then in the ready queue; then told */
    corun_future *future; /* one reference; NULL: it observes nothing */
    void *owner;
};

/* Has `told` called, in a later round, once the future is done; takes over a reference to it. */
CORUN_INTERNAL void observer_watch(struct observer *observer, corun_future *future, void (*told)(struct entry *),
                                   void *owner);
/* What is told begins with this. */
static inline struct observer *observer_told(struct entry *entry)
{
    entry->link.next = NULL;
    return container_of(entry, struct observer, entry);
}
/* Whether it has been. */
static inline bool observer_was_told(const struct observer *observer)
{
    return !observer->entry.link.next;
}
/* Ends it, told or not, and gives the reference back. */
CORUN_INTERNAL void observer_forget(struct observer *observer);

/* Cancels a future, asks a task to stop. Returns whether it was not done. */
CORUN_INTERNAL bool future_ask_to_stop(corun_future *future);
static inline bool future_failed(const corun_future *future)
{
    return future->state == FUTURE_FINISHED && future->outcome.error != 0;
}

#endif
