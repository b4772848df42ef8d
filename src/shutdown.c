/* The executor's end. Its threads are given back when the last job has returned, so that joining them takes
 * no time and needs no further thread, which asyncio has for it. */
#include <errno.h>
#include <math.h>

#include "duration.h"
#include "memory.h"
#include "report.h"
#include "task.h"

enum { RUNNER_SECONDS = 300 };

void executor_close_threads(corun_loop *loop)
{
    if (loop->executor.threads)
        backend_threads_close(&loop->backend, loop->executor.threads);
    loop->executor.threads = NULL;
}

static void shutdown_ended(struct entry *entry)
{
    struct shutdown *shutdown = container_of(entry, struct shutdown, timer);
    list_remove(&shutdown->link);
    shutdown->over(shutdown);
}

/* What the last job's end has queued comes first: done callbacks, the task that waited for it. */
void executor_end(corun_loop *loop)
{
    struct list *head = &loop->executor.shutdowns;
    executor_close_threads(loop);
    for (struct list *at = head->next; at != head; at = at->next) {
        struct shutdown *shutdown = container_of(at, struct shutdown, link);
        loop_withdraw(loop, &shutdown->timer);
        shutdown->timer.run = shutdown_ended;
        loop_ready(loop, &shutdown->timer);
    }
}

static bool end_if_idle(corun_loop *loop)
{
    loop->executor.shut = true;
    if (executor_is_busy(&loop->executor))
        return false;
    executor_close_threads(loop);
    return true;
}

static void limit_passed(struct entry *entry)
{
    struct shutdown *shutdown = container_of(entry, struct shutdown, timer);
    list_remove(&shutdown->link);
    report_executor(shutdown->loop, shutdown->limit);
    shutdown->over(shutdown);
}

int executor_shut_down(corun_loop *loop, struct shutdown *shutdown, double seconds)
{
    int rc = 0;
    if (end_if_idle(loop))
        return 0;
    shutdown->loop = loop;
    shutdown->limit = seconds;
    shutdown->timer = (struct entry){.run = limit_passed};
    if (seconds < INFINITY)
        rc = timer_arm(&loop->timers, &shutdown->timer, time_after(backend_now(&loop->backend), seconds));
    if (rc < 0)
        return rc;
    list_append(&loop->executor.shutdowns, &shutdown->link);
    return 1;
}

void executor_shut_down_for_runner(corun_loop *loop, void (*over)(struct shutdown *shutdown))
{
    struct shutdown *closing = &loop->executor.closing;
    closing->over = over;
    if (executor_shut_down(loop, closing, RUNNER_SECONDS) < 0)
        executor_shut_down(loop, closing, INFINITY); /* there is no memory for the limit: without it */
}

/* ---------------------------------------------------------------- the awaitable */

static void answer_shutdown(struct shutdown *shutdown)
{
    corun_waiter *waiter = shutdown->waiter;
    memory_release(shutdown);
    corun_waiter_done(waiter, 0, NULL);
}

static int begin_shutdown(corun_loop *loop, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    double seconds = task->future.awaitable.seconds;
    struct shutdown *shutdown;
    int rc;
    if (isnan(seconds))
        return CORUN_INVALID_DELAY;
    if (loop != task->future.loop)
        return CORUN_OTHER_LOOP;
    if (end_if_idle(loop))
        return 0;
    shutdown = memory_allocate(sizeof *shutdown);
    if (!shutdown)
        return -ENOMEM;
    shutdown->over = answer_shutdown;
    shutdown->waiter = waiter;
    rc = executor_shut_down(loop, shutdown, seconds);
    if (rc < 0)
        memory_release(shutdown);
    else
        task->future.awaitable.self = shutdown; /* cancelling is told this one */
    return rc;
}

static void shutdown_start(void *self, corun_waiter *waiter)
{
    int rc = begin_shutdown(self, waiter);
    if (rc <= 0)
        corun_waiter_done(waiter, rc, NULL);
}

static void shutdown_cancel(void *self, corun_waiter *waiter)
{
    struct shutdown *shutdown = self;
    list_remove(&shutdown->link);
    loop_withdraw(shutdown->loop, &shutdown->timer);
    memory_release(shutdown);
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

const corun_awaitable_type corun_shutdown_executor_type_ = {"shutdown_executor", shutdown_start,
                                                            shutdown_cancel};
