/* Tasks: coroutines that the loop runs beside each other.
 *
 * States: pending (ready, running or waiting), then cancelled or finished. The loop keeps a running
 * task alive; its memory goes when it is done and every reference is released.
 */
#ifndef CORUN_TASK_H
#define CORUN_TASK_H

#include "corun/awaitable.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts `awaitable` as a task of the running loop, beginning in the next round. Arguments of a
 * call are copied before it returns.
 *
 *   returns  0
 *   CORUN_NO_LOOP  no loop is running in this thread
 *   CORUN_NOT_AWAITABLE  the awaitable is empty
 *   -ENOMEM  no memory: nothing was started; drop the arguments yourself
 *   owner    *out_task is one reference: corun_task_release; NULL when nobody will ask for it
 *   asyncio  create_task, T1
 */
CORUN_API int corun_spawn(corun_awaitable awaitable, corun_task **out_task);

/* The same on a loop that need not be running.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop (debug mode only)
 *   CORUN_CLOSED  the loop is closed
 *   CORUN_NOT_AWAITABLE  the awaitable is empty
 *   -ENOMEM  no memory
 *   owner    as corun_spawn
 *   asyncio  loop.create_task, L5
 */
CORUN_API int corun_loop_spawn(corun_loop *loop, corun_awaitable awaitable, corun_task **out_task);

/* When a task takes its first step. An eager one takes it inside the call that spawns it, if the loop is running: it
 * goes on until it waits, and is done on return if it never does. Eager starts within eager starts nest to a depth of
 * 64; what is deeper begins in the next round. */
enum {
    CORUN_START_USUAL = 0, /* as the loop's factory has it, else in the next round */
    CORUN_START_LATER,     /* in the next round */
    CORUN_START_EAGER
};

/* How to make a task. All zero is the default. */
typedef struct corun_spawn_options {
    const char *name;       /* copied; NULL: "Task-" and a number */
    corun_context *context; /* used itself, not copied, as a runner's is; NULL: a copy of the current one */
    int start;              /* one of the three above */
} corun_spawn_options;

/* The same with options (NULL: none), on a loop or the running one (NULL).
 *
 *   returns  0, and what corun_spawn and corun_loop_spawn return, or the loop's factory
 *   CORUN_SYSTEM_EXIT, CORUN_INTERRUPTED  an eager first step failed so: it leaves the loop
 *   owner    as corun_spawn; `options` are not kept
 *   asyncio  create_task(name=, context=, eager_start=), E1-E5
 */
CORUN_API int corun_loop_spawn_with(corun_loop *loop, corun_awaitable awaitable,
                                    const corun_spawn_options *options, corun_task **out_task);

/* Makes a task without asking the loop's factory: what factories do in the end. Parameters and errors are
 * those of corun_loop_spawn_with; `loop` is not NULL. */
CORUN_API int corun_task_create(corun_loop *loop, corun_awaitable awaitable,
                                const corun_spawn_options *options, corun_task **out_task);

/* What makes the tasks of a loop: whatever is spawned on it, and the mains of its runner. It may change the
 * awaitable and the options, count, refuse with an error, and calls corun_task_create. `options` is
 * never NULL, `out_task` may be. */
typedef int corun_task_factory(corun_loop *loop, corun_awaitable awaitable,
                               const corun_spawn_options *options, void *argument, corun_task **out_task);

/* Sets the loop's factory; NULL is none.
 *
 *   asyncio  loop.set_task_factory, loop.get_task_factory
 */
CORUN_API void corun_loop_set_task_factory(corun_loop *loop, corun_task_factory *factory, void *argument);
CORUN_API corun_task_factory *corun_loop_get_task_factory(const corun_loop *loop);

/* A factory by which every task starts eagerly, unless its options say CORUN_START_LATER.
 *
 *   asyncio  eager_task_factory, E4
 */
CORUN_API int corun_eager_task_factory(corun_loop *loop, corun_awaitable awaitable,
                                       const corun_spawn_options *options, void *argument,
                                       corun_task **out_task);

/* Takes one more reference, gives one back. Release takes NULL.
 * An error that nobody asked for is reported when the last reference goes. */
CORUN_API corun_task *corun_task_retain(corun_task *task);
CORUN_API void corun_task_release(corun_task *task);

/* Waits until `task` is done: its value, or its error. Cancelling the wait cancels the task.
 *
 *   owner    keeps a reference while it waits; bytes in the value live as long as the task
 *   asyncio  await task, T8 T11 (CORUN_SELF_AWAIT, CORUN_OTHER_LOOP)
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_join(corun_task *task);

/* Asks `task` to stop: its present wait ends with CORUN_CANCELLED, and it runs on from there.
 * It may clean up, await again, or go on as if nothing had happened; this only asks.
 *
 * Asking twice before the task has run raises the count, but interrupts it once.
 * A value that arrived in between is lost: cancellation wins.
 *
 *   returns  1 asked, 0 already done
 *   CORUN_WRONG_THREAD  another thread runs the loop (debug mode only)
 *   owner    `message` (may be NULL) is copied; without memory for it only the text is lost
 *   asyncio  Task.cancel(msg), T2 T5 T6
 */
CORUN_API int corun_task_cancel(corun_task *task, const char *message);

/* Takes one request back, after having dealt with it.
 *
 *   returns  how many are left
 *   asyncio  Task.uncancel, T9
 */
CORUN_API int corun_task_uncancel(corun_task *task);

/* Counts the requests to stop that were not taken back.
 *
 *   asyncio  Task.cancelling, T9
 */
CORUN_API int corun_task_cancelling(corun_task *task);

/* Whether the task has ended, however it did.
 *
 *   asyncio  Task.done
 */
CORUN_API bool corun_task_done(const corun_task *task);
/* Whether the task ended by cancellation.
 *
 *   asyncio  Task.cancelled
 */
CORUN_API bool corun_task_cancelled(const corun_task *task);

/* Gives how the task ended, and counts as having asked for its error.
 *
 *   returns  0, the error it failed with, CORUN_CANCELLED
 *   CORUN_INVALID_STATE  not done yet
 *   owner    bytes in the value live as long as the task
 *   asyncio  Task.result, Task.exception
 */
CORUN_API int corun_task_result(corun_task *task, corun_value *out_value);

/* Tells how a task failed: message, chain of awaits. NULL unless it is done and failed, or when
 * there was no memory to note it.
 *
 *   owner    lives as long as the task
 */
CORUN_API const corun_failure *corun_task_failure(const corun_task *task);

/* A task's name: "Task-1", counted over the whole process, unless set.
 *
 *   returns  corun_task_set_name: 0, or -ENOMEM
 *   owner    the name is copied; the text lives until the task goes or is named again
 *   asyncio  Task.get_name, Task.set_name
 */
CORUN_API const char *corun_task_name(corun_task *task);
CORUN_API int corun_task_set_name(corun_task *task, const char *name);

/* Gives the context that a task runs in: what is set there, the task sees.
 *
 *   returns  0
 *   -ENOMEM  no memory
 *   owner    *out_context is one reference: corun_context_release
 *   asyncio  Task.get_context
 */
CORUN_API int corun_task_context(corun_task *task, corun_context **out_context);

/* Gives the running task, NULL in a callback and outside of a loop.
 *
 *   owner    no reference
 *   asyncio  current_task, T13
 */
CORUN_API corun_task *corun_current_task(void);

/* Lists the loop's tasks that are not done, oldest first, into an array of `capacity` entries.
 *
 *   returns  how many there are, which may be more than were written
 *   owner    no references: valid until the loop goes on
 *   asyncio  all_tasks, T13
 */
CORUN_API size_t corun_all_tasks(corun_loop *loop, corun_task **out_tasks, size_t capacity);

/* Has `function` called, in a later round, once the task is done.
 *
 *   returns  0, -ENOMEM, or CORUN_CLOSED: the loop is closed
 *   asyncio  Task.add_done_callback
 */
CORUN_API int corun_task_add_done_callback(corun_task *task,
                                           void (*function)(corun_task *task, void *argument),
                                           void *argument);

/* Takes back every equal callback that is not scheduled yet.
 *
 *   returns  how many
 *   asyncio  Task.remove_done_callback, F2
 */
CORUN_API int corun_task_remove_done_callback(corun_task *task,
                                              void (*function)(corun_task *task, void *argument),
                                              void *argument);

#ifdef __cplusplus
}
#endif
#endif
