/* Barriers. K5.
 *
 * asyncio's is built on a condition, whose lock is never held across a suspension; so here there is none.
 * What else a condition does is kept: who is cancelled has one other look again, and who has looked in vain
 * waits behind all others.
 *
 * From, event, to:
 *   FILLING    the last party comes          DRAINING
 *   FILLING    reset while some are there    RESETTING
 *   DRAINING   the last one leaves           FILLING
 *   DRAINING   reset                         RESETTING
 *   RESETTING  the last one leaves           FILLING
 *   BROKEN     reset                         RESETTING while some are there, else FILLING
 *   any        abort                         BROKEN
 */
#include <assert.h>

#include "waiters.h"

enum barrier_state {
    BARRIER_FILLING,   /* parties are missing */
    BARRIER_DRAINING,  /* all have come, some have not left */
    BARRIER_RESETTING, /* those who are there are to fail */
    BARRIER_BROKEN     /* whoever comes fails */
};

/* Of a task that waits at a barrier, as its awaitable's number: not let in, or else its number. */
enum { NOT_LET_IN = -1 };

static void barrier_turn(struct entry *entry);

int corun_barrier_init(corun_barrier *barrier, int parties)
{
    if (parties < 1)
        return CORUN_NO_PARTIES;
    *barrier = (corun_barrier)CORUN_BARRIER_INIT(parties);
    return 0;
}

static inline bool may_follow(enum barrier_state from, enum barrier_state to)
{
    switch (to) {
    case BARRIER_DRAINING:
        return from == BARRIER_FILLING;
    case BARRIER_RESETTING:
        return from != BARRIER_RESETTING;
    default:
        return true;
    }
}

static void barrier_set_state(corun_barrier *barrier, enum barrier_state state)
{
    assert(may_follow((enum barrier_state)barrier->private_.state, state));
    barrier->private_.state = (uint8_t)state;
}

static void have_one_look(corun_barrier *barrier)
{
    corun_task *task = waiters_take_first(&barrier->private_.waiters);
    if (task)
        waiter_make_due(task, barrier_turn);
}

static void have_all_look(corun_barrier *barrier)
{
    while (barrier->private_.waiters.last)
        have_one_look(barrier);
}

/* -------------------------------------------------------------------- wait */

static void leave_barrier(corun_barrier *barrier)
{
    if (--barrier->private_.count > 0)
        return;
    if (barrier->private_.state == BARRIER_DRAINING || barrier->private_.state == BARRIER_RESETTING)
        barrier_set_state(barrier, BARRIER_FILLING);
    have_all_look(barrier);
}

/* Parks a task, or says why not. Returns 1 if it is parked. */
static int park_at(corun_barrier *barrier, corun_task *task)
{
    int rc = waiters_park(&barrier->private_.waiters, task);
    return rc < 0 ? rc : 1;
}

/* For one who has not been let in. Returns 1 if it waits, 0 if all are there, or an error. */
static int try_to_enter(corun_barrier *barrier, corun_task *task)
{
    int rc = 0;
    if (barrier->private_.state == BARRIER_BROKEN)
        return CORUN_BROKEN_BARRIER;
    if (barrier->private_.state != BARRIER_FILLING)
        return park_at(barrier, task);
    task->future.awaitable.number = barrier->private_.count++;
    if (barrier->private_.count == barrier->private_.parties) {
        barrier_set_state(barrier, BARRIER_DRAINING);
        have_all_look(barrier);
    } else {
        rc = park_at(barrier, task);
    }
    if (rc <= 0)
        leave_barrier(barrier);
    return rc;
}

/* For one who is in. Likewise. */
static int try_to_leave(corun_barrier *barrier, corun_task *task)
{
    enum barrier_state state = (enum barrier_state)barrier->private_.state;
    if (state == BARRIER_FILLING)
        return park_at(barrier, task);
    leave_barrier(barrier);
    return state == BARRIER_DRAINING ? 0 : CORUN_BROKEN_BARRIER;
}

static corun_value place_of_task(const corun_task *task)
{
    return CORUN_VALUE(.i = task->future.awaitable.number);
}

static void barrier_start(void *self, corun_waiter *waiter)
{
    corun_barrier *barrier = self;
    corun_task *task = task_of_waiter(waiter);
    corun_value place;
    int rc = CORUN_NO_PARTIES;
    task->future.awaitable.number = NOT_LET_IN;
    if (barrier->private_.parties > 0)
        rc = try_to_enter(barrier, task);
    place = place_of_task(task);
    if (rc <= 0)
        waiter_answer(task, rc, &place);
}

static int end_cancelled(corun_barrier *barrier, const corun_task *task)
{
    have_one_look(barrier);
    if (task->future.awaitable.number != NOT_LET_IN)
        leave_barrier(barrier);
    return CORUN_CANCELLED;
}

static void barrier_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_barrier *barrier = task->future.awaitable.self;
    corun_value place;
    int rc;
    if (waiter_take_cancel(task))
        rc = end_cancelled(barrier, task);
    else if (task->future.awaitable.number == NOT_LET_IN)
        rc = try_to_enter(barrier, task);
    else
        rc = try_to_leave(barrier, task);
    place = place_of_task(task);
    if (rc <= 0)
        waiter_go_on(task, rc, &place);
}

static void barrier_cancel(void *self, corun_waiter *waiter)
{
    corun_barrier *barrier = self;
    corun_task *task = task_of_waiter(waiter);
    if (task->future.wait == WAIT_ABANDONED && task->future.awaitable.number != NOT_LET_IN)
        leave_barrier(barrier);
    waiter_cancel(&barrier->private_.waiters, task, barrier_turn);
}

const corun_awaitable_type corun_barrier_type_ = {"barrier", barrier_start, barrier_cancel};

/* ------------------------------------------------------------ reset and abort */

int corun_barrier_reset(corun_barrier *barrier)
{
    if (waiters_are_misused(&barrier->private_.waiters))
        return CORUN_WRONG_THREAD;
    if (barrier->private_.count == 0)
        barrier_set_state(barrier, BARRIER_FILLING);
    else if (barrier->private_.state != BARRIER_RESETTING)
        barrier_set_state(barrier, BARRIER_RESETTING);
    have_all_look(barrier);
    return 0;
}

int corun_barrier_abort(corun_barrier *barrier)
{
    if (waiters_are_misused(&barrier->private_.waiters))
        return CORUN_WRONG_THREAD;
    barrier_set_state(barrier, BARRIER_BROKEN);
    have_all_look(barrier);
    return 0;
}

int corun_barrier_waiting(const corun_barrier *barrier)
{
    return barrier->private_.state == BARRIER_FILLING ? barrier->private_.count : 0;
}

bool corun_barrier_broken(const corun_barrier *barrier)
{
    return barrier->private_.state == BARRIER_BROKEN;
}
