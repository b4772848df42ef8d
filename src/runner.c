/* The runner: one main after another on one loop, interrupts turned into cancellation.
 *
 * A run is: begin (main's task exists, interrupts are on), rounds of the loop until it stops, end (what main
 * came to). Blocking runs do the rounds themselves, started ones leave them to the host's turns; nothing
 * else differs.
 */
#include "runner.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "memory.h"
#include "report.h"
#include "task.h"

static bool may_go(enum runner_state from, enum runner_state to)
{
    switch (from) {
    case RUNNER_CREATED:
        return to == RUNNER_INITIALIZED;
    case RUNNER_INITIALIZED:
        return to == RUNNER_RUNNING || to == RUNNER_CLOSING;
    case RUNNER_RUNNING:
        return to == RUNNER_INITIALIZED;
    case RUNNER_CLOSING:
        return to == RUNNER_CLOSED;
    default:
        return false;
    }
}

void runner_set_state(corun_runner *runner, enum runner_state state)
{
    assert(may_go((enum runner_state)runner->private_.state, state));
    (void)may_go;
    runner->private_.state = state;
}

int corun_runner_open(corun_runner *runner, const corun_run_options *options)
{
    memset(runner, 0, sizeof *runner);
    if (options)
        runner->private_.options = *options;
    return 0;
}

int runner_initialize(corun_runner *runner)
{
    const corun_run_options *options = &runner->private_.options;
    int rc;
    if (runner->private_.state == RUNNER_CLOSED)
        return CORUN_CLOSED;
    if (runner->private_.state != RUNNER_CREATED)
        return 0;
    rc = (options->loop_factory ? options->loop_factory : corun_loop_default)(&runner->private_.loop);
    if (rc < 0)
        return rc;
    rc = corun_context_copy(&runner->private_.context);
    if (rc < 0) {
        corun_loop_close(runner->private_.loop);
        runner->private_.loop = NULL;
        return rc;
    }
    loop_retain(runner->private_.loop); /* the program may close it by hand */
    if (options->debug != CORUN_DEBUG_ENVIRONMENT)
        corun_loop_set_debug(runner->private_.loop, options->debug == CORUN_DEBUG_ON);
    runner_set_state(runner, RUNNER_INITIALIZED);
    return 0;
}

int corun_runner_loop(corun_runner *runner, corun_loop **out_loop)
{
    int rc = runner_initialize(runner);
    if (rc == 0)
        *out_loop = runner->private_.loop;
    return rc;
}

/* -------------------------------------------------------------- interrupts */

void runner_take_interrupts(corun_runner *runner)
{
    static const int default_signals[] = {0};
    const int *signals = runner->private_.options.interrupt_signals;
    corun_loop *loop = runner->private_.loop;
    runner->private_.taken = 0;
    runner->private_.takes_interrupts = interrupts_claim(loop);
    backend_interrupts(&loop->backend, signals ? signals : default_signals);
    if (!runner->private_.takes_interrupts && loop->backend.interruptible) {
        runner->private_.takes_interrupts = loop->uses.signals && loop->uses.signals->take_over(loop);
        if (!runner->private_.takes_interrupts)
            backend_interrupts(&loop->backend, NULL);
    }
    if (runner->private_.takes_interrupts && loop->uses.signals)
        loop->uses.signals->show_start(loop);
    atomic_store(&loop->interrupts.by_signals, loop->backend.interruptible);
}

int runner_leave_interrupts(corun_runner *runner, int rc)
{
    corun_loop *loop = runner->private_.loop;
    if (!runner->private_.takes_interrupts)
        return rc;
    if (loop->uses.signals)
        loop->uses.signals->show_stop(loop);
    backend_interrupts(&loop->backend, NULL);
    interrupts_disclaim(loop);
    runner->private_.takes_interrupts = false;
    if (loop->leaving)
        rc = loop->leaving;
    loop->leaving = 0;
    return rc;
}

/* The first interrupt cancels main; a later one, or one that finds main done, ends the run. */
static void run_interrupted(corun_runner *runner)
{
    corun_task *main_task = runner->private_.main_task;
    if (++runner->private_.taken == 1 && !corun_task_done(main_task))
        corun_task_cancel(main_task, NULL);
    else
        loop_abort(runner->private_.loop, CORUN_INTERRUPTED);
}

/* --------------------------------------------------------------- begin, end */

void runner_clear_result(corun_runner *runner)
{
    memory_release(runner->private_.bytes);
    failure_release(runner->private_.failure);
    runner->private_.bytes = NULL;
    runner->private_.failure = NULL;
    runner->private_.value = CORUN_VALUE();
    runner->private_.error = 0;
}

static int begin_run(corun_runner *runner, const corun_awaitable *main, corun_context *context,
                     const struct loop_listener *listener)
{
    corun_spawn_options options = {NULL, context, CORUN_START_USUAL};
    corun_loop *loop;
    corun_task *task;
    int rc;
    if (runner->private_.state >= RUNNER_RUNNING && runner->private_.state != RUNNER_CLOSED)
        return CORUN_RUNNING;
    rc = runner_initialize(runner);
    if (rc < 0)
        return rc;
    loop = runner->private_.loop;
    runner_clear_result(runner);
    if (!context)
        options.context = runner->private_.context;
    rc = loop_spawn(loop, main, &options, &task);
    if (rc < 0)
        return rc;
    loop_stop_after(loop, task);
    runner->private_.main_task = task;
    loop_listen(loop, listener, runner);
    runner_set_state(runner, RUNNER_RUNNING);
    runner_take_interrupts(runner);
    return 0;
}

/* Interrupted or cancelled: an interrupt did it if nobody else has asked (B48). */
static int interrupted_or_cancelled(corun_runner *runner, corun_task *main_task)
{
    if (runner->private_.taken == 0)
        return CORUN_CANCELLED;
    return corun_task_uncancel(main_task) == 0 ? CORUN_INTERRUPTED : CORUN_CANCELLED;
}

static int keep_main_value(corun_runner *runner, corun_value value)
{
    runner->private_.value = value;
    if (value.tag != CORUN_BYTES)
        return 0;
    runner->private_.bytes = memory_copy(value.bytes, value.size);
    if (!runner->private_.bytes)
        runner->private_.value = CORUN_VALUE();
    else
        runner->private_.value.bytes = runner->private_.bytes;
    return runner->private_.bytes ? 0 : -ENOMEM;
}

/* What the run came to: what left the loop, else what main ended with. */
static int result_of(corun_runner *runner, int rc)
{
    corun_task *main_task = runner->private_.main_task;
    corun_value value = CORUN_VALUE();
    int error;
    if (rc == CORUN_SYSTEM_EXIT)
        runner->private_.value = CORUN_VALUE(.i = runner->private_.loop->exit_status);
    if (rc < 0)
        return rc;
    if (!corun_task_done(main_task))
        return CORUN_STOPPED;
    error = corun_task_result(main_task, &value);
    if (error == CORUN_CANCELLED)
        return interrupted_or_cancelled(runner, main_task);
    return error ? error : keep_main_value(runner, value);
}

static int end_run(corun_runner *runner, int rc)
{
    corun_task *main_task = runner->private_.main_task;
    int error = result_of(runner, runner_leave_interrupts(runner, rc));
    if (error && corun_task_done(main_task)) {
        (void)corun_task_result(main_task, NULL); /* counts as having asked */
        runner->private_.failure =
            failure_retain((corun_failure *)(uintptr_t)corun_task_failure(main_task));
    }
    report_run(runner->private_.loop, error);
    loop_forget_stop(runner->private_.loop, main_task);
    loop_listen(runner->private_.loop, NULL, NULL);
    runner->private_.main_task = NULL;
    runner->private_.error = error;
    runner_set_state(runner, RUNNER_INITIALIZED);
    corun_task_release(main_task);
    return error;
}

/* ------------------------------------------------------------------ run */

int corun_runner_run(corun_runner *runner, corun_awaitable main, corun_context *context,
                     corun_value *out_value)
{
    static const struct loop_listener listener = {NULL, run_interrupted, NULL, NULL};
    int rc;
    if (corun_current_loop())
        return CORUN_RUNNING;
    rc = runner_initialize(runner);
    if (rc < 0)
        return rc;
    if (!backend_can_wait(&runner->private_.loop->backend))
        return CORUN_UNSUPPORTED;
    rc = begin_run(runner, &main, context, &listener);
    if (rc < 0)
        return rc;
    rc = end_run(runner, corun_loop_run(runner->private_.loop));
    if ((rc == 0 || rc == CORUN_SYSTEM_EXIT) && out_value)
        *out_value = runner->private_.value;
    return rc;
}

/* The rounds of a started run are over. */
static void run_stopped(corun_runner *runner, int rc)
{
    corun_run_done *done = runner->private_.done;
    int error = end_run(runner, rc);
    runner->private_.done = NULL;
    if (done)
        done(runner, error, &runner->private_.value, runner->private_.done_argument);
}

int corun_runner_start(corun_runner *runner, corun_awaitable main, corun_context *context, corun_run_done *done,
                       void *argument)
{
    static const struct loop_listener listener = {run_stopped, run_interrupted, NULL, NULL};
    int rc = begin_run(runner, &main, context, &listener);
    if (rc < 0)
        return rc;
    runner->private_.done = done;
    runner->private_.done_argument = argument;
    return 0;
}

int corun_run(corun_awaitable main, const corun_run_options *options, corun_value *out_value)
{
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    int error, close_error;
    void *bytes;
    if (corun_current_loop())
        return CORUN_RUNNING;
    corun_runner_open(&runner, options);
    error = corun_runner_run(&runner, main, NULL, &value);
    bytes = runner.private_.bytes;
    runner.private_.bytes = NULL; /* they are the caller's, and outlive the runner */
    close_error = corun_runner_close(&runner);
    if (close_error || !out_value)
        memory_release(bytes);
    if (close_error == CORUN_SYSTEM_EXIT)
        value = runner.private_.value;
    if (close_error)
        error = close_error;
    if (out_value && (error == 0 || error == CORUN_SYSTEM_EXIT))
        *out_value = value;
    return error;
}

void corun_free_bytes(corun_value *value)
{
    if (value->tag != CORUN_BYTES)
        return;
    memory_release((void *)(uintptr_t)value->bytes);
    *value = CORUN_VALUE();
}

const corun_failure *corun_runner_failure(const corun_runner *runner)
{
    return runner->private_.failure;
}
