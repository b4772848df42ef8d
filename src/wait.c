/* wait. asyncio W4. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "corun/wait.h"
#include "duration.h"
#include "memory.h"
#include "observer.h"
#include "operand.h"
#include "task.h"

struct waiting {
    struct operands operands;
    struct observing observing;
    struct entry timer; /* in the heap; in the ready queue; with link.next NULL in neither */
    uint8_t until;
    bool stopped; /* the task's turn will come */
    size_t count, pending;
    struct observer children[];
};

enum { UNTIL_UNKNOWN = 3 };

corun_awaitable corun_wait(const corun_awaitable *awaitables, size_t count, int until, double seconds)
{
    corun_awaitable made = corun_awaitable_of(&corun_wait_type_, (void *)(uintptr_t)awaitables);
    bool known = until == CORUN_ALL_COMPLETED || until == CORUN_FIRST_COMPLETED || until == CORUN_FIRST_EXCEPTION;
    made.seconds = seconds;
    made.extra = (int32_t)(count << COUNT_SHIFT) | (known ? until : UNTIL_UNKNOWN);
    if (count > COUNT_LIMIT)
        made.extra = -1;
    return made;
}

/* ---------------------------------------------------------------------- end */

static void free_waiting(struct waiting *self)
{
    loop_withdraw(self->observing.task->future.loop, &self->timer);
    for (size_t i = 0; i < self->count; i++)
        observer_forget(&self->children[i]);
    memory_release(self);
}

/* What is done by the task's turn counts, also if something else has ended the wait. */
static int count_and_go_on(corun_task *task)
{
    struct waiting *self = task->future.awaitable.self;
    corun_value done = CORUN_VALUE(.i = 0);
    for (size_t i = 0; i < self->count; i++)
        done.i += self->children[i].future->state != FUTURE_PENDING;
    free_waiting(self);
    outcome_answer(&task->future.outcome, 0, &done);
    if (task->future.task_flags & TASK_MUST_CANCEL)
        cancel_take(task);
    return frames_deliver(task);
}

static void wait_turn(struct entry *entry)
{
    task_go_on(task_of_entry(entry), count_and_go_on);
}

static void stop_waiting(struct waiting *self)
{
    corun_task *task = self->observing.task;
    if (self->stopped)
        return;
    self->stopped = true;
    task->entry.run = wait_turn;
    loop_ready(task->future.loop, &task->entry);
}

static void wait_told(struct observer *observer)
{
    struct waiting *self = container_of(observer->owner, struct waiting, observing);
    bool failed = self->until == CORUN_FIRST_EXCEPTION && future_failed(observer->future);
    if (failed)
        observer->future->flags |= FUTURE_RETRIEVED;
    if (--self->pending == 0 || self->until == CORUN_FIRST_COMPLETED || failed)
        stop_waiting(self);
}

static void wait_due(struct entry *entry)
{
    entry->link.next = NULL;
    stop_waiting(container_of(entry, struct waiting, timer));
}

/* Once its turn will come, a cancellation waits for that too. */
static void wait_cancel(void *awaited, corun_waiter *waiter)
{
    struct waiting *self = awaited;
    corun_task *task = task_of_waiter(waiter);
    if (self->stopped && task->future.wait != WAIT_ABANDONED) {
        task->future.task_flags |= TASK_MUST_CANCEL;
        return;
    }
    if (self->stopped)
        loop_unready(task->future.loop, &task->entry);
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
    free_waiting(self); /* last: what goes with the last reference to a task may run code, which may cancel */
}

/* -------------------------------------------------------------------- begin */

static int check_wait(const corun_awaitable *given, const corun_loop *loop)
{
    const corun_awaitable *awaitables = given->self;
    size_t count = awaitable_count(given);
    if (given->extra < 0)
        return CORUN_BAD_ARGUMENT;
    if (count == 0)
        return CORUN_EMPTY_SET;
    if ((given->extra & UNTIL_UNKNOWN) == UNTIL_UNKNOWN)
        return CORUN_BAD_RETURN_WHEN;
    for (size_t i = 0; i < count; i++)
        if (!future_of_awaitable(&awaitables[i]))
            return CORUN_NOT_FUTURE;
    for (size_t i = 0; i < count; i++)
        if (future_of_awaitable(&awaitables[i])->loop != loop)
            return CORUN_OTHER_LOOP;
    return isnan(given->seconds) ? CORUN_INVALID_DELAY : 0;
}

/* Each once, however often it is named. */
static void watch_each(struct waiting *self, const corun_awaitable *awaitables, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        corun_future *future = future_of_awaitable(&awaitables[i]);
        if (future->flags & FUTURE_MARKED)
            continue;
        future->flags |= FUTURE_MARKED;
        observer_watch(&self->children[self->count++], corun_future_retain(future), &self->observing);
    }
    for (size_t i = 0; i < self->count; i++)
        self->children[i].future->flags &= (uint8_t)~FUTURE_MARKED;
    self->pending = self->count;
}

static int begin_wait(corun_task *task)
{
    const corun_awaitable given = task->future.awaitable;
    size_t count = awaitable_count(&given);
    struct timers *timers = &task->future.loop->timers;
    struct waiting *self;
    int rc = check_wait(&given, task->future.loop);
    if (rc < 0)
        return rc;
    self = memory_allocate(sizeof *self + count * sizeof *self->children);
    if (!self)
        return -ENOMEM;
    memset(self, 0, sizeof *self);
    self->operands.cancel = wait_cancel;
    self->observing = (struct observing){.told = wait_told, .task = task};
    self->until = given.extra & UNTIL_UNKNOWN;
    self->timer.run = wait_due;
    if (given.seconds < INFINITY)
        rc = timer_arm(timers, &self->timer, time_after(backend_now(&task->future.loop->backend), given.seconds));
    if (rc < 0) {
        memory_release(self);
        return rc;
    }
    watch_each(self, given.self, count);
    task->future.awaitable.self = self; /* cancelling is told this one */
    return 1;
}

static void wait_start(void *self, corun_waiter *waiter)
{
    int rc = begin_wait(task_of_waiter(waiter));
    (void)self;
    if (rc <= 0)
        corun_waiter_done(waiter, rc, NULL);
}

const corun_awaitable_type corun_wait_type_ = {"wait", wait_start, operand_cancel_several};
