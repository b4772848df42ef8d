/* Host calls that other awaitables are made of. */
#ifndef CORUN_HOST_CALL_INTERNAL_H
#define CORUN_HOST_CALL_INTERNAL_H

#include "task.h"

/* What such a wait notes for whoever began it, in memory that stays until it has ended. */
struct host_call_notes {
    bool *under_way; /* set until it has ended */
    uint32_t *taken; /* the size of an answer that the task goes on with, and that is no error, is added */
};

/* Begins a wait by a host call instead: `asked` has the name and the bytes. `notes` may be NULL, and so may each of them. */
CORUN_INTERNAL void host_call_begin(corun_waiter *waiter, struct host_call asked, const struct host_call_notes *notes);

#endif
