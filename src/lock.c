/* Locks. K1.
 *
 * A task stays in the ring until its turn has come, also while it is due: who is at its head decides whether
 * a release wakes anybody. If the head is due, nobody: it will take the lock, or, cancelled, wake the next
 * one. So the ring is not linked through the entries, which stand in the ready queue meanwhile, but through
 * what a waiting task's awaitable has no use for.
 */
#include "lock.h"

static corun_lock *lock_awaited(const corun_task *task)
{
    corun_lock *lock = condition_lock_awaited(task);
    return lock ? lock : task->future.awaitable.self;
}

/* -------------------------------------------------------------------- ring */

static struct list *place_of(corun_waiter *waiter)
{
    return waiter ? &task_of_waiter(waiter)->future.lock_place.link : NULL;
}

static corun_task *task_at(struct list *place)
{
    return container_of(place, corun_task, future.lock_place.link);
}

static void leave_ring(corun_lock *lock, corun_task *task)
{
    struct list *ring = place_of(lock->private_.waiters.last);
    ring_remove(&ring, &task->future.lock_place.link);
    lock->private_.waiters.last = ring ? waiter_of_task(task_at(ring)) : NULL;
}

int lock_park(corun_lock *lock, corun_task *task)
{
    struct list *ring = place_of(lock->private_.waiters.last);
    int rc = waiters_bind(&lock->private_.waiters, task);
    if (rc < 0)
        return rc;
    task->entry.run = waiter_parked;
    ring_append(&ring, &task->future.lock_place.link);
    lock->private_.waiters.last = waiter_of_task(task);
    lock->private_.live++;
    return 0;
}

/* ------------------------------------------------------------------- turns */

static void wake_head(corun_lock *lock);

static void lock_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_lock *lock = lock_awaited(task);
    bool was_live = !(task->future.task_flags & TASK_WAIT_CANCELLED);
    bool cancelled = waiter_take_cancel(task);
    leave_ring(lock, task);
    lock->private_.live -= was_live;
    if (!cancelled)
        lock->private_.locked = true;
    else if (!lock->private_.locked)
        wake_head(lock);
    if (task->future.awaitable.type != &corun_lock_type_)
        condition_lock_answered(task, !cancelled);
    else
        waiter_go_on(task, cancelled ? CORUN_CANCELLED : 0, NULL);
}

static void wake_head(corun_lock *lock)
{
    corun_task *head;
    if (!lock->private_.waiters.last)
        return;
    head = task_at(place_of(lock->private_.waiters.last)->next);
    if (waiter_is_parked(head))
        waiter_make_due(head, lock_turn);
}

static void forget_lock(corun_lock *lock, corun_task *task)
{
    leave_ring(lock, task);
    if (!(task->future.task_flags & TASK_WAIT_CANCELLED))
        lock->private_.live--;
    if (!waiter_is_parked(task))
        loop_unready(task->future.loop, &task->entry);
    corun_waiter_done(waiter_of_task(task), CORUN_CANCELLED, NULL);
}

void lock_cancel_wait(corun_lock *lock, corun_task *task)
{
    if (task->future.wait == WAIT_ABANDONED) {
        forget_lock(lock, task);
    } else if (waiter_is_parked(task)) {
        lock->private_.live--;
        task->future.task_flags |= TASK_WAIT_CANCELLED;
        waiter_make_due(task, lock_turn);
    } else {
        task->future.task_flags |= TASK_MUST_CANCEL;
    }
}

/* ----------------------------------------------------------- acquire, release */

static void lock_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    int rc;
    if (likely(lock_take(self))) {
        waiter_answer(task, 0, NULL);
        return;
    }
    rc = lock_park(self, task);
    if (rc < 0)
        waiter_answer(task, rc, NULL);
}

static void lock_cancel(void *self, corun_waiter *waiter)
{
    lock_cancel_wait(self, task_of_waiter(waiter));
}

const corun_awaitable_type corun_lock_type_ = {"lock", lock_start, lock_cancel};

void lock_free(corun_lock *lock)
{
    lock->private_.locked = false;
    wake_head(lock);
}

int corun_lock_release(corun_lock *lock)
{
    if (waiters_are_misused(&lock->private_.waiters))
        return CORUN_WRONG_THREAD;
    if (!lock->private_.locked)
        return CORUN_NOT_ACQUIRED;
    lock_free(lock);
    return 0;
}
