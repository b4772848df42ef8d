/* The orderly close: cancel every task that is left, wait until all are done, close the loop. B58-B66.
 *
 * Closing has the same two forms as running: blocking, or in turns of the host. Either way the loop's
 * rounds go on until the last task is gone, or an interrupt, the time limit or a SystemExit says to abandon
 * what is left: reported, its frames dropped, its waits unlinked.
 */
#include <errno.h>

#include "memory.h"
#include "report.h"
#include "runner.h"
#include "task.h"

enum { MOST_LATE_TASKS = 1000 };

static void cancel_left(corun_task *task)
{
    task->future.task_flags |= TASK_LEFT_AT_CLOSE;
    corun_task_cancel(task, NULL);
}

/* A task that is spawned now is cancelled at once; a program that never stops spawning is abandoned. */
static void task_added(void *self, corun_task *task)
{
    corun_runner *runner = self;
    if (++runner->private_.late > MOST_LATE_TASKS)
        corun_loop_stop(runner->private_.loop);
    else
        cancel_left(task);
}

static void stop_if_done(struct entry *entry)
{
    corun_loop *loop = container_of(entry, corun_loop, stop_entry);
    entry->link.next = NULL;
    if (list_is_empty(&loop->tasks))
        corun_loop_stop(loop);
}

/* Every task is done. What that has made ready, their done callbacks above all, runs first; a task that is
 * spawned there is waited for (F2 B58). */
static void stop_behind_ready(corun_loop *loop)
{
    if (loop->stop_entry.link.next)
        return;
    loop->stop_entry.run = stop_if_done;
    loop_ready(loop, &loop->stop_entry);
}

static void task_removed(void *self, corun_task *task)
{
    corun_runner *runner = self;
    corun_loop *loop = runner->private_.loop;
    if (task->future.state == FUTURE_FINISHED && task->future.outcome.error) {
        task->future.flags |= FUTURE_RETRIEVED;
        if (task->future.outcome.error != CORUN_INTERRUPTED && task->future.outcome.error != CORUN_SYSTEM_EXIT)
            report_at_shutdown(loop, task);
    }
    if (list_is_empty(&loop->tasks))
        stop_behind_ready(loop);
}

static void close_interrupted(void *self)
{
    corun_runner *runner = self;
    loop_abort(runner->private_.loop, CORUN_INTERRUPTED);
}

static void out_of_time(void *loop)
{
    corun_loop_stop(loop);
}

/* Returns whether there is anything to wait for. */
static bool begin_close(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    double limit = runner->private_.options.close_timeout;
    struct list *last;
    runner_set_state(runner, RUNNER_CLOSING);
    runner_clear_result(runner);
    runner->private_.late = 0;
    if (list_is_empty(&loop->tasks))
        return false;
    loop->listener = (struct loop_listener){NULL, close_interrupted, task_added, task_removed, runner};
    loop->deadlock_told = true; /* waiting for the cancelled is no deadlock to tell of */
    runner_take_interrupts(runner);
    if (limit > 0 && corun_loop_call_later(loop, limit, out_of_time, loop, &runner->private_.close_timer) < 0)
        corun_loop_stop(loop);
    last = loop->tasks.previous;
    for (struct list *at = loop->tasks.next;; at = at->next) {
        cancel_left(container_of(at, corun_task, all));
        if (at == last)
            break;
    }
    return true;
}

static int end_close(corun_runner *runner, int rc)
{
    corun_loop *loop = runner->private_.loop;
    int close_error;
    if (runner->private_.close_timer) {
        corun_callback_cancel(runner->private_.close_timer);
        corun_callback_release(runner->private_.close_timer);
        runner->private_.close_timer = NULL;
    }
    runner_leave_interrupts(runner);
    loop->listener = (struct loop_listener){NULL, NULL, NULL, NULL, NULL};
    if (rc == CORUN_SYSTEM_EXIT)
        runner->private_.value = CORUN_VALUE(.i = loop->exit_status);
    close_error = corun_loop_close(loop);
    runner->private_.loop = NULL;
    corun_context_release(runner->private_.context);
    runner->private_.context = NULL;
    runner->private_.error = rc ? rc : close_error;
    runner_set_state(runner, RUNNER_CLOSED);
    return runner->private_.error;
}

static void close_stopped(void *self, int rc)
{
    corun_runner *runner = self;
    corun_run_done *done = runner->private_.done;
    int error = end_close(runner, rc);
    runner->private_.done = NULL;
    if (done)
        done(runner, error, &runner->private_.value, runner->private_.done_argument);
}

/* From inside its own run: everything is cancelled, the caller too, nothing is closed (B66). Between the
 * turns of a started run: nothing happens. */
static int refuse_while_running(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    if (!corun_loop_is_running(loop))
        return CORUN_RUNNING;
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next)
        corun_task_cancel(container_of(at, corun_task, all), NULL);
    return CORUN_RUNNING;
}

/* Checks in asyncio's order. Returns 1 if there is nothing to close. */
static int check_close(corun_runner *runner)
{
    switch ((enum runner_state)runner->private_.state) {
    case RUNNER_CREATED:
    case RUNNER_CLOSED:
        runner_clear_result(runner);
        return 1;
    case RUNNER_CLOSING:
        return CORUN_RUNNING;
    case RUNNER_RUNNING:
        return refuse_while_running(runner);
    default:
        return 0;
    }
}

int corun_runner_close(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    int rc = check_close(runner);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (!list_is_empty(&loop->tasks) && !corun_current_loop() && !backend_can_wait(&loop->backend))
        return CORUN_UNSUPPORTED;
    if (begin_close(runner))
        rc = corun_loop_run(loop);
    return end_close(runner, rc);
}

int corun_runner_close_start(corun_runner *runner, corun_run_done *done, void *argument)
{
    int rc = check_close(runner);
    if (rc < 0)
        return rc;
    runner->private_.done = done;
    runner->private_.done_argument = argument;
    if (rc > 0 && done)
        done(runner, 0, &runner->private_.value, argument);
    else if (rc == 0 && begin_close(runner))
        runner->private_.loop->listener.stopped = close_stopped;
    else if (rc == 0)
        close_stopped(runner, 0);
    return 0;
}
