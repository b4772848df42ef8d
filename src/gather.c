/* gather. asyncio W3.
 *
 * One allocation has an observer for each awaitable, and nothing else is made for them. When the wait is answered
 * before all are done, the others are marked instead of observed, so that their errors are not reported: nothing
 * stays behind.
 */
#include <errno.h>
#include <string.h>

#include "kept.h"
#include "memory.h"
#include "observer.h"
#include "operand.h"
#include "task.h"

struct gathering {
    struct operands operands;
    struct observing observing;
    struct kept kept; /* once it is answered, if there are bytes in the results */
    corun_outcome *results;
    size_t count, pending;
    bool return_errors;
    bool asked;  /* the wait was cancelled, and so were children: it ends so */
    bool asking; /* the children are being cancelled just now */
    bool circle; /* and that has come back here: a child waits for this very task, so nobody else would end the wait */
    struct observer children[];
};

enum { GATHER_RETURN_ERRORS = 1 };

corun_awaitable corun_gather(const corun_awaitable *awaitables, size_t count, corun_outcome *results, int flags)
{
    corun_awaitable made = corun_awaitable_of(&corun_gather_type_, (void *)(uintptr_t)awaitables);
    made.number = (intptr_t)results;
    made.extra = count > COUNT_LIMIT ? -1 : (int32_t)(count << COUNT_SHIFT);
    if (made.extra >= 0 && flags & CORUN_RETURN_ERRORS)
        made.extra |= GATHER_RETURN_ERRORS;
    return made;
}

/* ------------------------------------------------------------------ answers */

/* Once the wait has been answered: what goes with the last reference to a task may run code, which may cancel. */
static void free_gathering(struct gathering *self)
{
    for (size_t i = 0; i < self->count; i++)
        observer_forget(&self->children[i]);
    memory_release(self);
}

static void end_gathering(struct kept *kept)
{
    free_gathering(container_of(kept, struct gathering, kept));
}

/* Whatever they fail with later is nobody's business. */
static void answer_early(struct gathering *self, struct outcome outcome)
{
    corun_task *task = self->observing.task;
    for (size_t i = 0; i < self->count; i++)
        self->children[i].future->flags |= FUTURE_SILENT;
    task_answer(task, outcome);
    free_gathering(self);
}

static bool write_results(const struct gathering *self)
{
    bool any_bytes = false;
    for (size_t i = 0; i < self->count; i++) {
        corun_future *child = self->children[i].future;
        corun_outcome result = {.error = corun_future_result(child, &result.value)};
        if (self->results)
            self->results[i] = result;
        any_bytes |= result.error == 0 && result.value.tag == CORUN_BYTES;
    }
    return any_bytes && self->results;
}

/* All are done. Bytes in the results live as long as the frame that awaits them. */
static void answer_all(struct gathering *self)
{
    corun_task *task = self->observing.task;
    int rc = self->asked ? CORUN_CANCELLED : 0;
    bool any_bytes = !self->asked && write_results(self);
    if (any_bytes) {
        self->kept.end = end_gathering;
        self->kept.owner = self->results;
        rc = kept_add(task, &self->kept);
    }
    task_answer(task, outcome_of_error(rc, NULL));
    if (!any_bytes || rc < 0)
        free_gathering(self);
}

/* Looks at one that is done. Returns whether that has answered the wait. */
static bool count_child(struct gathering *self, corun_future *child)
{
    child->flags |= FUTURE_RETRIEVED;
    self->pending--;
    if (!self->return_errors && child->outcome.error) {
        struct outcome outcome;
        outcome_share(&outcome, &child->outcome);
        answer_early(self, outcome);
    } else if (self->pending == 0) {
        answer_all(self);
    } else {
        return false;
    }
    return true;
}

static void gathered_told(struct observer *observer)
{
    count_child(container_of(observer->owner, struct gathering, observing), observer->future);
}

/* ------------------------------------------------------------------- cancel */

/* The wait ends when they have. If all are done and none has been told, it may yet be taken back. */
static void gather_cancel(void *awaited, corun_waiter *waiter)
{
    struct gathering *self = awaited;
    corun_task *task = self->observing.task;
    bool any = false;
    if (task->future.wait == WAIT_ABANDONED) {
        corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
        free_gathering(self);
        return;
    }
    if (self->asking) {
        self->circle = true;
        return;
    }
    self->asking = true;
    for (size_t i = 0; i < self->count; i++)
        any |= future_ask_to_stop(self->children[i].future);
    self->asking = false;
    self->asked |= any;
    if (self->circle)
        answer_early(self, outcome_of_error(CORUN_CANCELLED, NULL));
    else if (!any)
        task->future.task_flags |= TASK_MUST_CANCEL;
}

/* -------------------------------------------------------------------- begin */

/* Those that are done already count at once; if that is all, there is no suspension (E4). */
static void watch_children(struct gathering *self)
{
    size_t count = self->count;
    self->pending = count;
    for (size_t i = 0; i < count; i++) {
        struct observer *child = &self->children[i];
        if (child->future->state == FUTURE_PENDING)
            observer_watch(child, child->future, &self->observing);
    }
    for (size_t i = 0; i < count; i++) {
        struct observer *child = &self->children[i];
        if (child->future->state != FUTURE_PENDING && count_child(self, child->future))
            return;
    }
}

static int begin_gather(corun_task *task)
{
    const corun_awaitable given = task->future.awaitable;
    size_t count = awaitable_count(&given);
    struct gathering *self;
    int rc;
    if (given.extra < 0)
        return CORUN_BAD_ARGUMENT;
    if (count == 0)
        return 0;
    self = memory_allocate(sizeof *self + count * sizeof *self->children);
    if (!self) {
        awaitable_drop(&given);
        return -ENOMEM;
    }
    memset(self, 0, sizeof *self + count * sizeof *self->children);
    self->operands.cancel = gather_cancel;
    self->observing = (struct observing){.told = gathered_told, .task = task};
    self->results = (corun_outcome *)(intptr_t)given.number;
    self->count = count;
    self->return_errors = given.extra & GATHER_RETURN_ERRORS;
    rc = awaitables_to_futures(task->future.loop, given.self,
                               (struct future_list){&self->children[0].future, sizeof *self->children, count});
    if (rc < 0) {
        memory_release(self);
        return rc;
    }
    task->future.awaitable.self = self; /* cancelling is told this one */
    watch_children(self);
    return 1;
}

static void gather_start(void *self, corun_waiter *waiter)
{
    int rc = begin_gather(task_of_waiter(waiter));
    (void)self;
    if (rc <= 0)
        corun_waiter_done(waiter, rc, NULL);
}

const corun_awaitable_type corun_gather_type_ = {"gather", gather_start, operand_cancel_several};
