/* Looking at tasks. */
#ifndef CORUN_INSPECT_INTERNAL_H
#define CORUN_INSPECT_INTERNAL_H

#include "corun/inspect.h"
#include "internal.h"
#include "list.h"

/* Has `*at` stand at the next task that waits for this one, from NULL on, as often as it does so; NULL behind the
 * last. */
CORUN_INTERNAL corun_task *awaiter_next(const corun_task *task, const struct list **at);

/* All of these need no memory. Write a task's name; one line that tells its name, state and origin. */
CORUN_INTERNAL void inspect_name(FILE *file, const corun_task *task);
CORUN_INTERNAL void inspect_task(FILE *file, const corun_task *task);
/* Writes what stands in front of a line, four columns for each depth from 1 on, with a bar where that bit of `bars`
 * is set. */
enum { DEEPEST_MARGIN = 25 };
CORUN_INTERNAL void print_margin(FILE *file, uint32_t bars, uint32_t depth);
/* Writes the lines of a task's chain of awaits, each behind such a margin. */
CORUN_INTERNAL void inspect_chain(FILE *file, const corun_task *task, uint32_t bars, uint32_t depth);

#endif
