/* Observers: how the library itself hears that a future or task is done, a round later as done callbacks do, in
 * memory that whoever observes has anyway.
 */
#ifndef CORUN_OBSERVER_INTERNAL_H
#define CORUN_OBSERVER_INTERNAL_H

#include "future.h"

struct observer;

/* Whoever observes, usually the first member of what has the observers. */
struct observing {
    void (*told)(struct observer *observer); /* it is done, in a later round */
    void (*drop)(struct observer *observer); /* nothing is called any more; NULL: it needs no word of that */
    corun_task *task;                        /* that waits for what is observed; NULL: none does */
};

struct observer {
    struct entry entry;   /* in the future's ring of waiters, then in the ready queue; then told */
    corun_future *future; /* one reference; NULL: it observes nothing */
    const struct observing *owner;
};

/* Tells the owner, in a later round, once the future is done; takes over a reference to it. */
CORUN_INTERNAL void observer_watch(struct observer *observer, corun_future *future,
                                   const struct observing *owner);
/* Whether the owner has been told. */
static inline bool observer_was_told(const struct observer *observer)
{
    return !observer->entry.link.next;
}
/* Ends it, told or not, and gives the reference back. */
CORUN_INTERNAL void observer_forget(struct observer *observer);

/* The observer that an entry is part of; NULL if it is something else. */
CORUN_INTERNAL struct observer *observer_of_entry(struct entry *entry);
/* Lets go of an entry that is an observer's, when nothing is called any more; false if it is something else. */
CORUN_INTERNAL bool observer_drop(struct entry *entry);

/* Cancels a future, asks a task to stop. Returns whether it was not done. */
CORUN_INTERNAL bool future_ask_to_stop(corun_future *future);
static inline bool future_failed(const corun_future *future)
{
    return future->state == FUTURE_FINISHED && future->outcome.error != 0;
}

#endif
