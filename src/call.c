/* Callbacks: functions that the loop calls, soon, at a time, or for another thread. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "duration.h"
#include "future.h"
#include "loop.h"
#include "memory.h"
#include "observer.h"

enum callback_state {
    CALLBACK_QUEUED,  /* in the ready queue or the timer heap; the loop has a reference */
    CALLBACK_RUNNING, /* being called */
    CALLBACK_OVER,    /* called, cancelled or dropped */
};

struct corun_callback {
    struct entry entry;
    corun_loop *loop;
    void (*function)(void *);
    void *argument;
    struct bindings *bindings; /* its context's values */
    atomic_uint references;
    _Atomic enum callback_state state;
    bool shared; /* any thread may cancel it: it stays where it is, and is skipped */
};

/* Counts one reference more or less, and gives how many there are. Only those that threads share need a locked
 * instruction. */
static unsigned count(corun_callback *callback, int change)
{
    unsigned references = atomic_load_explicit(&callback->references, memory_order_relaxed) + (unsigned)change;
    if (callback->shared)
        return atomic_fetch_add_explicit(&callback->references, (unsigned)change, memory_order_acq_rel)
               + (unsigned)change;
    atomic_store_explicit(&callback->references, references, memory_order_relaxed);
    return references;
}

void corun_callback_release(corun_callback *callback)
{
    if (!callback || count(callback, -1) > 0)
        return;
    bindings_release(callback->bindings);
    memory_release(callback);
}

/* Exactly one of the loop, a cancel and the close wins a callback that is queued. */
static bool win(corun_callback *callback, enum callback_state state)
{
    enum callback_state expected = CALLBACK_QUEUED;
    return atomic_compare_exchange_strong(&callback->state, &expected, state);
}

/* What this thread's loop is calling. */
static _Thread_local corun_callback *called_here;

static void run_callback(struct entry *entry)
{
    corun_callback *callback = container_of(entry, corun_callback, entry);
    if (!callback->shared) {
        atomic_store_explicit(&callback->state, CALLBACK_RUNNING, memory_order_relaxed);
    } else if (!win(callback, CALLBACK_RUNNING)) { /* another thread has cancelled it */
        corun_callback_release(callback);
        return;
    }
    called_here = callback;
    loop_call(callback->loop, &callback->bindings, callback->function, callback->argument);
    called_here = NULL;
    atomic_store_explicit(&callback->state, CALLBACK_OVER, memory_order_release);
    corun_callback_release(callback);
}

/* The loop is being closed. */
static void drop_callback(struct entry *entry)
{
    corun_callback *callback = container_of(entry, corun_callback, entry);
    if (entry->run != run_callback)
        return;
    (void)win(callback, CALLBACK_OVER);
    corun_callback_release(callback);
}

/* In the current context, with the loop's reference. */
static corun_callback *callback_create(corun_loop *loop, void (*function)(void *), void *argument)
{
    corun_callback *callback = memory_allocate(sizeof *callback);
    atomic_store_explicit(&loop->uses.drop_callback, drop_callback, memory_order_relaxed);
    if (callback)
        *callback = (corun_callback){.entry.run = run_callback,
                                     .loop = loop,
                                     .function = function,
                                     .argument = argument,
                                     .bindings = bindings_retain(*bindings_current()),
                                     .references = 1};
    return callback;
}

static void give_reference(corun_callback *callback, corun_callback **out_callback)
{
    if (!out_callback)
        return;
    count(callback, 1);
    *out_callback = callback;
}

static void queue_call(corun_loop *loop, corun_callback *callback)
{
    calls_take_foreign(loop); /* what came before goes before (L9) */
    loop_ready(loop, &callback->entry);
}

/* Why a loop takes no call now; 0: it does. */
static int refusal(const corun_loop *loop)
{
    if (loop_is_misused(loop))
        return CORUN_WRONG_THREAD;
    return loop->closed ? CORUN_CLOSED : 0;
}

int corun_loop_call_soon(corun_loop *loop, void (*function)(void *), void *argument,
                         corun_callback **out_callback)
{
    corun_callback *callback;
    int rc = refusal(loop);
    if (rc < 0)
        return rc;
    callback = callback_create(loop, function, argument);
    if (!callback)
        return -ENOMEM;
    give_reference(callback, out_callback);
    queue_call(loop, callback);
    return 0;
}

static int call_at_ns(corun_loop *loop, int64_t deadline, void (*function)(void *), void *argument,
                      corun_callback **out_callback)
{
    corun_callback *callback = callback_create(loop, function, argument);
    int rc;
    if (!callback)
        return -ENOMEM;
    rc = timer_arm(&loop->timers, &callback->entry, deadline);
    if (rc < 0) {
        corun_callback_release(callback);
        return rc;
    }
    give_reference(callback, out_callback);
    return 0;
}

int corun_loop_call_later(corun_loop *loop, double seconds, void (*function)(void *), void *argument,
                          corun_callback **out_callback)
{
    int rc = refusal(loop);
    if (rc < 0)
        return rc;
    if (isnan(seconds))
        return CORUN_INVALID_DELAY;
    return call_at_ns(loop, time_after(backend_now(&loop->backend), seconds), function, argument,
                      out_callback);
}

int corun_loop_call_at(corun_loop *loop, double time, void (*function)(void *), void *argument,
                       corun_callback **out_callback)
{
    int rc = refusal(loop);
    if (rc < 0)
        return rc;
    if (isnan(time))
        return CORUN_INVALID_DELAY;
    return call_at_ns(loop, time_after(0, time), function, argument, out_callback);
}

/* Returns when the call can no longer be under way, unless it is this call that asks (B73). */
static void cancel_shared(corun_callback *callback)
{
    if (win(callback, CALLBACK_OVER) || callback == called_here)
        return;
    while (atomic_load_explicit(&callback->state, memory_order_acquire) == CALLBACK_RUNNING)
        host_pause();
}

void corun_callback_cancel(corun_callback *callback)
{
    if (callback->shared) {
        cancel_shared(callback);
        return;
    }
    if (atomic_load_explicit(&callback->state, memory_order_relaxed) != CALLBACK_QUEUED)
        return;
    atomic_store_explicit(&callback->state, CALLBACK_OVER, memory_order_relaxed);
    loop_withdraw(callback->loop, &callback->entry);
    corun_callback_release(callback);
}

/* --------------------------------------------------------- other threads */

void calls_add_foreign(corun_loop *loop, struct entry *entry)
{
    struct list *newest = atomic_load(&loop->foreign);
    do
        entry->link.next = newest;
    while (!atomic_compare_exchange_weak(&loop->foreign, &newest, &entry->link));
    /* Only the first of several need wake the loop: it takes them all. */
    if (!newest) {
        atomic_store(&loop->woken, true);
        backend_wake(&loop->backend);
    }
}

int corun_loop_call_soon_threadsafe(corun_loop *loop, void (*function)(void *), void *argument,
                                    corun_callback **out_callback)
{
    corun_callback *callback;
    if (loop->closed)
        return CORUN_CLOSED;
    callback = callback_create(loop, function, argument);
    if (!callback)
        return -ENOMEM;
    callback->shared = true;
    give_reference(callback, out_callback);
    if (loop_is_this_thread(loop))
        queue_call(loop, callback);
    else
        calls_add_foreign(loop, &callback->entry);
    return 0;
}

void calls_take_foreign(corun_loop *loop)
{
    struct list *newest = atomic_load_explicit(&loop->foreign, memory_order_relaxed), *place = &loop->ready, *older;
    if (newest)
        newest = atomic_exchange(&loop->foreign, NULL);
    for (; newest; newest = older) {
        older = newest->next;
        list_insert_before(place, newest);
        place = newest;
    }
}

/* ------------------------------------------------------------------ close */

static void drop_entry(const corun_loop *loop, struct entry *entry)
{
    void (*drop)(struct entry *) = atomic_load_explicit(&loop->uses.drop_callback, memory_order_relaxed);
    if (future_drop_callback(entry) || observer_drop(entry))
        return;
    if (loop->uses.executor && loop->uses.executor->drop_job(entry))
        return;
    if (drop)
        drop(entry);
}

void calls_drop(corun_loop *loop)
{
    struct entry *entry;
    calls_take_foreign(loop);
    while ((entry = timer_take_due(&loop->timers, INT64_MAX)))
        loop_ready(loop, entry);
    while (!list_is_empty(&loop->ready)) {
        entry = container_of(loop->ready.next, struct entry, link);
        list_remove(&entry->link);
        entry->link.next = NULL; /* who may queue it again sees that it is out */
        drop_entry(loop, entry);
    }
}
