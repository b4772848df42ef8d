/* Looking at tasks. */
#ifndef CORUN_INSPECT_INTERNAL_H
#define CORUN_INSPECT_INTERNAL_H

#include "corun/inspect.h"
#include "internal.h"

/* Writes a task's name; one line that tells its name, state and origin; the lines of its chain of awaits, with
 * `margin` in front of each. Needs no memory. */
CORUN_INTERNAL void inspect_name(FILE *file, const corun_task *task);
CORUN_INTERNAL void inspect_task(FILE *file, const corun_task *task);
CORUN_INTERNAL void inspect_chain(FILE *file, const corun_task *task, const char *margin);

#endif
