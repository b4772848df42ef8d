/* What conditions share with locks: waiting for one as part of another wait. */
#ifndef CORUN_LOCK_INTERNAL_H
#define CORUN_LOCK_INTERNAL_H

#include "waiters.h"

/* Takes a lock that can be had without waiting. */
static inline bool lock_take(corun_lock *lock)
{
    if (lock->private_.locked || lock->private_.live > 0)
        return false;
    lock->private_.locked = true;
    return true;
}

/* Has a task wait for a lock. Returns 0 or CORUN_OTHER_LOOP. */
CORUN_INTERNAL int lock_park(corun_lock *lock, corun_task *task);
/* Frees it, and has the next one wake. */
CORUN_INTERNAL void lock_free(corun_lock *lock);
/* Cancels such a wait. */
CORUN_INTERNAL void lock_cancel_wait(corun_lock *lock, corun_task *task);

/* condition.c: the lock that a task of a condition waits for, NULL if it is no such task; that wait is
 * over. */
CORUN_INTERNAL corun_lock *condition_lock_awaited(const corun_task *task);
CORUN_INTERNAL void condition_lock_answered(corun_task *task, bool acquired);

#endif
