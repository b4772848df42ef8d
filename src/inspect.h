/* Looking at tasks. */
#ifndef CORUN_INSPECT_INTERNAL_H
#define CORUN_INSPECT_INTERNAL_H

#include "corun/inspect.h"
#include "internal.h"

/* Writes the lines of a task's chain of awaits to standard error. */
CORUN_INTERNAL void inspect_chain(const corun_task *task);

#endif
