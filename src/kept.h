/* What ends with a frame, however that ends: timers, records of children, results. */
#ifndef CORUN_KEPT_INTERNAL_H
#define CORUN_KEPT_INTERNAL_H

#include "corun/coroutine.h"
#include "future.h"

struct kept {
    struct kept *next, **place; /* in its task's list, or its generator's */
    const corun_frame *frame;
    const void *owner; /* whose it is: adding one ends the former of the same owner; NULL: nobody's */
    void (*end)(struct kept *kept); /* frees it; it is in no list any more */
};

/* Has `kept` end with the task's innermost frame. Returns 0, or -ENOMEM and then it does not. */
CORUN_INTERNAL int kept_add(corun_task *task, struct kept *kept);
/* Ends one before its frame does. */
CORUN_INTERNAL void kept_end(struct kept *kept);
/* Ends those of a frame that is about to go. */
CORUN_INTERNAL void kept_end_with(corun_task *task, const corun_frame *frame);
/* Ends a whole list. */
CORUN_INTERNAL void kept_end_all(struct kept **list);

#endif
