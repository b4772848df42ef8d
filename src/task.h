/* Tasks: what the parts that run them share.
 *
 * A task waits for one thing at a time, so the wait's state lives in it; a corun_waiter is the task.
 */
#ifndef CORUN_TASK_INTERNAL_H
#define CORUN_TASK_INTERNAL_H

#include <stdalign.h>

#include "corun/coroutine.h"
#include "corun/task.h"
#include "future.h"
#include "loop.h"

/* From, event, to:
 *   NONE      an await begins           STARTING
 *   STARTING  start() has answered      NONE      the task goes on without a suspension
 *   STARTING  start() has returned      WAITING   unless it has queued the task: WOKEN
 *   WAITING   an answer came            WOKEN     queued
 *   WOKEN     its turn has come         NONE
 *   any       the loop gives it up      ABANDONED answers are ignored
 */
enum task_wait { WAIT_NONE, WAIT_STARTING, WAIT_WAITING, WAIT_WOKEN, WAIT_ABANDONED };

enum {
    TASK_MUST_CANCEL = 1,    /* the next resumption, suspension or return is a cancellation */
    TASK_IS_MAIN = 2,        /* an interrupt is looked for before its result is taken */
    TASK_LEFT_AT_CLOSE = 4,  /* its error is reported as such */
    TASK_ANSWERED = 8,       /* start() has answered */
    TASK_ASKED = 16,         /* only while a cancellation is passed on along a chain of joins */
    TASK_HAS_CONTEXT = 32,   /* it was given one */
    TASK_WAIT_CANCELLED = 64, /* its wait was, and has still a turn of its own: see waiters.h */
};

/* Memory of frames beyond the task's own allocation. */
struct segment {
    struct segment *previous; /* NULL: before it comes the task's own part */
    struct segment *spare;    /* one that was used before, or NULL */
    char *end;
    bool is_guest; /* a generator's: it stands in a struct guest */
};

/* A segment that is put on a task's stack for a while, with one frame in it. */
struct guest {
    void (*ended)(corun_task *task, struct guest *guest); /* its frame has gone: the task's outcome is what it came to */
    struct kept *kept;     /* what ends with its first frame */
    struct segment *outer; /* while it is on a stack: what the task had before */
    char *outer_limit;
    alignas(max_align_t) struct segment segment; /* last: the frame stands behind it */
};

struct corun_task {
    corun_future future; /* first: a task is one */
    struct entry entry;  /* in the ready queue, the timer heap or a ring of waiters */
    struct list all;     /* the loop's tasks, until it is done */
    corun_frame *top;    /* the innermost frame, NULL once done */
    struct segment *segment; /* the one that `top` is in; NULL: the task's own part */
    char *limit;             /* where that ends */
    union {
        struct bindings *bindings; /* its context's values */
        corun_context *context;    /* with TASK_HAS_CONTEXT: one that others have too */
    };
    const char *file; /* where it was spawned, NULL if unknown */
    int32_t line;
    uint32_t cancels;
    uint32_t number; /* for its name */
    /* The task's first frame begins behind this. */
};

/* What a step tells the driver, as corun_step_. */
enum { STEP_SUSPENDED, STEP_AGAIN, STEP_FINISHED };

static inline corun_step_ step_of(int verdict)
{
    return (corun_step_){verdict};
}

/* Lets go of its context, which lives as long as the task: a report about it is made there. */
CORUN_INTERNAL void task_release_context(corun_task *task);
/* corun_loop_spawn_with. */
CORUN_INTERNAL int loop_spawn(corun_loop *loop, const corun_awaitable *awaitable, const corun_spawn_options *options,
                              corun_task **out_task);
/* What a task's entry runs in its turn.
 * The task's first step. */
CORUN_INTERNAL void task_run_first(struct entry *entry);
/* The task goes on with its outcome, which has been set. */
CORUN_INTERNAL void task_resume(struct entry *entry);
/* The task goes on with the outcome of the future that it awaits (future.c). */
CORUN_INTERNAL void task_resume_joined(struct entry *entry);
/* Has a task that waits, and whose entry stands nowhere, go on at once: `begin` sets its outcome and delivers it. */
CORUN_INTERNAL void task_go_on(corun_task *task, int (*begin)(corun_task *task));
/* Answers a wait that has just begun, or one that is going on, with a whole outcome. */
CORUN_INTERNAL void task_answer(corun_task *task, struct outcome outcome);
/* Begins a wait. */
CORUN_INTERNAL int task_wait(corun_task *task, const corun_awaitable *awaitable);
/* The driver's end: the task's last frame is gone and its outcome set. */
CORUN_INTERNAL void task_finish(corun_task *task);
/* Unlinks every task of a loop that is closing from what it waits for, reports and drops it. */
CORUN_INTERNAL void tasks_abandon(corun_loop *loop);

/* frame.c */
CORUN_INTERNAL size_t frame_first_size(const corun_coroutine *coroutine);
CORUN_INTERNAL corun_frame *frame_push_first(corun_task *task, const corun_frame *call);
CORUN_INTERNAL corun_frame *frame_push(corun_task *task, const corun_frame *call);
CORUN_INTERNAL void frame_pop(corun_task *task);
CORUN_INTERNAL void frames_free(corun_task *task);
/* How many bytes a guest's segment takes with its frame. */
CORUN_INTERNAL size_t guest_size(const corun_coroutine *coroutine);
/* Makes the guest's frame from a call. */
CORUN_INTERNAL corun_frame *guest_fill(struct guest *guest, const corun_frame *call);
/* Puts the guest's frame on a task's stack; takes it off again while it is suspended. */
CORUN_INTERNAL void guest_enter(struct guest *guest, corun_task *task, corun_frame *frame);
CORUN_INTERNAL void guest_leave(struct guest *guest, corun_task *task, corun_frame *frame);
/* The guest whose own frame this is, or NULL. */
CORUN_INTERNAL struct guest *guest_of(const corun_task *task, const corun_frame *frame);
/* Frees the segments that the guest has kept behind its own. */
CORUN_INTERNAL void guest_free(struct guest *guest);

/* coroutine.c: hands the error that is the task's outcome to the innermost frame, or on to its callers. Returns
 * what to do next. */
CORUN_INTERNAL int frames_deliver_error(corun_task *task);
/* Tells a frame that its present await is over: it has caught nothing yet, and holds nothing. */
CORUN_INTERNAL void frame_await_ended(corun_task *task, corun_frame *frame);
/* Runs the drop of a frame, or of a call, unless it has got to its own cleanup. */
CORUN_INTERNAL void frame_drop_arguments(corun_frame *frame);
/* Drops a frame that will not run again and is on no stack. */
CORUN_INTERNAL void frame_discard(corun_frame *frame);
/* Drops every frame of a task that will not run again, innermost first. */
CORUN_INTERNAL void frames_abandon(corun_task *task);

/* cancel.c: turns the task's outcome into the cancellation that is due. */
CORUN_INTERNAL void cancel_take(corun_task *task);
/* Ends the wait that a task has just begun, a cancellation being due. */
CORUN_INTERNAL void cancel_wait(corun_task *task);
/* The cancel function of types that never wait: their start() answers, or has another type wait in their place. */
CORUN_INTERNAL void cancel_nothing(void *self, corun_waiter *waiter);

/* NULL: the future is no task. */
static inline corun_task *task_of_future(corun_future *future)
{
    return future->flags & FUTURE_IS_TASK ? container_of(future, corun_task, future) : NULL;
}

static inline corun_task *task_of_waiter(corun_waiter *waiter)
{
    return (corun_task *)(void *)waiter;
}

static inline corun_waiter *waiter_of_task(corun_task *task)
{
    return (corun_waiter *)(void *)task;
}

static inline corun_task *task_of_entry(struct entry *entry)
{
    return container_of(entry, corun_task, entry);
}

static inline struct bindings **task_bindings(corun_task *task)
{
    return task->future.task_flags & TASK_HAS_CONTEXT ? &task->context->bindings : &task->bindings;
}

/* Hands the task's outcome to the innermost frame. Returns what to do next. */
static inline int frames_deliver(corun_task *task)
{
    corun_frame *frame = task->top;
    if (unlikely(task->future.outcome.error != 0))
        return frames_deliver_error(task);
    if (unlikely(!frame))
        return STEP_FINISHED;
    if (unlikely(frame->mode != CORUN_PASS_ON_))
        frame_await_ended(task, frame);
    return STEP_AGAIN;
}

/* Queues the task, to go on with its outcome. */
static inline void task_wake(corun_task *task)
{
    task->future.wait = WAIT_WOKEN;
    task->entry.run = task_resume;
    loop_ready(task->future.loop, &task->entry);
}

#endif
