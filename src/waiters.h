/* Tasks that wait for a struct of a program's, linked through themselves: no wait allocates.
 *
 * Each is, from its start to its answer, in one of two places:
 *   parked  in the ring of the struct; its entry would run waiter_parked, which tells it from
 *   due     in the ready queue; its entry runs the turn of its kind of wait, which looks whether what it
 *           waits for can be had, and whether it was cancelled meanwhile, and may park it again.
 * Both are WAIT_WAITING. What a task is due for is not yet its own: a cancellation finds nothing in its
 * hands, and its turn passes on what others are to have instead.
 */
#ifndef CORUN_WAITERS_H
#define CORUN_WAITERS_H

#include "corun/sync.h"
#include "task.h"

CORUN_INTERNAL void waiter_parked(struct entry *entry);
/* Cancels a wait that has a turn of its own. Abandoned ones are answered at once. */
CORUN_INTERNAL void waiter_cancel(corun_waiters_ *waiters, corun_task *task,
                                  void (*turn)(struct entry *entry));

static inline bool waiter_is_parked(const corun_task *task)
{
    return task->entry.run == waiter_parked;
}

/* Whether, in debug, somebody is about to be woken whose loop another thread runs. */
static inline bool waiters_are_misused(const corun_waiters_ *waiters)
{
    return waiters->last && loop_is_misused(task_of_waiter(waiters->last)->future.loop);
}

/* The first who has to wait decides which loop it belongs to (K8). Returns 0 or CORUN_OTHER_LOOP. */
static inline int waiters_bind(corun_waiters_ *waiters, const corun_task *task)
{
    if (!waiters->loop)
        waiters->loop = task->future.loop;
    return waiters->loop == task->future.loop ? 0 : CORUN_OTHER_LOOP;
}

/* Has a task wait behind all others. Returns 0 or CORUN_OTHER_LOOP. */
static inline int waiters_park(corun_waiters_ *waiters, corun_task *task)
{
    struct list *ring = waiters->last ? &task_of_waiter(waiters->last)->entry.link : NULL;
    int rc = waiters_bind(waiters, task);
    if (rc < 0)
        return rc;
    task->entry.run = waiter_parked;
    ring_append(&ring, &task->entry.link);
    waiters->last = waiter_of_task(task);
    return 0;
}

static inline void waiters_remove(corun_waiters_ *waiters, corun_task *task)
{
    struct list *ring = &task_of_waiter(waiters->last)->entry.link;
    ring_remove(&ring, &task->entry.link);
    waiters->last = ring ? waiter_of_task(task_of_entry(container_of(ring, struct entry, link))) : NULL;
}

/* Takes whoever waits longest out of the ring; NULL if nobody waits. */
static inline corun_task *waiters_take_first(corun_waiters_ *waiters)
{
    corun_task *first;
    if (!waiters->last)
        return NULL;
    first = task_of_entry(container_of(task_of_waiter(waiters->last)->entry.link.next, struct entry, link));
    waiters_remove(waiters, first);
    return first;
}

/* Queues a task that stands in no ring. */
static inline void waiter_make_due(corun_task *task, void (*turn)(struct entry *entry))
{
    task->entry.run = turn;
    loop_ready(task->future.loop, &task->entry);
}

/* In its turn: whether the task was cancelled, which is thereby taken note of. */
static inline bool waiter_take_cancel(corun_task *task)
{
    const uint8_t cancelled = TASK_MUST_CANCEL | TASK_WAIT_CANCELLED;
    bool found = task->future.task_flags & cancelled;
    task->future.task_flags &= (uint8_t)~cancelled;
    return found;
}

/* Answers a wait that has just begun, with an error or a value (NULL: none): the task goes on without a suspension. */
static inline void waiter_answer(corun_task *task, int error, const corun_value *value)
{
    outcome_answer(&task->future.outcome, error, value);
    task->future.task_flags |= TASK_ANSWERED;
}

/* Answers a wait in its turn: the task goes on at once. */
static inline void waiter_go_on(corun_task *task, int error, const corun_value *value)
{
    outcome_answer(&task->future.outcome, error, value);
    task_resume(&task->entry);
}

#endif
