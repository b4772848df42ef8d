/* Cancellation: asked for with a count, delivered once, taken back by uncancel. asyncio T2-T9. */
#include "memory.h"
#include "task.h"

/* A count that an interrupt is about to raise is raised first: the answer is never stale. */
static void see_interrupts(corun_task *task)
{
    interrupts_check(task->future.loop, &task->future.loop->interrupts);
}

void cancel_note_message(corun_task *task, const char *message)
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
        *outcome = outcome_of_error(CORUN_CANCELLED, NULL);
    }
    if (!rare || !rare->cancel_failure)
        return;
    if (!outcome->failure)
        outcome->failure = rare->cancel_failure;
    else
        failure_release(rare->cancel_failure);
    rare->cancel_failure = NULL;
}

int corun_task_cancel(corun_task *task, const char *message)
{
    corun_future *self = &task->future;
    bool cancelled_already;
    if (task->future.loop->current == task)
        see_interrupts(task);
    if (corun_task_done(task))
        return 0;
    task->cancels++;
    self->flags |= FUTURE_RETRIEVED;
    if (self->wait == WAIT_WAITING) {
        cancel_note_message(task, message);
        self->awaitable.type->cancel(self->awaitable.self, waiter_of_task(task));
        return 1;
    }
    /* The first message is the one that is on its way (T5). */
    cancelled_already = self->wait == WAIT_WOKEN && task->entry.run == task_resume
                        && self->outcome.error == CORUN_CANCELLED;
    if (!cancelled_already)
        cancel_note_message(task, message);
    self->task_flags |= TASK_MUST_CANCEL;
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
