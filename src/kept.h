/* What scopes want of a frame: what ends with it, however it ends, and its exit. */
#ifndef CORUN_KEPT_INTERNAL_H
#define CORUN_KEPT_INTERNAL_H

#include "corun/coroutine.h"
#include "future.h"

struct kept {
    struct kept *next, **place; /* in its task's list, or its generator's */
    const corun_frame *frame;
    const void *owner; /* adding ends what the same frame keeps for it; NULL: nobody's */
    void (*end)(struct kept *kept); /* gives it back, when it is in no list any more */
};

/* Has `kept` end with the task's innermost frame. Returns 0, or -ENOMEM and then it does not. */
CORUN_INTERNAL int kept_add(corun_task *task, struct kept *kept);
/* Ends one before its frame does. */
CORUN_INTERNAL void kept_end(struct kept *kept);
/* Ends those of a frame that is about to go. */
CORUN_INTERNAL void kept_end_with(corun_task *task, const corun_frame *frame);
/* Ends a whole list. */
CORUN_INTERNAL void kept_end_all(struct kept **list);

/* The error with which a frame is being cleaned up after, 0 if there is none; taking it away, so that the frame leaves
 * without; its failure, for nobody else's eyes, NULL without memory. */
CORUN_INTERNAL int frame_exit_error(const corun_frame *frame);
CORUN_INTERNAL struct outcome frame_take_error(corun_frame *frame);
CORUN_INTERNAL corun_failure *frame_own_failure(corun_frame *frame);

#endif
