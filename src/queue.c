/* Queues. K6 K7.
 *
 * A task that is woken leaves its ring at once and has no right to anything: in its turn it looks whether there is an
 * item, or room, and if somebody else was quicker it waits again, behind all others. That is asyncio's rule,
 * and what keeps items safe: one is taken in the turn in which its task goes on, so no cancellation comes in
 * between.
 */
#include "corun/queue.h"

#include <errno.h>

#include "items.h"
#include "memory.h"
#include "waiters.h"

static void get_turn(struct entry *entry);
static void put_turn(struct entry *entry);

/* ------------------------------------------------------------ open and close */

static bool makes_sense(const corun_queue_options *options)
{
    if (options->order == CORUN_QUEUE_PRIORITY)
        return options->before && (!options->storage || options->limit > 0);
    return (options->order == CORUN_QUEUE_FIFO || options->order == CORUN_QUEUE_LIFO)
           && (!options->storage || options->limit > 0);
}

int corun_queue_open(corun_queue *queue, const corun_queue_options *options)
{
    corun_queue made = CORUN_QUEUE_INIT;
    if (options)
        made.private_.options = *options;
    if (!makes_sense(&made.private_.options))
        return CORUN_BAD_ARGUMENT;
    made.private_.capacity = made.private_.options.limit;
    made.private_.items = made.private_.options.storage;
    if (made.private_.capacity > 0 && !made.private_.items) {
        if (made.private_.capacity <= SIZE_MAX / sizeof(corun_value))
            made.private_.items = memory_allocate(made.private_.capacity * sizeof(corun_value));
        if (!made.private_.items)
            return -ENOMEM;
    }
    *queue = made;
    return 0;
}

static void drop_item(corun_queue *queue)
{
    corun_value item = items_take(queue);
    if (queue->private_.options.drop)
        queue->private_.options.drop(item, queue->private_.options.argument);
}

int corun_queue_close(corun_queue *queue)
{
    if (queue->private_.getters.last || queue->private_.putters.last || queue->private_.joiners.last
        || queue->private_.due > 0)
        return CORUN_INVALID_STATE;
    queue->private_.shut = true;
    while (queue->private_.count > 0)
        drop_item(queue);
    if (!queue->private_.options.storage)
        memory_release(queue->private_.items);
    *queue = (corun_queue)CORUN_QUEUE_INIT;
    return 0;
}

/* ---------------------------------------------------------------- waking */

static bool is_misused(const corun_queue *queue)
{
    return waiters_are_misused(&queue->private_.getters) || waiters_are_misused(&queue->private_.putters)
           || waiters_are_misused(&queue->private_.joiners);
}

/* Has whoever waits longest look again. Returns whether anybody waited. */
static bool wake_next(corun_queue *queue, corun_waiters_ *waiters)
{
    corun_task *task = waiters_take_first(waiters);
    if (!task)
        return false;
    queue->private_.due++;
    waiter_make_due(task, waiters == &queue->private_.getters ? get_turn : put_turn);
    return true;
}

/* A task that joins has nothing left to look at when it is woken. */
static void tell_joiners(corun_queue *queue)
{
    corun_task *task;
    while (queue->private_.unfinished == 0 && (task = waiters_take_first(&queue->private_.joiners)))
        corun_waiter_done(waiter_of_task(task), 0, NULL);
}

/* All of a queue's waits belong to one loop. Returns 1 if the task is parked. */
static int park_in(corun_queue *queue, corun_waiters_ *waiters, corun_task *task)
{
    int rc = waiters_bind(&queue->private_.getters, task);
    if (rc == 0)
        rc = waiters_park(waiters, task);
    return rc < 0 ? rc : 1;
}

/* In its turn: a woken task that was cancelled has the next one look, if that would find something. */
static bool is_cancelled_turn(corun_queue *queue, corun_task *task)
{
    queue->private_.due--;
    return waiter_take_cancel(task);
}

/* Nobody is told of a cancelled wait that had not been woken: it is over at once. */
static void cancel_queue_wait(corun_queue *queue, corun_waiters_ *waiters, corun_task *task)
{
    if (waiter_is_parked(task)) {
        waiters_remove(waiters, task);
        corun_waiter_done(waiter_of_task(task), CORUN_CANCELLED, NULL);
        return;
    }
    if (task->future.wait == WAIT_ABANDONED)
        queue->private_.due--;
    waiter_cancel(waiters, task, NULL);
}

/* --------------------------------------------------------------------- get */

int corun_queue_get_nowait(corun_queue *queue, corun_value *out_item)
{
    if (is_misused(queue))
        return CORUN_WRONG_THREAD;
    if (queue->private_.count == 0)
        return queue->private_.shut ? CORUN_QUEUE_SHUTDOWN : CORUN_QUEUE_EMPTY;
    *out_item = items_take(queue);
    wake_next(queue, &queue->private_.putters);
    return 0;
}

/* Returns 1 if the task waits. */
static int get_or_wait(corun_queue *queue, corun_task *task, corun_value *out_item)
{
    int rc = corun_queue_get_nowait(queue, out_item);
    return rc == CORUN_QUEUE_EMPTY ? park_in(queue, &queue->private_.getters, task) : rc;
}

static void get_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    corun_value item;
    int rc = get_or_wait(self, task, &item);
    if (rc <= 0)
        waiter_answer(task, rc, &item);
}

static void get_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_queue *queue = task->future.awaitable.self;
    corun_value item;
    int rc;
    if (is_cancelled_turn(queue, task)) {
        if (queue->private_.count > 0)
            wake_next(queue, &queue->private_.getters);
        rc = CORUN_CANCELLED;
    } else {
        rc = get_or_wait(queue, task, &item);
    }
    if (rc <= 0)
        waiter_go_on(task, rc, &item);
}

static void get_cancel(void *self, corun_waiter *waiter)
{
    corun_queue *queue = self;
    cancel_queue_wait(queue, &queue->private_.getters, task_of_waiter(waiter));
}

const corun_awaitable_type corun_get_type_ = {"queue get", get_start, get_cancel};

/* --------------------------------------------------------------------- put */

int corun_queue_put_nowait(corun_queue *queue, corun_value item)
{
    int rc;
    if (is_misused(queue))
        return CORUN_WRONG_THREAD;
    if (queue->private_.shut)
        return CORUN_QUEUE_SHUTDOWN;
    if (item.tag == CORUN_BYTES)
        return CORUN_BAD_ARGUMENT;
    if (corun_queue_full(queue))
        return CORUN_QUEUE_FULL;
    rc = items_reserve(queue);
    if (rc < 0)
        return rc;
    items_put(queue, item);
    queue->private_.unfinished++;
    wake_next(queue, &queue->private_.getters);
    return 0;
}

/* Returns 1 if the task waits. */
static int put_or_wait(corun_queue *queue, corun_task *task)
{
    corun_value item = {.i = task->future.awaitable.number, .tag = (char)task->future.awaitable.extra};
    int rc = corun_queue_put_nowait(queue, item);
    return rc == CORUN_QUEUE_FULL ? park_in(queue, &queue->private_.putters, task) : rc;
}

static void put_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    int rc = put_or_wait(self, task);
    if (rc <= 0)
        waiter_answer(task, rc, NULL);
}

static void put_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_queue *queue = task->future.awaitable.self;
    int rc;
    if (is_cancelled_turn(queue, task)) {
        if (!corun_queue_full(queue))
            wake_next(queue, &queue->private_.putters);
        rc = CORUN_CANCELLED;
    } else {
        rc = put_or_wait(queue, task);
    }
    if (rc <= 0)
        waiter_go_on(task, rc, NULL);
}

static void put_cancel(void *self, corun_waiter *waiter)
{
    corun_queue *queue = self;
    cancel_queue_wait(queue, &queue->private_.putters, task_of_waiter(waiter));
}

const corun_awaitable_type corun_put_type_ = {"queue put", put_start, put_cancel};

/* ---------------------------------------------------------- done, join, shutdown */

int corun_queue_task_done(corun_queue *queue)
{
    if (is_misused(queue))
        return CORUN_WRONG_THREAD;
    if (queue->private_.unfinished == 0)
        return CORUN_DONE_TOO_OFTEN;
    queue->private_.unfinished--;
    tell_joiners(queue);
    return 0;
}

static void queue_join_start(void *self, corun_waiter *waiter)
{
    corun_queue *queue = self;
    corun_task *task = task_of_waiter(waiter);
    int rc = queue->private_.unfinished == 0 ? 0 : waiters_park(&queue->private_.joiners, task);
    if (rc < 0 || queue->private_.unfinished == 0)
        waiter_answer(task, rc, NULL);
}

static void queue_join_cancel(void *self, corun_waiter *waiter)
{
    corun_queue *queue = self;
    cancel_queue_wait(queue, &queue->private_.joiners, task_of_waiter(waiter));
}

const corun_awaitable_type corun_queue_join_type_ = {"queue join", queue_join_start, queue_join_cancel};

int corun_queue_shutdown(corun_queue *queue, bool immediate)
{
    if (is_misused(queue))
        return CORUN_WRONG_THREAD;
    queue->private_.shut = true;
    while (immediate && queue->private_.count > 0) {
        queue->private_.unfinished -= queue->private_.unfinished > 0;
        drop_item(queue);
    }
    if (immediate)
        tell_joiners(queue);
    while (wake_next(queue, &queue->private_.getters))
        continue;
    while (wake_next(queue, &queue->private_.putters))
        continue;
    return 0;
}
