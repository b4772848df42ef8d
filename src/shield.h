/* Waiting for a future without cancelling it. */
#ifndef CORUN_SHIELD_INTERNAL_H
#define CORUN_SHIELD_INTERNAL_H

#include "corun/awaitable.h"
#include "timer.h"

/* Waits for a future; cancelling the wait leaves the future alone. */
CORUN_INTERNAL corun_awaitable shield_future(corun_future *future);
/* What runs of a task that waits so, when the future is done. */
CORUN_INTERNAL void shield_told(struct entry *entry);

#endif
