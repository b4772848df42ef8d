/* Standing calls: functions that the loop calls each time something happens, until they are removed. */
#ifndef CORUN_STANDING_H
#define CORUN_STANDING_H

#include "loop.h"

/* One function. It runs in the context in which it was named, and what it sets there it finds there again. */
struct standing;

/* Returns NULL without memory. */
CORUN_INTERNAL struct standing *standing_create(corun_loop *loop, void (*function)(void *), void *argument);
/* Has it called once more, unless that is due already. Never fails. */
CORUN_INTERNAL void standing_queue(struct standing *standing);
CORUN_INTERNAL bool standing_is_queued(const struct standing *standing);
/* Takes it back, also while it runs: it is not called again. */
CORUN_INTERNAL void standing_remove(struct standing *standing);

#endif
