/* Semaphores. K4.
 *
 * What somebody is due for is taken off the value at once, and given back by a turn that finds it cancelled.
 * Nobody who comes may take what is there while somebody waits or is due.
 */
#include <limits.h>

#include "waiters.h"

static void semaphore_turn(struct entry *entry);

static int prepare_semaphore(corun_semaphore *semaphore, corun_semaphore made)
{
    if (made.private_.value < 0)
        return CORUN_NEGATIVE_SEMAPHORE;
    *semaphore = made;
    return 0;
}

int corun_semaphore_init(corun_semaphore *semaphore, int value)
{
    return prepare_semaphore(semaphore, (corun_semaphore)CORUN_SEMAPHORE_INIT(value));
}

int corun_semaphore_init_bounded(corun_semaphore *semaphore, int value)
{
    return prepare_semaphore(semaphore, (corun_semaphore)CORUN_BOUNDED_SEMAPHORE_INIT(value));
}

bool corun_semaphore_locked(const corun_semaphore *semaphore)
{
    return semaphore->private_.value <= 0 || semaphore->private_.waiters.last
           || semaphore->private_.woken > 0;
}

/* Returns whether anybody waited. */
static bool grant_next(corun_semaphore *semaphore)
{
    corun_task *task = waiters_take_first(&semaphore->private_.waiters);
    if (!task)
        return false;
    semaphore->private_.value--;
    semaphore->private_.woken++;
    waiter_make_due(task, semaphore_turn);
    return true;
}

int corun_semaphore_release(corun_semaphore *semaphore)
{
    if (waiters_are_misused(&semaphore->private_.waiters))
        return CORUN_WRONG_THREAD;
    if (semaphore->private_.value >= (semaphore->private_.bounded ? semaphore->private_.bound : INT_MAX))
        return CORUN_RELEASED_TOO_OFTEN;
    semaphore->private_.value++;
    grant_next(semaphore);
    return 0;
}

/* -------------------------------------------------------------------- wait */

static void semaphore_start(void *self, corun_waiter *waiter)
{
    corun_semaphore *semaphore = self;
    corun_task *task = task_of_waiter(waiter);
    int rc = semaphore->private_.value < 0 ? CORUN_NEGATIVE_SEMAPHORE : 0;
    if (!corun_semaphore_locked(semaphore)) {
        semaphore->private_.value--;
    } else if (rc == 0) {
        rc = waiters_park(&semaphore->private_.waiters, task);
        if (rc == 0)
            return;
    }
    waiter_answer(task, rc, NULL);
}

/* Those who came while somebody was due had to wait, though there may have been more than one. */
static void semaphore_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_semaphore *semaphore = task->future.awaitable.self;
    bool was_woken = !(task->future.task_flags & TASK_WAIT_CANCELLED);
    bool cancelled = waiter_take_cancel(task);
    semaphore->private_.woken -= was_woken;
    semaphore->private_.value += was_woken && cancelled;
    while (semaphore->private_.value > 0 && grant_next(semaphore))
        continue;
    waiter_go_on(task, cancelled ? CORUN_CANCELLED : 0, NULL);
}

static void semaphore_cancel(void *self, corun_waiter *waiter)
{
    corun_semaphore *semaphore = self;
    corun_task *task = task_of_waiter(waiter);
    bool woken = !waiter_is_parked(task) && !(task->future.task_flags & TASK_WAIT_CANCELLED);
    if (task->future.wait == WAIT_ABANDONED && woken) {
        semaphore->private_.woken--;
        semaphore->private_.value++;
    }
    waiter_cancel(&semaphore->private_.waiters, task, semaphore_turn);
}

const corun_awaitable_type corun_semaphore_type_ = {"semaphore", semaphore_start, semaphore_cancel};
