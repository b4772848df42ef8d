/* as_completed. asyncio W5.
 *
 *   observers:  pending or not told  ->  told: in the ring `done`  ->  given
 *
 * What is given stays until the whole ends with the coroutine that opened it, so that no reference need be released.
 * A task that waits for the next is woken when there is one, and takes it in its own turn: one that is cancelled in
 * between leaves it to others.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "corun/wait.h"
#include "duration.h"
#include "kept.h"
#include "memory.h"
#include "observer.h"
#include "operand.h"
#include "waiters.h"

struct corun_completions_ {
    struct observing observing;
    struct kept kept;
    uint32_t references; /* its user's, until it ends, and of each task that waits */
    bool over;           /* its user's has gone */
    corun_loop *loop;
    struct entry timer; /* in the heap; in the ready queue; with link.next NULL in neither */
    struct list *done;    /* a ring of observers that are told and not given */
    struct list *waiters; /* a ring of tasks' entries */
    size_t count, pending, left;
    size_t timed_out; /* how many are to be given as that */
    struct observer children[];
};

/* -------------------------------------------------------------- those that wait */

static void next_turn(struct entry *entry);

static bool has_next(const struct corun_completions_ *self)
{
    return self->done || self->timed_out > 0;
}

static void wake_one(struct corun_completions_ *self)
{
    struct list *link = ring_take_first(&self->waiters);
    struct entry *entry;
    if (!link)
        return;
    entry = container_of(link, struct entry, link);
    entry->run = next_turn;
    loop_ready(self->loop, entry);
}

/* There will be nothing more. */
static void wake_all(struct corun_completions_ *self)
{
    while (self->waiters)
        wake_one(self);
}

/* ---------------------------------------------------------------------- ends */

/* The entry of an observer that has been told. */
static void completed_over(struct entry *entry)
{
    (void)entry;
}

static void completed_told(struct observer *observer)
{
    struct corun_completions_ *self = container_of(observer->owner, struct corun_completions_, observing);
    observer->entry.run = completed_over;
    ring_append(&self->done, &observer->entry.link);
    if (--self->pending == 0)
        loop_withdraw(self->loop, &self->timer);
    wake_one(self);
}

static void release_completions(struct corun_completions_ *self)
{
    if (--self->references == 0)
        memory_release(self);
}

/* What has not been told of by now never will be. */
static void completions_due(struct entry *entry)
{
    struct corun_completions_ *self = container_of(entry, struct corun_completions_, timer);
    entry->link.next = NULL;
    self->references++;
    for (size_t i = 0; i < self->count && !self->over; i++) {
        if (self->children[i].entry.run == completed_over)
            continue;
        observer_forget(&self->children[i]); /* which may run code, that may close */
        self->timed_out++;
        wake_one(self);
    }
    release_completions(self);
}

static void end_completions(struct kept *kept)
{
    struct corun_completions_ *self = container_of(kept, struct corun_completions_, kept);
    struct list *link;
    self->over = true;
    loop_withdraw(self->loop, &self->timer);
    while ((link = ring_take_first(&self->done)))
        link->next = NULL;
    for (size_t i = 0; i < self->count; i++)
        observer_forget(&self->children[i]);
    wake_all(self);
    release_completions(self);
}

/* -------------------------------------------------------------------- open */

/* Watches each once, however often it is named; a future that is named again is not needed twice. */
static void watch_completions(struct corun_completions_ *self, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        corun_future *future = self->children[i].future;
        if (future->flags & FUTURE_MARKED) {
            corun_future_release(future);
            continue;
        }
        future->flags |= FUTURE_MARKED;
        observer_watch(&self->children[self->count++], future, &self->observing);
    }
    for (size_t i = 0; i < self->count; i++)
        self->children[i].future->flags &= (uint8_t)~FUTURE_MARKED;
    self->left = self->pending = self->count;
}

static int open_completions(struct corun_completions_ *self, const corun_awaitable *awaitables, size_t count,
                            double seconds, corun_task *task)
{
    struct future_list futures = {&self->children[0].future, sizeof *self->children, count};
    struct timers *timers = &self->loop->timers;
    int rc = kept_add(task, &self->kept);
    if (rc < 0) {
        memory_release(self);
        return rc;
    }
    if (seconds < INFINITY && count > 0)
        rc = timer_arm(timers, &self->timer, time_after(backend_now(&self->loop->backend), seconds));
    if (rc == 0)
        rc = awaitables_to_futures(self->loop, awaitables, futures);
    if (rc < 0)
        kept_end(&self->kept);
    else
        watch_completions(self, count);
    return rc;
}

int corun_as_completed_open(corun_as_completed *all, const corun_awaitable *awaitables, size_t count, double seconds)
{
    corun_task *task = corun_current_task();
    struct corun_completions_ *self;
    int rc;
    if (!task)
        return CORUN_NO_TASK;
    if (isnan(seconds))
        return CORUN_INVALID_DELAY;
    self = memory_allocate(sizeof *self + count * sizeof *self->children);
    if (!self)
        return -ENOMEM;
    memset(self, 0, sizeof *self + count * sizeof *self->children);
    self->observing = (struct observing){.told = completed_told, .task = task};
    self->kept.end = end_completions;
    self->kept.owner = all;
    self->references = 1;
    self->loop = task->future.loop;
    self->timer.run = completions_due;
    rc = open_completions(self, awaitables, count, seconds, task);
    if (rc == 0)
        all->private_.all = self;
    return rc;
}

void corun_as_completed_close(corun_as_completed *all)
{
    struct corun_completions_ *self = all->private_.all;
    all->private_.all = NULL;
    if (self && !self->over)
        kept_end(&self->kept);
}

size_t corun_as_completed_left(const corun_as_completed *all)
{
    return all->private_.all ? all->private_.all->left : 0;
}

/* -------------------------------------------------------------------- next */

/* There is one, or none is left. */
static struct outcome take_completed(struct corun_completions_ *self)
{
    struct outcome outcome = outcome_of_error(0, NULL);
    struct list *link = self->over ? NULL : ring_take_first(&self->done);
    if (self->over)
        return outcome_of_error(CORUN_CLOSED, NULL);
    if (!link && self->timed_out == 0)
        return outcome;
    if (--self->left == 0)
        wake_all(self);
    if (!link) {
        self->timed_out--;
        return outcome_of_error(CORUN_TIMEOUT, NULL);
    }
    link->next = NULL;
    outcome.value = CORUN_VALUE(.p = container_of(link, struct observer, entry.link)->future);
    return outcome;
}

static int take_and_go_on(corun_task *task)
{
    struct corun_completions_ *self = task->future.awaitable.self;
    task->future.outcome = take_completed(self);
    release_completions(self);
    return frames_deliver(task);
}

/* Whoever was woken, and is cancelled before its turn, wakes another in its turn. */
static int cancel_and_go_on(corun_task *task)
{
    struct corun_completions_ *self = task->future.awaitable.self;
    wake_one(self);
    release_completions(self);
    outcome_set(&task->future.outcome, CORUN_CANCELLED, NULL);
    cancel_take(task);
    return frames_deliver(task);
}

static void next_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    struct corun_completions_ *self = task->future.awaitable.self;
    if (task->future.task_flags & TASK_MUST_CANCEL) {
        task_go_on(task, cancel_and_go_on);
    } else if (has_next(self) || self->left == 0 || self->over) {
        task_go_on(task, take_and_go_on);
    } else {
        entry->run = waiter_parked; /* somebody else was quicker: at the end again, as in asyncio */
        ring_append(&self->waiters, &entry->link);
    }
}

static void completions_start(void *self, corun_waiter *waiter)
{
    struct corun_completions_ *all = self;
    corun_task *task = task_of_waiter(waiter);
    if (all->left == 0 || has_next(all)) {
        task_answer(task, take_completed(all));
        return;
    }
    all->references++;
    task->entry.run = waiter_parked;
    ring_append(&all->waiters, &task->entry.link);
}

static void completions_cancel(void *self, corun_waiter *waiter)
{
    struct corun_completions_ *all = self;
    corun_task *task = task_of_waiter(waiter);
    if (!waiter_is_parked(task) && task->future.wait != WAIT_ABANDONED) {
        task->future.task_flags |= TASK_MUST_CANCEL;
        return;
    }
    if (waiter_is_parked(task))
        ring_remove(&all->waiters, &task->entry.link);
    else
        loop_unready(all->loop, &task->entry);
    release_completions(all);
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type completions_type = {"as_completed", completions_start, completions_cancel};

/* Of none it gives nothing. */
corun_awaitable corun_as_completed_next(corun_as_completed *all)
{
    if (!all->private_.all)
        return corun_gather(NULL, 0, NULL, 0);
    return corun_awaitable_of(&completions_type, all->private_.all);
}
