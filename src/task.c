/* Tasks: how they begin, wait, go on and end.
 *
 * Always true:
 *   - a task that is not done is in its loop's list, which holds one reference to it;
 *   - it is running, or its entry stands in exactly one place, or its wait's type keeps the waiter;
 *   - only its loop's thread touches it.
 */
#include "task.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "memory.h"
#include "report.h"
#include "text.h"

/* ------------------------------------------------------------------ drive */

/* In debug, what an earlier step left on the C stack is overwritten, so that a local that was meant to
 * live across an await shows its mistake at once. */
static __attribute__((noinline)) void spoil_stack(void)
{
    volatile unsigned char waste[2048];
    for (size_t i = 0; i < sizeof waste; i++)
        waste[i] = 0xdb;
}

/* The trampoline: steps whatever frame is innermost until the task waits or ends. */
static inline __attribute__((always_inline)) void drive_task(corun_task *task, int (*begin)(corun_task *task),
                                                              bool debug)
{
    corun_loop *loop = task->future.loop;
    int64_t began = debug ? backend_now(&loop->backend) : 0;
    int verdict;
    loop->current = task;
    verdict = begin(task);
    while (verdict == STEP_AGAIN) {
        if (debug)
            spoil_stack();
        verdict = task->top->coroutine->step(task, task->top).verdict;
    }
    loop->current = NULL;
    if (debug)
        loop_tell_slow(loop, task, began);
    if (unlikely(verdict == STEP_FINISHED))
        task_finish(task);
}

static __attribute__((noinline)) void drive_in_debug(corun_task *task, int (*begin)(corun_task *task))
{
    drive_task(task, begin, true);
}

static inline void drive(corun_task *task, int (*begin)(corun_task *task))
{
    if (unlikely(task->future.loop->debug))
        drive_in_debug(task, begin);
    else
        drive_task(task, begin, false);
}

/* A task that is cancelled before its first step never begins (T4). */
static int begin_first(corun_task *task)
{
    if (likely(!(task->future.task_flags & TASK_MUST_CANCEL)))
        return STEP_AGAIN;
    frames_abandon(task);
    cancel_take(task);
    return STEP_FINISHED;
}

void task_run_first(struct entry *entry)
{
    drive(task_of_entry(entry), begin_first);
}

static int begin_again(corun_task *task)
{
    return frames_deliver(task);
}

/* Inline in the loop's round, where gcc would leave it out as soon as the round grows. */
inline void task_resume(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    task->future.wait = WAIT_NONE;
    if (unlikely(task->future.outcome.error == CORUN_CANCELLED || task->future.task_flags & TASK_MUST_CANCEL))
        cancel_take(task);
    drive(task, begin_again);
}

void task_go_on(corun_task *task, int (*begin)(corun_task *task))
{
    task->future.wait = WAIT_NONE;
    drive(task, begin);
}

/* The outcome is set: has the task go on with it, without a suspension if its wait has just begun. */
static void wait_answered(corun_task *task)
{
    if (task->future.wait == WAIT_STARTING)
        task->future.task_flags |= TASK_ANSWERED;
    else
        task_wake(task);
}

void task_answer(corun_task *task, struct outcome outcome)
{
    task->future.outcome = outcome;
    wait_answered(task);
}

/* -------------------------------------------------------------------- wait */

int task_wait(corun_task *task, const corun_awaitable *awaitable)
{
    corun_future *self = &task->future;
    const corun_awaitable_type *type = awaitable->type;
    void *awaited = awaitable->self;
    if (!type) {
        outcome_set(&self->outcome, CORUN_NOT_AWAITABLE, NULL);
        return frames_deliver(task);
    }
    self->awaitable.type = type;
    self->awaitable.self = awaited;
    self->awaitable.number = awaitable->number;
    self->awaitable.extra = awaitable->extra;
    self->wait = WAIT_STARTING;
    self->task_flags &= (uint8_t)~TASK_ANSWERED;
    type->start(awaited, waiter_of_task(task));
    if (self->task_flags & TASK_ANSWERED) {
        self->wait = WAIT_NONE;
        return frames_deliver(task);
    }
    if (self->wait == WAIT_STARTING)
        self->wait = WAIT_WAITING;
    if (unlikely(self->task_flags & TASK_MUST_CANCEL) && self->wait == WAIT_WAITING) {
        self->task_flags &= (uint8_t)~TASK_MUST_CANCEL;
        cancel_wait(task);
    }
    return STEP_SUSPENDED;
}

void corun_waiter_done(corun_waiter *waiter, int error, const corun_value *value)
{
    corun_task *task = task_of_waiter(waiter);
    corun_value copy = value ? *value : CORUN_VALUE(); /* the answer goes over the awaitable, in which it may stand */
    if (error > 0)
        error = CORUN_BAD_ARGUMENT;
    if (task->future.wait == WAIT_WAITING || task->future.wait == WAIT_STARTING) {
        outcome_answer(&task->future.outcome, error, &copy);
        wait_answered(task);
    } else if (task->future.wait == WAIT_ABANDONED) {
        task->future.wait = WAIT_NONE;
        corun_task_release(task);
    }
}

corun_loop *corun_waiter_loop(const corun_waiter *waiter)
{
    return ((const corun_task *)(const void *)waiter)->future.loop;
}

/* --------------------------------------------------------------------- end */

void task_release_context(corun_task *task)
{
    if (task->future.task_flags & TASK_HAS_CONTEXT)
        corun_context_release(task->context);
    else
        bindings_release(task->bindings);
    task->future.task_flags &= (uint8_t)~TASK_HAS_CONTEXT;
    task->bindings = NULL;
}

static void leave_loop_with(corun_loop *loop, const struct outcome *outcome)
{
    if (outcome->error == CORUN_SYSTEM_EXIT && outcome->failure)
        loop->exit_status = failure_exit_status(outcome->failure);
    loop_abort(loop, outcome->error);
}

/* A cancellation that came after the last suspension takes the result away; an error stands (T3). */
static void let_cancellation_win(corun_task *task)
{
    struct outcome *outcome = &task->future.outcome;
    if (task->future.task_flags & TASK_IS_MAIN)
        interrupts_check(task->future.loop, &task->future.loop->interrupts);
    if (!(task->future.task_flags & TASK_MUST_CANCEL) || outcome->error)
        return;
    cancel_take(task);
}

void task_finish(corun_task *task)
{
    corun_loop *loop = task->future.loop;
    struct outcome *outcome = &task->future.outcome;
    let_cancellation_win(task);
    if (outcome->error) /* what an earlier cancel has silenced is over (T2) */
        task->future.flags &= (uint8_t)~FUTURE_RETRIEVED;
    frames_free(task);
    list_remove(&task->all);
    list_append(&loop->unreleased, &task->all);
    if (error_leaves_loop(outcome->error))
        leave_loop_with(loop, outcome);
    /* The run stops behind all that is ready by now, so that it gets one more turn (B30). */
    if (task->future.task_flags & TASK_IS_MAIN)
        loop_ready(loop, &loop->stop_entry);
    future_finish(&task->future, outcome->error == CORUN_CANCELLED ? FUTURE_CANCELLED : FUTURE_FINISHED);
    if (loop->listener->task_removed)
        loop->listener->task_removed(loop->runner, task);
    corun_task_release(task);
}

/* Gives up the turn of a task that is queued, to begin or to go on with an answer. */
static void forget_turn(corun_task *task)
{
    loop_unready(task->future.loop, &task->entry);
    if (task->future.wait == WAIT_WOKEN && task->entry.run == task_resume_joined)
        future_forget(task); /* which has the answer */
    else
        outcome_release(&task->future.outcome);
}

/* Gives up what a task waits for: whatever keeps the waiter forgets it. */
static void forget_wait(corun_task *task)
{
    corun_awaitable awaitable = task->future.awaitable;
    bool is_waiting = task->future.wait == WAIT_WAITING;
    if (task->future.wait == WAIT_NONE || task->future.wait == WAIT_WOKEN)
        forget_turn(task);
    task->future.wait = WAIT_ABANDONED;
    if (!is_waiting || future_forget(task))
        return;
    corun_task_retain(task); /* until the answer, which may come later */
    awaitable.type->cancel(awaitable.self, waiter_of_task(task));
}

/* All waits are given up before any frame goes: a task may wait for what lives in another one's. */
void tasks_abandon(corun_loop *loop)
{
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next) {
        corun_task *task = container_of(at, corun_task, all);
        report_destroyed(loop, task);
        forget_wait(task);
    }
    while (!list_is_empty(&loop->tasks)) {
        corun_task *task = container_of(loop->tasks.next, corun_task, all);
        outcome_set(&task->future.outcome, CORUN_CANCELLED, NULL);
        frames_abandon(task);
        frames_free(task);
        list_remove(&task->all);
        list_append(&loop->unreleased, &task->all);
        future_finish(&task->future, FUTURE_CANCELLED);
        corun_task_release(task);
    }
}

/* --------------------------------------------------------------------- ask */

corun_task *corun_task_retain(corun_task *task)
{
    corun_future_retain(&task->future);
    return task;
}

void corun_task_release(corun_task *task)
{
    if (task)
        corun_future_release(&task->future);
}

bool corun_task_done(const corun_task *task)
{
    return task->future.state != FUTURE_PENDING;
}

bool corun_task_cancelled(const corun_task *task)
{
    return task->future.state == FUTURE_CANCELLED;
}

int corun_task_result(corun_task *task, corun_value *out_value)
{
    return corun_future_result(&task->future, out_value);
}

const corun_failure *corun_task_failure(const corun_task *task)
{
    return corun_future_failure(&task->future);
}

const char *corun_task_name(corun_task *task)
{
    struct rare *rare = future_rare(&task->future);
    if (rare && !rare->name) {
        char text[sizeof "Task-" + TEXT_NUMBER_SIZE];
        text_append_number(text_append(text, "Task-"), task->number);
        rare->name = memory_copy_text(text);
    }
    return rare && rare->name ? rare->name : "Task";
}

int corun_task_set_name(corun_task *task, const char *name)
{
    struct rare *rare = future_rare(&task->future);
    char *copy = rare ? memory_copy_text(name) : NULL;
    if (!copy)
        return -ENOMEM;
    memory_release(rare->name);
    rare->name = copy;
    return 0;
}

int corun_task_context(corun_task *task, corun_context **out_context)
{
    corun_context *context;
    if (!(task->future.task_flags & TASK_HAS_CONTEXT)) {
        context = context_create(task->bindings);
        if (!context)
            return -ENOMEM;
        task->context = context;
        task->future.task_flags |= TASK_HAS_CONTEXT;
    }
    *out_context = corun_context_retain(task->context);
    return 0;
}

corun_task *corun_current_task(void)
{
    corun_loop *loop = corun_current_loop();
    return loop ? loop->current : NULL;
}

size_t corun_all_tasks(corun_loop *loop, corun_task **out_tasks, size_t capacity)
{
    size_t count = 0;
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next, count++)
        if (count < capacity)
            out_tasks[count] = container_of(at, corun_task, all);
    return count;
}
