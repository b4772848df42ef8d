/* The loop: what its parts share. */
#ifndef CORUN_LOOP_INTERNAL_H
#define CORUN_LOOP_INTERNAL_H

#include "backend.h"
#include "context.h"
#include "corun/loop.h"
#include "corun/runner.h"
#include "corun/task.h"
#include "executor.h"
#include "interrupt.h"
#include "timer.h"

/* What a runner hears of its loop while it runs or closes: each may be NULL. */
struct loop_listener {
    void (*stopped)(corun_runner *runner, int rc);                /* what was started is over; none if it blocks */
    void (*interrupted)(corun_runner *runner);                    /* deal with one interrupt */
    void (*task_added)(corun_runner *runner, corun_task *task);   /* while closing */
    void (*task_removed)(corun_runner *runner, corun_task *task); /* while closing */
};

/* What the loop calls of the parts of the library that programs may do without: NULL until the first use, so that a
 * program is linked with no part that it does not use. */
struct loop_uses {
    const struct generators_use *generators;      /* generator.h */
    const struct executor_use *executor;          /* executor.h */
    const struct signals_use *signals;            /* below */
    /* call.c: frees an entry that is a callback. Atomic, since any thread may make the first one. */
    _Atomic(void (*)(struct entry *entry)) drop_callback;
    void (*descriptors_free)(corun_loop *loop);   /* watch.c: gives back what the loop keeps for them */
};

struct signals_use {
    bool (*take_over)(corun_loop *loop);     /* interrupts_take_over: only signals of the process reach over */
    void (*queue_arrived)(corun_loop *loop); /* has the functions called whose signals have come */
    void (*show_start)(corun_loop *loop);    /* in debug: has the tasks shown whenever somebody asks the host for it */
    void (*show_stop)(corun_loop *loop);     /* until then */
    void (*free)(corun_loop *loop);          /* puts the signals back */
};

struct corun_loop {
    struct list ready;       /* entries to run, the present round's in front */
    struct list *round_last; /* the last entry of the round; the head when none is left */
    struct timers timers;
    struct backend backend;
    struct list tasks;      /* not done, oldest first */
    struct list unreleased; /* done, but somebody has a reference */
    struct list generators; /* begun, and not done */
    _Atomic(struct list *) foreign; /* entries from other threads, newest first, linked by `next` */
    struct interrupts interrupts;
    struct executor executor;
    struct loop_uses uses;

    struct signal_handler *signal_handlers; /* newest first */
    struct signal_handler *show_handler;    /* shows the tasks to whoever asks the host; NULL: nobody can */

    struct descriptor **descriptors; /* by number; NULL where none was ever used */
    int descriptor_capacity;
    uint32_t watch_waiters; /* waits that a descriptor can end, readers and writers */
    uint32_t holds; /* promises of somebody outside to wake the loop: corun_loop_hold */
    uint32_t completions; /* of I/O since the last suspension */
    int64_t completions_since;

    corun_task *current;
    struct bindings **callback_bindings; /* of the running callback, NULL in a task */
    struct bindings **outer_bindings;    /* what corun_loop_run's caller had entered */
    uint32_t rounds;    /* since the host was last asked */
    uint32_t polled_at; /* how many steps there had been then */
    const struct loop_script *script; /* the sim's */
    struct list *(*follow_script)(corun_loop *loop); /* which entry is next; NULL: first in, first out */

    corun_exception_handler *handler;
    void *handler_argument;
    corun_task_factory *factory; /* NULL: tasks are made as usual */
    void *factory_argument;
    uint32_t eager_depth; /* first steps that run inside the call that spawned them */
    const struct loop_listener *listener; /* never NULL */
    corun_runner *runner;                 /* whose it is; NULL: nobody listens */
    struct entry stop_entry; /* queued when main is done; not queued while link.next is NULL */
    int64_t slow_ns;         /* in debug, what a step may take without being told of */
    _Atomic(const void *) thread; /* that runs it, NULL while it does not run */
    uint32_t references; /* of tasks and futures, and one until it is closed */
    int leaving; /* the error that leaves the loop, valid until it has left */
    int exit_status;
    bool running, stopping, debug, deadlock_told, generators_shut;
    atomic_bool closed;
    atomic_bool woken; /* another thread or a host asks for a poll */
};

/* Has a runner hear what it listens to; NULL: nothing. */
CORUN_INTERNAL void loop_listen(corun_loop *loop, const struct loop_listener *listener, corun_runner *runner);

CORUN_INTERNAL void loop_retain(corun_loop *loop);
CORUN_INTERNAL void loop_release(corun_loop *loop);

/* Queues an entry; its `run` is set. Never fails. */
static inline void loop_ready(corun_loop *loop, struct entry *entry)
{
    list_append(&loop->ready, &entry->link);
}

/* Takes an entry out of the queue. */
static inline void loop_unready(corun_loop *loop, struct entry *entry)
{
    if (loop->round_last == &entry->link)
        loop->round_last = entry->link.previous;
    list_remove(&entry->link);
}

/* Takes an entry out of the heap or the queue, whichever it stands in, if any. Returns whether it was in the queue: a
 * timer that was due. */
CORUN_INTERNAL bool loop_withdraw(corun_loop *loop, struct entry *entry);

/* One round. Returns 0, or the error that ends the run. */
CORUN_INTERNAL int loop_round(corun_loop *loop, bool may_block);

/* Registers the loop as the thread's running one, and undoes that. */
CORUN_INTERNAL int loop_enter(corun_loop *loop);
CORUN_INTERNAL void loop_leave(corun_loop *loop);
/* What loop_enter would return, B29. */
CORUN_INTERNAL int loop_check_enter(const corun_loop *loop);

/* The rounds are over, with `rc`: leaves the loop, and tells whoever has started something on it, who may
 * close it or start the next thing. */
CORUN_INTERNAL void loop_stopped(corun_loop *loop, int rc);

/* Hides the thread's running loop from what runs as if in another thread, and undoes that. */
CORUN_INTERNAL corun_loop *loop_set_aside(void);
CORUN_INTERNAL void loop_give_back(corun_loop *loop);

/* Ends the run before the next step, with an error. */
CORUN_INTERNAL void loop_abort(corun_loop *loop, int error);

/* Tells threads apart. */
CORUN_INTERNAL const void *loop_this_thread(void);
CORUN_INTERNAL bool loop_is_this_thread(const corun_loop *loop);
/* Whether, in debug, it is caught being used while another thread runs it (L9). */
CORUN_INTERNAL bool loop_runs_elsewhere(const corun_loop *loop);
static inline bool loop_is_misused(const corun_loop *loop)
{
    return unlikely(loop->debug) && loop_runs_elsewhere(loop);
}

/* Tells, in debug, of a step of `task` or of a callback (NULL) if it has taken too long. */
CORUN_INTERNAL void loop_tell_slow(corun_loop *loop, corun_task *task, int64_t began);

/* Calls a function in the context whose values these are. In debug, tells if that has taken too long. */
static inline void loop_call(corun_loop *loop, struct bindings **bindings, void (*function)(void *), void *argument)
{
    int64_t began = unlikely(loop->debug) ? backend_now(&loop->backend) : 0;
    loop->callback_bindings = bindings;
    function(argument);
    loop->callback_bindings = NULL;
    if (unlikely(began != 0))
        loop_tell_slow(loop, NULL, began);
}

/* Has the rounds stop when `task` is done, behind what is ready then (B30); undoes that. */
CORUN_INTERNAL void loop_stop_after(corun_loop *loop, corun_task *task);
CORUN_INTERNAL void loop_forget_stop(corun_loop *loop, corun_task *task);

/* call.c: queues an entry from another thread and wakes the loop, which may run it before this returns. Never fails. */
CORUN_INTERNAL void calls_add_foreign(corun_loop *loop, struct entry *entry);
/* Moves what other threads have queued to the loop's own queue. */
CORUN_INTERNAL void calls_take_foreign(corun_loop *loop);
/* Drops whatever is queued or armed, when the loop is closed. */
CORUN_INTERNAL void calls_drop(corun_loop *loop);

#endif
