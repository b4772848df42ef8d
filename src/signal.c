/* Signal handlers: functions that the loop calls when a signal has come.
 *
 * The host's own handler only notes the arrival and wakes the loop; the loop's thread queues the function when it
 * looks next. Signals of one number that come before their function's turn are one, as they are for the
 * kernel; one that comes while it runs has it called again, so the last is never lost.
 */
#include <errno.h>

#include "loop.h"
#include "memory.h"
#include "report.h"
#include "standing.h"

struct signal_handler {
    struct signal_handler *next; /* the loop's, newest first */
    struct standing *call;
    corun_loop *loop;
    int number;
    atomic_bool arrived; /* since the loop's thread looked */
};

/* Async-signal-safe: atomics and the host's wake, nothing else. */
bool signal_arrived(struct signal_handler *handler)
{
    corun_loop *loop = handler->loop;
    bool unseen = atomic_exchange(&handler->arrived, true);
    atomic_store(&loop->woken, true);
    backend_wake(&loop->backend);
    return unseen;
}

static void queue_arrived(corun_loop *loop)
{
    for (struct signal_handler *at = loop->signal_handlers; at; at = at->next)
        if (atomic_exchange(&at->arrived, false))
            standing_queue(at->call);
    if (loop->show_handler && atomic_exchange(&loop->show_handler->arrived, false))
        standing_queue(loop->show_handler->call);
}

/* Takes the handler of `number` off the loop's list. NULL: there is none. */
static struct signal_handler *unlist(corun_loop *loop, int number)
{
    struct signal_handler **at = &loop->signal_handlers, *found;
    while (*at && (*at)->number != number)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    return found;
}

/* Frees one that the host knows no more. What its context held may run code, so that goes last. */
static void free_handler(struct signal_handler *handler)
{
    struct standing *call = handler->call;
    memory_release(handler);
    standing_remove(call);
}

static struct signal_handler *create_handler(corun_loop *loop, int number, void (*function)(void *),
                                             void *argument)
{
    struct signal_handler *handler = memory_allocate(sizeof *handler);
    if (!handler)
        return NULL;
    *handler = (struct signal_handler){.loop = loop, .number = number};
    handler->call = standing_create(loop, function, argument);
    if (handler->call)
        return handler;
    memory_release(handler);
    return NULL;
}

/* The host reports to the new handler by now; that also answers what has arrived for the old one. */
static void replace_handler(corun_loop *loop, struct signal_handler *handler)
{
    struct signal_handler *old = unlist(loop, handler->number);
    handler->next = loop->signal_handlers;
    loop->signal_handlers = handler;
    if (!old) {
        corun_loop_hold(loop);
        return;
    }
    if (atomic_load(&old->arrived) || standing_is_queued(old->call))
        standing_queue(handler->call);
    free_handler(old);
}

int corun_loop_add_signal_handler(corun_loop *loop, int number, void (*function)(void *), void *argument)
{
    struct signal_handler *handler;
    int rc;
    if (loop_runs_elsewhere(loop))
        return CORUN_WRONG_THREAD;
    if (loop->closed)
        return CORUN_CLOSED;
    handler = create_handler(loop, number, function, argument);
    if (!handler)
        return -ENOMEM;
    loop_has_signals(loop);
    rc = backend_signal(&loop->backend, number, handler);
    if (rc < 0)
        free_handler(handler);
    else
        replace_handler(loop, handler);
    return rc;
}

int corun_loop_remove_signal_handler(corun_loop *loop, int number)
{
    struct signal_handler *handler = unlist(loop, number);
    if (!handler)
        return 0;
    backend_signal(&loop->backend, number, NULL);
    corun_loop_unhold(loop);
    free_handler(handler);
    return 1;
}

/* -------------------------------------------------------------------- show */

static void show_tasks(void *loop)
{
    report_tasks(loop, "the tasks");
}

/* It does not hold the loop: showing the tasks wakes none of them. Without memory nothing is shown. */
static void show_start(corun_loop *loop)
{
    struct signal_handler *handler;
    if (!loop->debug)
        return;
    handler = create_handler(loop, 0, show_tasks, loop);
    if (!handler)
        return;
    if (backend_show(&loop->backend, handler) < 0)
        free_handler(handler);
    else
        loop->show_handler = handler;
}

static void show_stop(corun_loop *loop)
{
    struct signal_handler *handler = loop->show_handler;
    if (!handler)
        return;
    backend_show(&loop->backend, NULL);
    loop->show_handler = NULL;
    free_handler(handler);
}

static void signals_free(corun_loop *loop)
{
    show_stop(loop);
    while (loop->signal_handlers)
        corun_loop_remove_signal_handler(loop, loop->signal_handlers->number);
}

static const struct signals_use signals_use = {interrupts_take_over, queue_arrived, show_start, show_stop, signals_free};

void loop_has_signals(corun_loop *loop)
{
    loop->uses.signals = &signals_use;
}
