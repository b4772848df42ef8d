/* Timeouts. asyncio O1-O6.
 *
 * The alarm is an entry of its own, in the heap or, once its time has come, in the ready queue, or in neither without
 * a limit; it ends with the frame that opened the timeout, so that a forgotten close disarms it. There is one exactly
 * while the timeout is active: made later, it would end with the frame that happens to be the innermost then.
 */
#include "corun/timeout.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

#include "duration.h"
#include "kept.h"
#include "memory.h"
#include "task.h"

/* From, event, to:
 *   CREATED   open                     ACTIVE
 *   ACTIVE    its time has come        EXPIRING
 *   ACTIVE    close                    FINISHED
 *   EXPIRING  close                    EXPIRED
 *   ACTIVE    its frame ends without   FINISHED
 */
enum timeout_state { TIMEOUT_CREATED, TIMEOUT_ACTIVE, TIMEOUT_EXPIRING, TIMEOUT_EXPIRED, TIMEOUT_FINISHED };

struct corun_alarm_ {
    struct kept kept;
    struct entry entry;
    corun_timeout *timeout;
    corun_loop *loop;
};

static void set_timeout_state(corun_timeout *timeout, enum timeout_state state)
{
    enum timeout_state from = (enum timeout_state)timeout->private_.state;
    assert(state == from + 1 || (from == TIMEOUT_ACTIVE && state == TIMEOUT_FINISHED));
    (void)from;
    timeout->private_.state = (uint8_t)state;
}

/* ------------------------------------------------------------------- alarm */

static void end_alarm(struct kept *kept)
{
    struct corun_alarm_ *alarm = container_of(kept, struct corun_alarm_, kept);
    loop_withdraw(alarm->loop, &alarm->entry);
    if (alarm->timeout->private_.alarm) {
        alarm->timeout->private_.alarm = NULL;
        set_timeout_state(alarm->timeout, TIMEOUT_FINISHED);
    }
    memory_release(alarm);
}

static void drop_alarm(corun_timeout *timeout)
{
    struct corun_alarm_ *alarm = timeout->private_.alarm;
    timeout->private_.alarm = NULL;
    kept_end(&alarm->kept);
}

static void expire(struct entry *entry)
{
    struct corun_alarm_ *alarm = container_of(entry, struct corun_alarm_, entry);
    corun_timeout *timeout = alarm->timeout;
    entry->link.next = NULL;
    drop_alarm(timeout);
    set_timeout_state(timeout, TIMEOUT_EXPIRING);
    corun_task_cancel(timeout->private_.task, NULL); /* last: that may run code, which finds it without an alarm */
}

static struct corun_alarm_ *create_alarm(corun_timeout *timeout, corun_task *task)
{
    struct corun_alarm_ *alarm = memory_allocate(sizeof *alarm);
    if (!alarm)
        return NULL;
    *alarm = (struct corun_alarm_){.kept.end = end_alarm, .timeout = timeout, .loop = task->future.loop};
    alarm->entry.run = expire;
    if (kept_add(task, &alarm->kept) == 0)
        return alarm;
    memory_release(alarm);
    return NULL;
}

/* What is due already is queued as a callback is (O2). Returns 0, or -ENOMEM and all is as before. */
static int set_alarm(corun_timeout *timeout, int64_t deadline)
{
    struct corun_alarm_ *alarm = timeout->private_.alarm;
    bool was_due = loop_withdraw(alarm->loop, &alarm->entry); /* which makes room for it in the heap, if it was there */
    int rc = 0;
    if (deadline <= backend_now(&alarm->loop->backend))
        loop_ready(alarm->loop, &alarm->entry);
    else if (deadline < INT64_MAX)
        rc = timer_arm(&alarm->loop->timers, &alarm->entry, deadline);
    if (rc == 0)
        timeout->private_.deadline = deadline;
    else if (was_due)
        loop_ready(alarm->loop, &alarm->entry);
    return rc;
}

/* -------------------------------------------------------------------- open */

static int open_timeout(corun_timeout *timeout, double seconds, bool relative)
{
    corun_task *task = corun_current_task();
    int rc;
    if (timeout->private_.state != TIMEOUT_CREATED)
        return CORUN_TIMEOUT_ENTERED;
    if (!task)
        return CORUN_NO_TASK;
    if (isnan(seconds))
        return CORUN_INVALID_DELAY;
    timeout->private_.alarm = create_alarm(timeout, task);
    if (!timeout->private_.alarm)
        return -ENOMEM;
    timeout->private_.task = task;
    rc = set_alarm(timeout, time_after(relative ? backend_now(&task->future.loop->backend) : 0, seconds));
    if (rc < 0) {
        drop_alarm(timeout);
        return rc;
    }
    timeout->private_.cancelling = corun_task_cancelling(task);
    set_timeout_state(timeout, TIMEOUT_ACTIVE);
    return 0;
}

int corun_timeout_open(corun_timeout *timeout, double seconds)
{
    return open_timeout(timeout, seconds, true);
}

int corun_timeout_open_at(corun_timeout *timeout, double time)
{
    return open_timeout(timeout, time, false);
}

/* Why it cannot be given another time, or 0. */
static int check_active(const corun_timeout *timeout)
{
    switch ((enum timeout_state)timeout->private_.state) {
    case TIMEOUT_CREATED:
        return CORUN_TIMEOUT_NOT_ENTERED;
    case TIMEOUT_EXPIRING:
        return CORUN_TIMEOUT_EXPIRING;
    case TIMEOUT_EXPIRED:
        return CORUN_TIMEOUT_EXPIRED;
    case TIMEOUT_FINISHED:
        return CORUN_TIMEOUT_FINISHED;
    default:
        return 0;
    }
}

int corun_timeout_reschedule(corun_timeout *timeout, double time)
{
    int rc = check_active(timeout);
    if (rc < 0)
        return rc;
    return isnan(time) ? CORUN_INVALID_DELAY : set_alarm(timeout, time_after(0, time));
}

double corun_timeout_when(const corun_timeout *timeout)
{
    int64_t deadline = timeout->private_.deadline;
    return deadline == INT64_MAX ? INFINITY : (double)deadline / 1e9;
}

bool corun_timeout_expired(const corun_timeout *timeout)
{
    return timeout->private_.state == TIMEOUT_EXPIRING || timeout->private_.state == TIMEOUT_EXPIRED;
}

/* ------------------------------------------------------------------- close */

/* The cancellation becomes the context of the error that stands for it. */
static struct outcome time_out(corun_frame *frame)
{
    struct outcome cancelled = exit_take_error(frame);
    corun_failure *failure = failure_create(CORUN_TIMEOUT, NULL);
    if (!cancelled.failure)
        cancelled.failure = failure_create(CORUN_CANCELLED, NULL);
    if (failure && cancelled.failure)
        failure_set_context(failure, cancelled.failure);
    else
        outcome_release(&cancelled);
    return outcome_of_error(CORUN_TIMEOUT, failure);
}

static void tell_of_timeout(corun_frame *frame)
{
    corun_failure *failure = exit_own_failure(frame);
    if (failure)
        failure_splice_timeout(failure);
}

static struct outcome close_expired(corun_timeout *timeout, corun_frame *frame)
{
    int exit = exit_error(frame);
    bool alone = corun_task_uncancel(timeout->private_.task) <= timeout->private_.cancelling;
    set_timeout_state(timeout, TIMEOUT_EXPIRED);
    if (alone && exit == CORUN_CANCELLED)
        return time_out(frame);
    if (alone && exit)
        tell_of_timeout(frame);
    return outcome_of_error(0, NULL);
}

static void timeout_start(void *self, corun_waiter *waiter)
{
    corun_timeout *timeout = self;
    corun_task *task = task_of_waiter(waiter);
    struct outcome outcome = outcome_of_error(0, NULL);
    if (timeout->private_.state == TIMEOUT_EXPIRING)
        outcome = close_expired(timeout, task->top);
    if (timeout->private_.state == TIMEOUT_ACTIVE) {
        drop_alarm(timeout);
        set_timeout_state(timeout, TIMEOUT_FINISHED);
    }
    task_answer(task, outcome);
}

static const corun_awaitable_type timeout_type = {"timeout", timeout_start, cancel_nothing};

corun_awaitable corun_timeout_close(corun_timeout *timeout)
{
    return corun_awaitable_of(&timeout_type, timeout);
}
