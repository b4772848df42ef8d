/* Conditions. K3.
 *
 * A wait has two parts: to be notified, then to have the lock again. The second one is done whatever happens,
 * and begun anew behind all others when it is cancelled; that it was is kept as the awaitable's type.
 */
#include "lock.h"

static void condition_turn(struct entry *entry);
static void condition_start(void *self, corun_waiter *waiter);
static void condition_cancel(void *self, corun_waiter *waiter);
static void relock_cancel(void *self, corun_waiter *waiter);

const corun_awaitable_type corun_condition_type_ = {"condition", condition_start, condition_cancel};
static const corun_awaitable_type relock_type = {"condition", condition_start, relock_cancel};
static const corun_awaitable_type cancelled_relock_type = {"condition", condition_start, relock_cancel};

void corun_condition_init(corun_condition *condition, corun_lock *lock)
{
    *condition = (corun_condition)CORUN_CONDITION_WITH(lock);
}

/* ------------------------------------------------------------------ notify */

static void notify_some(corun_condition *condition, size_t n)
{
    corun_task *task;
    while (n-- > 0 && (task = waiters_take_first(&condition->private_.waiters)))
        waiter_make_due(task, condition_turn);
}

int corun_condition_notify(corun_condition *condition, size_t n)
{
    if (waiters_are_misused(&condition->private_.waiters))
        return CORUN_WRONG_THREAD;
    if (!corun_condition_locked(condition))
        return CORUN_NOTIFY_NEEDS_LOCK;
    notify_some(condition, n);
    return 0;
}

int corun_condition_notify_all(corun_condition *condition)
{
    return corun_condition_notify(condition, SIZE_MAX);
}

/* -------------------------------------------------------------------- wait */

static void condition_start(void *self, corun_waiter *waiter)
{
    corun_condition *condition = self;
    corun_task *task = task_of_waiter(waiter);
    int rc = CORUN_WAIT_NEEDS_LOCK;
    if (corun_condition_locked(condition))
        rc = waiters_bind(&condition->private_.waiters, task);
    if (rc < 0) {
        waiter_answer(task, rc, NULL);
        return;
    }
    lock_free(corun_condition_lock(condition));
    waiters_park(&condition->private_.waiters, task);
}

/* A task that fails may have used up a notification: so the next one is notified in its place. */
static void end_condition_wait(corun_task *task, int error)
{
    if (error)
        notify_some(task->future.awaitable.self, 1);
    waiter_go_on(task, error, NULL);
}

static void lock_again(corun_task *task, bool cancelled)
{
    corun_condition *condition = task->future.awaitable.self;
    corun_lock *lock = corun_condition_lock(condition);
    int rc;
    if (lock_take(lock)) {
        end_condition_wait(task, cancelled ? CORUN_CANCELLED : 0);
        return;
    }
    task->future.awaitable.type = cancelled ? &cancelled_relock_type : &relock_type;
    rc = lock_park(lock, task);
    if (rc < 0)
        end_condition_wait(task, rc);
}

static void condition_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    lock_again(task, waiter_take_cancel(task));
}

static void condition_cancel(void *self, corun_waiter *waiter)
{
    corun_condition *condition = self;
    waiter_cancel(&condition->private_.waiters, task_of_waiter(waiter), condition_turn);
}

/* --------------------------------------------------------- the lock once more */

corun_lock *condition_lock_awaited(const corun_task *task)
{
    const corun_awaitable *awaitable = &task->future.awaitable;
    bool is_condition = awaitable->type == &relock_type || awaitable->type == &cancelled_relock_type;
    return is_condition ? corun_condition_lock(awaitable->self) : NULL;
}

void condition_lock_answered(corun_task *task, bool acquired)
{
    if (!acquired)
        lock_again(task, true);
    else
        end_condition_wait(task, task->future.awaitable.type == &cancelled_relock_type ? CORUN_CANCELLED : 0);
}

static void relock_cancel(void *self, corun_waiter *waiter)
{
    lock_cancel_wait(corun_condition_lock(self), task_of_waiter(waiter));
}
