/* The executor of a loop: what the loop and the runner have of it. */
#ifndef CORUN_EXECUTOR_INTERNAL_H
#define CORUN_EXECUTOR_INTERNAL_H

#include "corun/executor.h"
#include "list.h"
#include "timer.h"

/* One wait for its end. In the loop for the runner that closes it, else in memory of its own. */
struct shutdown {
    struct list link;   /* among the executor's, while it waits */
    struct entry timer; /* of its limit; then, in the ready queue, of its end */
    double limit;       /* in seconds, for the report */
    corun_loop *loop;
    void (*over)(struct shutdown *shutdown); /* called once: no job is open, or the time is */
    corun_waiter *waiter;                    /* of the task that waits; NULL: the runner does */
};

/* All zero but for the two lists is one that was never used. */
struct executor {
    void *threads;           /* the host's, NULL before the first job and after the last */
    struct list jobs;        /* open: submitted, and not known to have returned */
    struct list shutdowns;   /* waiting for that */
    struct shutdown closing; /* the runner's */
    unsigned most;           /* threads; 0: the host's usual number */
    bool shut;               /* it takes no more jobs */
};

struct executor_use {
    /* Begins its end for the runner that closes the loop: see executor_shut_down. */
    void (*shut_down)(corun_loop *loop, void (*over)(struct shutdown *shutdown));
    /* Lets go of jobs and threads. Afterwards no thread touches the loop. */
    void (*close)(corun_loop *loop);
    /* Frees an entry that is a job; false if it is something else. */
    bool (*drop_job)(struct entry *entry);
};

static inline void executor_init(struct executor *executor)
{
    list_init(&executor->jobs);
    list_init(&executor->shutdowns);
}

/* Whether a job is open. */
CORUN_INTERNAL bool executor_is_busy(const struct executor *executor);
/* Takes no more jobs, and has `over` called when none is open, or after so many seconds. Returns 1; or 0 if
 * none is open, or -ENOMEM if there is none for the limit: then nothing is called. */
CORUN_INTERNAL int executor_shut_down(corun_loop *loop, struct shutdown *shutdown, double seconds);
/* The same for the runner that closes the loop, with its own limit. */
CORUN_INTERNAL void executor_shut_down_for_runner(corun_loop *loop, void (*over)(struct shutdown *shutdown));
/* Called when the last job of an executor that was shut down has ended: ends its threads, and what waits for that. */
CORUN_INTERNAL void executor_end(corun_loop *loop);
/* Gives the threads back to the host, if there are any. */
CORUN_INTERNAL void executor_close_threads(corun_loop *loop);

#endif
