/* What the macros of a coroutine call, and how an exit travels from frame to frame.
 *
 * The step of a frame returns to the driver (task.c) at every await and at its end; nothing here calls a
 * step. So a chain of any depth needs no C stack, and resuming it costs the same at any depth.
 *
 * An exit is kept in its frame (src/outcome.c) while the cleanup runs: an await in the cleanup cannot overwrite it.
 */
#include "corun/coroutine.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "corun/wait.h"
#include "frame.h"
#include "memory.h"
#include "operand.h"
#include "task.h"

/* Never reached by an await of the library's own: calls are told by their type before anything is started. */
static void call_start(void *self, corun_waiter *waiter)
{
    (void)self;
    corun_waiter_done(waiter, CORUN_NOT_AWAITABLE, NULL);
}

const corun_awaitable_type corun_call_type_ = {"call", call_start, cancel_nothing};

/* ------------------------------------------------------- bytes of results */

/* The bytes of the result before may be what an await was given: CORUN_AWAIT(corun_write(1,
 * CORUN_RESULT().bytes, n)). They are held until that await has ended. */
static int hold_bytes(corun_task *task, corun_frame *frame)
{
    struct rare *rare = future_rare(&task->future);
    struct outcome *outcome = &task->future.outcome;
    struct owned_bytes *bytes = container_of(outcome->value.bytes, struct owned_bytes, data);
    if (!rare)
        return -ENOMEM;
    bytes->next = rare->held;
    bytes->frame = frame;
    rare->held = bytes;
    frame->mode |= FRAME_HOLDS_BYTES;
    outcome->owned = false;
    return 0;
}

void frame_await_ended(corun_task *task, corun_frame *frame)
{
    frame->caught = 0;
    if (!(frame->mode & FRAME_HOLDS_BYTES))
        return;
    for (struct owned_bytes *bytes; (bytes = task->future.rare->held) && bytes->frame == frame;) {
        task->future.rare->held = bytes->next;
        memory_release(bytes);
    }
    frame->mode &= (uint8_t)~FRAME_HOLDS_BYTES;
}

/* -------------------------------------------------- how exits are passed on */

/* Notes the line at which an error passes; a bare cancellation leaves no trace. */
static corun_failure *note_trace(corun_frame *frame, int error, corun_failure *failure)
{
    if (!failure && (error == CORUN_CANCELLED || error == CORUN_GENERATOR_EXIT))
        return NULL;
    failure = failure ? failure_own(failure) : failure_create(error, NULL);
    if (failure)
        failure_add_where(failure, frame->coroutine->file, frame->coroutine->name, frame->line);
    return failure;
}

/* The drop is for frames whose own cleanup never ran. */
void frame_drop_arguments(corun_frame *frame)
{
    if (frame->state != FRAME_CLEANUP && *frame->coroutine->drop)
        (*frame->coroutine->drop)(frame);
}

static corun_step_ pop_frame(corun_task *task)
{
    corun_frame *frame = task->top;
    struct outcome *outcome = &task->future.outcome;
    if (unlikely(outcome->owned)) /* the latest await's, which nobody awaited anything after */
        outcome_release(outcome);
    exit_take(frame, outcome);
    if (unlikely(frame->error))
        frame_drop_arguments(frame);
    frame_pop(task);
    return step_of(frames_deliver(task));
}

/* Leaves a frame whose exit is set: through its cleanup if it has one ahead, else to its caller. */
static corun_step_ leave_frame(corun_task *task, corun_frame *frame)
{
    if (frame->state == FRAME_BODY && frame->cleanup) {
        frame->state = FRAME_CLEANUP;
        frame->resume = frame->cleanup;
        return step_of(STEP_AGAIN);
    }
    return pop_frame(task);
}

/* An error during the cleanup becomes the exit; what it replaces becomes its context. */
static void replace_exit(corun_frame *frame, int error, corun_failure *failure)
{
    struct outcome old;
    exit_take(frame, &old);
    if (old.error && !failure)
        failure = failure_create(error, NULL);
    if (old.error && !old.failure)
        old.failure = failure_create(old.error, NULL);
    if (failure && old.error)
        failure_set_context(failure, old.failure);
    else
        outcome_release(&old);
    frame->tag = CORUN_NO_VALUE;
    exit_keep_error(frame, error, failure);
}

static bool is_caught(const corun_frame *frame, int error)
{
    if (frame->mode == CORUN_CATCH_ALL_)
        return true;
    return frame->mode == CORUN_CATCH_ && error != CORUN_CANCELLED && !error_leaves_loop(error);
}

/* Hands an error to a frame. Returns whether it goes on; if not, the error is now its exit. */
static bool goes_on_after(struct outcome *outcome, corun_frame *frame)
{
    corun_failure *failure = outcome->failure;
    int error = outcome->error;
    memset(outcome, 0, sizeof *outcome);
    if (is_caught(frame, error)) {
        frame->caught = error;
        failure_release(failure);
        return true;
    }
    failure = note_trace(frame, error, failure);
    if (frame->state == FRAME_CLEANUP) {
        frame->caught = error; /* it goes on all the same */
        replace_exit(frame, error, failure);
        return true;
    }
    exit_keep_error(frame, error, failure);
    if (!frame->cleanup)
        return false;
    frame->state = FRAME_CLEANUP;
    frame->resume = frame->cleanup;
    return true;
}

int frames_deliver_error(corun_task *task)
{
    struct outcome *outcome = &task->future.outcome;
    for (corun_frame *frame; (frame = task->top);) {
        frame_await_ended(task, frame);
        if (goes_on_after(outcome, frame))
            return STEP_AGAIN;
        exit_take(frame, outcome);
        frame_drop_arguments(frame);
        frame_pop(task);
        if (outcome->error == 0) /* it was a generator that ended as it was asked to */
            return frames_deliver(task);
    }
    return STEP_FINISHED;
}

void frame_discard(corun_frame *frame)
{
    bool leaving = frame->state == FRAME_CLEANUP;
    frame_drop_arguments(frame);
    if (leaving)
        exit_clear(frame);
}

void frames_abandon(corun_task *task)
{
    while (task->top) {
        corun_frame *frame = task->top;
        frame_await_ended(task, frame);
        frame_discard(frame);
        frame_pop(task);
    }
}

/* ------------------------------------------------------ what macros expand to */

/* There is no memory to begin an await. Whoever awaits a call cannot tell that from an error inside it, so
 * its arguments are dropped. */
static corun_step_ refuse_await(corun_task *task, const corun_awaitable *awaitable)
{
    awaitable_drop(awaitable);
    outcome_release(&task->future.outcome);
    outcome_set(&task->future.outcome, -ENOMEM, NULL);
    return step_of(frames_deliver(task));
}

corun_step_ corun_await_(corun_task *task, corun_frame *frame, const corun_awaitable *awaitable, int mode)
{
    struct outcome *outcome = &task->future.outcome;
    frame->mode = (uint8_t)mode;
    frame->state |= FRAME_BODY;
    if (unlikely(outcome->owned) && hold_bytes(task, frame) < 0)
        return refuse_await(task, awaitable);
    /* The two commonest are told first, before anything is copied. */
    if (awaitable->type == &corun_yield_type_) {
        outcome->value.tag = CORUN_NO_VALUE;
        task_wake(task);
        return step_of(STEP_SUSPENDED);
    }
    if (awaitable->type != &corun_call_type_)
        return step_of(task_wait(task, awaitable));
    if (likely(frame_push(task, awaitable->self) != NULL))
        return step_of(STEP_AGAIN);
    return refuse_await(task, awaitable);
}

corun_value corun_result_(const corun_task *task)
{
    return task->future.outcome.value;
}

corun_step_ corun_finally_(corun_task *task, corun_frame *frame)
{
    assert(frame->cleanup && "CORUN_FINALLY without CORUN_TRY before it");
    frame->state = FRAME_BODY;
    return leave_frame(task, frame);
}

corun_step_ corun_end_(corun_task *task, corun_frame *frame)
{
    (void)frame;
    return pop_frame(task);
}

corun_step_ corun_return_(corun_task *task, corun_frame *frame, corun_value value)
{
    int rc;
    if (frame->state == FRAME_CLEANUP)
        exit_clear(frame);
    else
        frame->state = FRAME_BODY;
    rc = exit_keep_value(frame, value);
    if (rc < 0)
        return corun_raise_(task, frame, rc);
    return leave_frame(task, frame);
}

static corun_step_ raise_failure(corun_task *task, corun_frame *frame, int error, corun_failure *failure)
{
    if (error >= 0)
        error = CORUN_BAD_ARGUMENT;
    failure = note_trace(frame, error, failure);
    if (frame->state == FRAME_CLEANUP)
        replace_exit(frame, error, failure);
    else {
        frame->state = FRAME_BODY;
        exit_keep_error(frame, error, failure);
    }
    return leave_frame(task, frame);
}

corun_step_ corun_raise_(corun_task *task, corun_frame *frame, int error)
{
    return raise_failure(task, frame, error, NULL);
}

corun_step_ corun_raise_with_(corun_task *task, corun_frame *frame, int error, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (error >= 0)
        error = CORUN_BAD_ARGUMENT;
    return raise_failure(task, frame, error, failure_create(error, text));
}

corun_step_ corun_exit_(corun_task *task, corun_frame *frame, int status)
{
    task->future.loop->exit_status = status; /* without memory for the failure, the latest one counts */
    return raise_failure(task, frame, CORUN_SYSTEM_EXIT, failure_of_exit(status));
}
