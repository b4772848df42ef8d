/* Reports: what Corun tells about errors that belong to nobody. */
#ifndef CORUN_REPORT_H
#define CORUN_REPORT_H

#include <stdio.h>

#include "loop.h"

/* "Task was destroyed but it is pending!" */
CORUN_INTERNAL void report_destroyed(corun_loop *loop, corun_task *task);
/* "... exception was never retrieved" */
CORUN_INTERNAL void report_never_retrieved(corun_future *future);
/* "unhandled exception during corun_run() shutdown" */
CORUN_INTERNAL void report_at_shutdown(corun_loop *loop, corun_task *task);
/* "an error occurred during closing of asynchronous generator NAME"; the task is named so too. */
CORUN_INTERNAL void report_generator_closed(corun_loop *loop, corun_task *task);
/* "asynchronous generator NAME was scheduled after ..." */
CORUN_INTERNAL void report_late_generator(corun_loop *loop, const char *name);
/* "Executing ... took 0.150 seconds"; `task` NULL: a callback */
CORUN_INTERNAL void report_slow(corun_loop *loop, corun_task *task, int64_t took_ns);
/* In debug, at close: references that were never released. */
CORUN_INTERNAL void report_left_references(corun_loop *loop);
/* "The executor did not finishing joining its threads within ... seconds." */
CORUN_INTERNAL void report_executor(corun_loop *loop, double seconds);
/* Shows the tasks of a loop that has nothing to wait for but an interrupt. */
CORUN_INTERNAL void report_deadlock_once(corun_loop *loop);
/* Shows what a run that is over, with `error`, has left: after a deadlock; in debug after any failure. */
CORUN_INTERNAL void report_run(corun_loop *loop, int error);

/* Shows the tasks of a loop, and why. */
CORUN_INTERNAL void report_tasks(corun_loop *loop, const char *why);

/* Writes up to four texts; NULL is none, but for the first. */
CORUN_INTERNAL void print_texts(FILE *file, const char *first, const char *second, const char *third,
                                const char *fourth);
/* Writes a number between two texts; `after` may be NULL. */
CORUN_INTERNAL void print_number(FILE *file, const char *before, uint32_t number, const char *after);
/* Writes a text and a place in the source, as far as that is known: "in serve (app.c:12)". */
CORUN_INTERNAL void print_where(FILE *file, const char *before, const char *function, const char *source,
                                int line);
/* Ends a task's line, with where the task was spawned if that is known. */
CORUN_INTERNAL void print_origin(FILE *file, const char *source, int line);
/* Writes all that is known of an error. */
CORUN_INTERNAL void print_failure(FILE *file, const corun_failure *failure);

#endif
