/* Cancellation: asked for with a count, delivered once, taken back by uncancel. asyncio T2-T9. */
#include "memory.h"
#include "task.h"

/* A count that an interrupt is about to raise is raised first: the answer is never stale. */
static void see_interrupts(corun_task *task)
{
    interrupts_check(task->future.loop, &task->future.loop->interrupts);
}

/* Keeps the message until the cancellation is delivered; without memory only the text is lost. */
static void note_message(corun_task *task, const char *message)
{
    struct rare *rare = message ? future_rare(&task->future) : task->future.rare;
    if (!rare)
        return;
    failure_release(rare->cancel_failure);
    rare->cancel_failure = message ? failure_create(CORUN_CANCELLED, message) : NULL;
}

void cancel_take(corun_task *task)
{
    struct outcome *outcome = &task->future.outcome;
    struct rare *rare = task->future.rare;
    task->future.task_flags &= (uint8_t)~TASK_MUST_CANCEL;
    if (outcome->error != CORUN_CANCELLED) {
        outcome_release(outcome);
        outcome_set(outcome, CORUN_CANCELLED, NULL);
    }
    if (!rare || !rare->cancel_failure)
        return;
    if (!outcome->failure)
        outcome->failure = rare->cancel_failure;
    else
        failure_release(rare->cancel_failure);
    rare->cancel_failure = NULL;
}

static void count_request(corun_task *task)
{
    task->cancels++;
}

/* A task that joins another passes the request on to that one (T8): by a loop, since such chains may be
 * long. Returns the last, which does not join, or closes a circle. */
static corun_task *pass_on(corun_task *first)
{
    corun_task *last = first, *inner;
    first->future.task_flags |= TASK_ASKED;
    while ((inner = future_joined(last)) && !(inner->future.task_flags & TASK_ASKED)) {
        count_request(inner);
        inner->future.task_flags |= TASK_ASKED;
        last = inner;
    }
    for (inner = first; inner && inner->future.task_flags & TASK_ASKED; inner = future_joined(inner))
        inner->future.task_flags &= (uint8_t)~TASK_ASKED;
    return last;
}

/* Asks what the last of a chain waits for to end. What a future is told comes back from it. */
static void end_wait(corun_task *task, const char *message)
{
    corun_awaitable awaitable = task->future.awaitable;
    corun_future *future = future_awaited(task);
    if (future && !future_joined(task)) {
        corun_future_cancel(future, message);
        return;
    }
    if (!(task->future.task_flags & TASK_WAIT_CANCELLED))
        note_message(task, message);
    if (future_forget(task)) /* it joins: so this is a circle of joins, and nobody else would end the wait */
        corun_waiter_done(waiter_of_task(task), CORUN_CANCELLED, NULL);
    else
        awaitable.type->cancel(awaitable.self, waiter_of_task(task));
}

/* Whether a cancellation is on its way to the task already: the first message is the one that counts (T5). */
static bool is_on_its_way(const corun_task *task)
{
    return task->future.wait == WAIT_WOKEN && task->entry.run == task_resume
           && task->future.outcome.error == CORUN_CANCELLED;
}

static void deliver(corun_task *task, const char *message)
{
    if (task->future.wait == WAIT_WAITING) {
        end_wait(task, message);
        return;
    }
    if (!is_on_its_way(task))
        note_message(task, message);
    task->future.task_flags |= TASK_MUST_CANCEL;
}

void cancel_wait(corun_task *task)
{
    struct rare *rare = task->future.rare;
    corun_failure *failure = rare ? rare->cancel_failure : NULL;
    const char *message = failure ? failure->message : NULL;
    corun_task *last = pass_on(task);
    if (rare)
        rare->cancel_failure = NULL;
    deliver(last, message);
    failure_release(failure);
}

void cancel_nothing(void *self, corun_waiter *waiter)
{
    (void)self, (void)waiter;
}

int corun_task_cancel(corun_task *task, const char *message)
{
    if (loop_is_misused(task->future.loop))
        return CORUN_WRONG_THREAD;
    if (task->future.loop->current == task)
        see_interrupts(task);
    task->future.flags |= FUTURE_RETRIEVED; /* of an error it has; a later one is told (T2) */
    if (corun_task_done(task))
        return 0;
    count_request(task);
    deliver(pass_on(task), message);
    return 1;
}

int corun_task_uncancel(corun_task *task)
{
    see_interrupts(task);
    if (task->cancels > 0 && --task->cancels == 0)
        task->future.task_flags &= (uint8_t)~TASK_MUST_CANCEL;
    return (int)task->cancels;
}

int corun_task_cancelling(corun_task *task)
{
    see_interrupts(task);
    return (int)task->cancels;
}
