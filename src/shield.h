/* Waiting for a future without cancelling it. */
#ifndef CORUN_SHIELD_INTERNAL_H
#define CORUN_SHIELD_INTERNAL_H

#include "corun/awaitable.h"
#include "internal.h"

/* Waits for a future; cancelling the wait leaves the future alone. */
CORUN_INTERNAL corun_awaitable shield_future(corun_future *future);

#endif
