/* Futures, and what tasks have of them: a task begins with a future, as in asyncio. */
#ifndef CORUN_FUTURE_INTERNAL_H
#define CORUN_FUTURE_INTERNAL_H

#include "corun/awaitable.h"
#include "corun/future.h"
#include "list.h"
#include "outcome.h"
#include "timer.h"

enum future_state { FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED };

enum {
    FUTURE_IS_TASK = 1,
    FUTURE_RETRIEVED = 2, /* somebody asked for the error */
    FUTURE_IS_OWNED = 4,  /* a struct owned_future */
    FUTURE_SILENT = 8,    /* its error is nobody's business, whenever it comes */
    FUTURE_MARKED = 16,   /* only while duplicates are looked for */
};

/* A waiting task's place in the ring of a lock. It begins as the task's awaitable does; a lock has no use for the rest
 * of that. */
struct lock_place {
    const corun_awaitable_type *type;
    void *self;
    struct list link;
};

struct corun_future {
    uint32_t references;
    uint8_t state, flags;
    uint8_t wait;       /* of a task: enum task_wait in task.h */
    uint8_t task_flags; /* of a task: likewise */
    corun_loop *loop;
    struct list *waiters; /* a ring of entries, in the order in which they came; empty once done */
    struct rare *rare;    /* what few futures have; NULL if this one has none of it */
    union {
        struct outcome outcome;    /* of a future: once done. Of a task: its end, or its latest await's */
        corun_awaitable awaitable; /* of a task that waits: what for */
        struct lock_place lock_place; /* of a task that waits for a lock: see lock.c */
    };
};

/* One whose owner is told when it is cancelled. */
struct owned_future {
    corun_future future; /* first: it is one */
    void (*cancelled)(corun_future *future);
};

/* What only some tasks have. */
struct rare {
    char *name;
    corun_failure *cancel_failure; /* the message of the latest cancel, until it is delivered */
    struct owned_bytes *held;      /* results that present awaits may have been given, innermost first */
    struct kept *kept;             /* what ends with frames of the task */
};

CORUN_INTERNAL void future_init(corun_future *future, corun_loop *loop);
/* Marks it done, its outcome being set, and queues whoever waits. */
CORUN_INTERNAL void future_finish(corun_future *future, enum future_state state);
/* Frees what a future has beside its own struct; reports an error that nobody asked for. */
CORUN_INTERNAL void future_drop(corun_future *future);
/* Frees an entry that is a done callback; false if it is something else. */
CORUN_INTERNAL bool future_drop_callback(struct entry *entry);
/* Takes a task that waits for a future or task off it; false if it waits for something else. */
CORUN_INTERNAL bool future_forget(corun_task *task);
/* What a task waits for, NULL if it is no future; the task that it joins, NULL if it does not. */
CORUN_INTERNAL corun_future *future_awaited(const corun_task *task);
CORUN_INTERNAL corun_task *future_joined(const corun_task *task);
/* What an awaitable waits for, if it is the wait for a future or task, else NULL. */
CORUN_INTERNAL corun_future *future_of_awaitable(const corun_awaitable *awaitable);
CORUN_INTERNAL struct rare *future_rare(corun_future *future); /* makes it; NULL without memory */

#endif
