/* The orderly close, in phases: cancel every task that is left, close every generator, wait for the jobs in
 * threads, close the loop. B58-B66.
 *
 * Closing has the same two forms as running: blocking, or in turns of the host. Either way the loop's
 * rounds go on, phase by phase, until the last task and job are gone; or an interrupt, the time limit or a
 * SystemExit says to skip what is ahead and abandon what is left: reported, its frames dropped, its waits
 * unlinked.
 */
#include <errno.h>

#include "duration.h"
#include "generator.h"
#include "memory.h"
#include "report.h"
#include "runner.h"
#include "task.h"

enum { MOST_LATE_TASKS = 1000 };

/* In order; an interrupt, a SystemExit or a limit skips what is ahead (B59). */
enum close_phase { CLOSE_BEGUN, CLOSE_TASKS, CLOSE_GENERATORS, CLOSE_EXECUTOR, CLOSE_ABANDONED };

/* Whether the present phase has nothing to wait for. */
static bool is_phase_over(const corun_loop *loop)
{
    return list_is_empty(&loop->tasks) && list_is_empty(&loop->executor.shutdowns);
}

static void cancel_left(corun_task *task)
{
    task->future.task_flags |= TASK_LEFT_AT_CLOSE;
    corun_task_cancel(task, NULL);
}

/* Skips what is ahead. What is left has been reported by the time the loop is closed. */
static void abandon_left(corun_runner *runner)
{
    runner->private_.close_phase = CLOSE_ABANDONED;
    corun_loop_stop(runner->private_.loop);
}

/* A task that is spawned now is cancelled at once; a program that never stops spawning is abandoned. */
static void task_added(corun_runner *runner, corun_task *task)
{
    if (++runner->private_.late > MOST_LATE_TASKS)
        abandon_left(runner);
    cancel_left(task);
}

static void report_failed(corun_loop *loop, corun_task *task)
{
    if (task->future.task_flags & TASK_LEFT_AT_CLOSE)
        report_at_shutdown(loop, task);
    else
        loop->uses.generators->report(loop, task);
}

static void stop_if_done(struct entry *entry)
{
    corun_loop *loop = container_of(entry, corun_loop, stop_entry);
    entry->link.next = NULL;
    if (is_phase_over(loop))
        corun_loop_stop(loop);
}

/* The phase is over. What its end has made ready, their done callbacks above all, runs first; a task that is
 * spawned there is waited for (F2 B58). */
static void stop_behind_ready(corun_loop *loop)
{
    if (loop->stop_entry.link.next)
        return;
    loop->stop_entry.run = stop_if_done;
    loop_ready(loop, &loop->stop_entry);
}

static void task_removed(corun_runner *runner, corun_task *task)
{
    corun_loop *loop = runner->private_.loop;
    if (task->future.state == FUTURE_FINISHED && task->future.outcome.error) {
        task->future.flags |= FUTURE_RETRIEVED;
        if (!error_leaves_loop(task->future.outcome.error))
            report_failed(loop, task);
    }
    if (is_phase_over(loop))
        stop_behind_ready(loop);
}

static void close_interrupted(corun_runner *runner)
{
    loop_abort(runner->private_.loop, CORUN_INTERRUPTED);
}

/* ------------------------------------------------------------------ phases */

static void cancel_tasks(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    struct list *last = loop->tasks.previous;
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next) {
        cancel_left(container_of(at, corun_task, all));
        if (at == last)
            break;
    }
}

static void close_generators(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    const struct loop_listener *listener = loop->listener;
    loop->generators_shut = true;
    if (!loop->uses.generators)
        return;
    loop_listen(loop, NULL, NULL); /* the tasks that close are not to be cancelled */
    loop->uses.generators->close(loop);
    loop_listen(loop, listener, runner);
}

static void executor_over(struct shutdown *shutdown)
{
    if (is_phase_over(shutdown->loop))
        stop_behind_ready(shutdown->loop);
}

static void shut_down_executor(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    loop->executor.shut = true;
    if (loop->uses.executor)
        loop->uses.executor->shut_down(loop, executor_over);
}

/* What is ready gets its turn in the later phases even if they have nothing to wait for, as in asyncio, which runs
 * the loop for each; unless this close cannot run any rounds. */
static bool has_calls_to_make(const corun_runner *runner)
{
    const corun_loop *loop = runner->private_.loop;
    bool can_run = loop->listener->stopped || backend_can_wait(&loop->backend);
    return runner->private_.close_phase > CLOSE_TASKS && can_run && !list_is_empty(&loop->ready);
}

/* Goes on to the next phase that has something to wait for. Returns whether there is one. */
static bool begin_phase(corun_runner *runner)
{
    static void (*const begin[])(corun_runner *) = {[CLOSE_TASKS] = cancel_tasks,
                                                    [CLOSE_GENERATORS] = close_generators,
                                                    [CLOSE_EXECUTOR] = shut_down_executor};
    while (runner->private_.close_phase < CLOSE_EXECUTOR) {
        begin[++runner->private_.close_phase](runner);
        if (!is_phase_over(runner->private_.loop))
            return true;
        if (has_calls_to_make(runner)) {
            stop_behind_ready(runner->private_.loop);
            return true;
        }
    }
    return false;
}

/* The rounds of a phase are over. Returns what that means for the close. */
static int end_phase(corun_runner *runner, int rc)
{
    bool is_done = is_phase_over(runner->private_.loop);
    return rc == 0 && !is_done && runner->private_.close_phase != CLOSE_ABANDONED ? CORUN_STOPPED : rc;
}

/* ------------------------------------------------------------------- limit */

/* While it is ahead. A timer of its own: a callback would have every program linked with those. */
struct corun_close_limit_ {
    struct entry timer;
    corun_runner *runner;
};

static void limit_reached(struct entry *entry)
{
    struct corun_close_limit_ *limit = container_of(entry, struct corun_close_limit_, timer);
    limit->runner->private_.close_limit = NULL;
    abandon_left(limit->runner);
    memory_release(limit);
}

static int set_limit(corun_runner *runner, double seconds)
{
    corun_loop *loop = runner->private_.loop;
    struct corun_close_limit_ *limit = memory_allocate(sizeof *limit);
    int rc;
    if (!limit)
        return -ENOMEM;
    *limit = (struct corun_close_limit_){{.run = limit_reached}, runner};
    rc = timer_arm(&loop->timers, &limit->timer, time_after(backend_now(&loop->backend), seconds));
    if (rc < 0)
        memory_release(limit);
    else
        runner->private_.close_limit = limit;
    return rc;
}

static void forget_limit(corun_runner *runner)
{
    struct corun_close_limit_ *limit = runner->private_.close_limit;
    corun_loop *loop = runner->private_.loop;
    if (!limit)
        return;
    loop_withdraw(loop, &limit->timer);
    runner->private_.close_limit = NULL;
    memory_release(limit);
}

/* ---------------------------------------------------------------- begin, end */

static void begin_close(corun_runner *runner, const struct loop_listener *listener)
{
    corun_loop *loop = runner->private_.loop;
    double limit = runner->private_.options.close_timeout;
    runner_set_state(runner, RUNNER_CLOSING);
    runner_clear_result(runner);
    runner->private_.late = 0;
    runner->private_.close_phase = CLOSE_BEGUN;
    loop_listen(loop, listener, runner);
    if (loop->closed) { /* by hand (B67) */
        runner->private_.close_phase = CLOSE_ABANDONED;
        return;
    }
    loop->deadlock_told = true; /* waiting for the cancelled is no deadlock to tell of */
    runner_take_interrupts(runner);
    if (limit > 0 && set_limit(runner, limit) < 0)
        runner->private_.close_phase = CLOSE_ABANDONED;
}

static int end_close(corun_runner *runner, int rc)
{
    corun_loop *loop = runner->private_.loop;
    int close_error;
    forget_limit(runner);
    rc = runner_leave_interrupts(runner, rc);
    loop_listen(loop, NULL, NULL);
    if (rc == CORUN_SYSTEM_EXIT)
        runner->private_.value = CORUN_VALUE(.i = loop->exit_status);
    close_error = loop->closed ? CORUN_CLOSED : corun_loop_close(loop);
    corun_context_release(runner->private_.context); /* may run code, which finds a loop */
    runner->private_.context = NULL;
    loop_release(loop);
    runner->private_.loop = NULL;
    runner->private_.error = rc ? rc : close_error;
    runner_set_state(runner, RUNNER_CLOSED);
    return runner->private_.error;
}

/* Goes on with a close in turns, or ends it. */
static void advance_close(corun_runner *runner, int error)
{
    corun_run_done *done = runner->private_.done;
    if (error == 0 && begin_phase(runner))
        return;
    error = end_close(runner, error);
    runner->private_.done = NULL;
    if (done)
        done(runner, error, &runner->private_.value, runner->private_.done_argument);
}

static void close_stopped(corun_runner *runner, int rc)
{
    advance_close(runner, end_phase(runner, rc));
}

/* From inside one of the loop's own rounds: everything is cancelled, the caller too, nothing is closed (B66).
 * Between the turns of a started run: nothing happens. */
static int refuse_while_running(corun_runner *runner)
{
    corun_loop *loop = runner->private_.loop;
    for (struct list *at = loop->tasks.next; corun_loop_is_running(loop) && at != &loop->tasks; at = at->next)
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
        return corun_loop_is_running(runner->private_.loop) ? refuse_while_running(runner) : 0;
    }
}

static bool has_to_wait(const corun_loop *loop)
{
    return !list_is_empty(&loop->tasks) || !list_is_empty(&loop->generators);
}

int corun_runner_close(corun_runner *runner)
{
    static const struct loop_listener listener = {NULL, close_interrupted, task_added, task_removed};
    corun_loop *loop = runner->private_.loop;
    int rc = check_close(runner);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (has_to_wait(loop) && !corun_current_loop() && !backend_can_wait(&loop->backend))
        return CORUN_UNSUPPORTED;
    begin_close(runner, &listener);
    while (rc == 0 && begin_phase(runner))
        rc = end_phase(runner, corun_loop_run(loop));
    if (rc == 0 && corun_current_loop())
        rc = CORUN_RUNNING; /* also if there was nothing to run (B66) */
    return end_close(runner, rc);
}

int corun_runner_close_start(corun_runner *runner, corun_run_done *done, void *argument)
{
    static const struct loop_listener listener = {close_stopped, close_interrupted, task_added, task_removed};
    int rc = check_close(runner);
    if (rc < 0)
        return rc;
    runner->private_.done = done;
    runner->private_.done_argument = argument;
    if (rc > 0) {
        if (done)
            done(runner, 0, &runner->private_.value, argument);
        return 0;
    }
    begin_close(runner, &listener);
    advance_close(runner, 0);
    return 0;
}
