#include "future.h"

#include <errno.h>
#include <string.h>

#include "memory.h"
#include "observer.h"
#include "report.h"
#include "task.h"

/* -------------------------------------------------------------- life cycle */

void future_init(corun_future *future, corun_loop *loop)
{
    loop_retain(loop);
    future->references = 1;
    future->loop = loop;
}

int corun_future_create(corun_loop *loop, corun_future **out_future)
{
    corun_future *future;
    if (!loop)
        loop = corun_current_loop();
    if (!loop)
        return CORUN_NO_LOOP;
    future = memory_allocate(sizeof *future);
    if (!future)
        return -ENOMEM;
    memset(future, 0, sizeof *future);
    future_init(future, loop);
    *out_future = future;
    return 0;
}

corun_future *corun_future_retain(corun_future *future)
{
    future->references++;
    return future;
}

/* An error that nobody asked for, and that did not end the run, is told (F5). */
static void report_unretrieved(corun_future *future)
{
    int error = future->outcome.error;
    bool is_settled = future->flags & (FUTURE_RETRIEVED | FUTURE_SILENT);
    if (future->state == FUTURE_FINISHED && error && !is_settled && !error_leaves_loop(error))
        report_never_retrieved(future);
}

void future_drop(corun_future *future)
{
    report_unretrieved(future);
    while (future->waiters)
        future_drop_callback(container_of(ring_take_first(&future->waiters), struct entry, link));
    if (future->state != FUTURE_PENDING)
        outcome_release(&future->outcome);
    if (future->rare) {
        memory_release(future->rare->name);
        failure_release(future->rare->cancel_failure);
        memory_release(future->rare);
    }
}

void corun_future_release(corun_future *future)
{
    corun_loop *loop;
    corun_task *task;
    if (!future || --future->references > 0)
        return;
    future->references = 1; /* a report may borrow it */
    loop = future->loop;
    future_drop(future);
    task = task_of_future(future);
    if (task) {
        task_release_context(task);
        list_remove(&task->all);
    }
    memory_release(future);
    loop_release(loop);
}

struct rare *future_rare(corun_future *future)
{
    if (!future->rare) {
        future->rare = memory_allocate(sizeof *future->rare);
        if (future->rare)
            *future->rare = (struct rare){NULL, NULL, NULL, NULL};
    }
    return future->rare;
}

/* ---------------------------------------------------------- done callbacks */

struct done_callback {
    struct entry entry;
    corun_future *future; /* a reference from when it is scheduled */
    union {
        void (*of_future)(corun_future *, void *);
        void (*of_task)(corun_task *, void *);
    } function;
    void *argument;
    struct bindings *bindings; /* its context's values */
};

static void done_callback_free(struct done_callback *callback)
{
    bindings_release(callback->bindings);
    memory_release(callback);
}

static void run_done(struct entry *entry)
{
    struct done_callback *callback = container_of(entry, struct done_callback, entry);
    corun_loop *loop = callback->future->loop;
    corun_task *task = task_of_future(callback->future);
    loop->callback_bindings = &callback->bindings;
    if (task)
        callback->function.of_task(task, callback->argument);
    else
        callback->function.of_future(callback->future, callback->argument);
    loop->callback_bindings = NULL;
    corun_future_release(callback->future);
    done_callback_free(callback);
}

bool future_drop_callback(struct entry *entry)
{
    struct done_callback *callback = container_of(entry, struct done_callback, entry);
    if (entry->run != run_done)
        return false;
    if (callback->future->state != FUTURE_PENDING)
        corun_future_release(callback->future);
    done_callback_free(callback);
    return true;
}

static int add_done(struct done_callback added)
{
    struct done_callback *callback;
    if (added.future->loop->closed)
        return CORUN_CLOSED;
    callback = memory_copy(&added, sizeof added);
    if (!callback)
        return -ENOMEM;
    callback->entry.run = run_done;
    callback->bindings = bindings_retain(*bindings_current());
    if (added.future->state == FUTURE_PENDING) {
        ring_append(&added.future->waiters, &callback->entry.link);
    } else {
        corun_future_retain(added.future);
        loop_ready(added.future->loop, &callback->entry);
    }
    return 0;
}

int corun_future_add_done_callback(corun_future *future, void (*function)(corun_future *, void *),
                                   void *argument)
{
    struct done_callback added = {.future = future, .argument = argument};
    added.function.of_future = function;
    return add_done(added);
}

int corun_task_add_done_callback(corun_task *task, void (*function)(corun_task *, void *), void *argument)
{
    struct done_callback added = {.future = &task->future, .argument = argument};
    added.function.of_task = function;
    return add_done(added);
}

static bool is_equal(const struct done_callback *a, const struct done_callback *b)
{
    bool same = a->future->flags & FUTURE_IS_TASK ? a->function.of_task == b->function.of_task
                                                  : a->function.of_future == b->function.of_future;
    return same && a->argument == b->argument;
}

/* They are freed last: what their contexts held may run code. */
static int remove_done(struct done_callback unwanted)
{
    struct list **waiters = &unwanted.future->waiters, *kept = NULL, *removed = NULL, *link;
    int count = 0;
    while ((link = ring_take_first(waiters))) {
        struct entry *entry = container_of(link, struct entry, link);
        struct done_callback *callback = container_of(entry, struct done_callback, entry);
        ring_append(entry->run == run_done && is_equal(callback, &unwanted) ? &removed : &kept, link);
    }
    *waiters = kept;
    for (; (link = ring_take_first(&removed)); count++)
        done_callback_free(container_of(link, struct done_callback, entry.link));
    return count;
}

int corun_future_remove_done_callback(corun_future *future, void (*function)(corun_future *, void *),
                                      void *argument)
{
    struct done_callback unwanted = {.future = future, .argument = argument};
    unwanted.function.of_future = function;
    return remove_done(unwanted);
}

int corun_task_remove_done_callback(corun_task *task, void (*function)(corun_task *, void *), void *argument)
{
    struct done_callback unwanted = {.future = &task->future, .argument = argument};
    unwanted.function.of_task = function;
    return remove_done(unwanted);
}

/* ----------------------------------------------------------------- finish */

/* Queues whoever waits, in the order in which they came. Allocates nothing, cannot fail. */
void future_finish(corun_future *future, enum future_state state)
{
    struct list *link;
    future->state = (uint8_t)state;
    while ((link = ring_take_first(&future->waiters))) {
        struct entry *entry = container_of(link, struct entry, link);
        if (entry->run == task_resume_joined) {
            task_of_entry(entry)->future.wait = WAIT_WOKEN;
        } else if (entry->run == run_done) {
            corun_future_retain(future);
        }
        if (future->loop->closed && (future_drop_callback(entry) || observer_drop(entry)))
            continue; /* nothing is called any more */
        loop_ready(future->loop, entry);
    }
}

int corun_future_set(corun_future *future, corun_value value)
{
    int rc;
    if (loop_is_misused(future->loop))
        return CORUN_WRONG_THREAD;
    if (future->state != FUTURE_PENDING)
        return CORUN_INVALID_STATE;
    rc = outcome_of_value(&future->outcome, value);
    if (rc < 0)
        return rc;
    future_finish(future, FUTURE_FINISHED);
    return 0;
}

int corun_future_fail(corun_future *future, int error, const char *message)
{
    if (loop_is_misused(future->loop))
        return CORUN_WRONG_THREAD;
    if (future->state != FUTURE_PENDING)
        return CORUN_INVALID_STATE;
    if (error >= 0)
        return CORUN_BAD_ARGUMENT;
    outcome_set(&future->outcome, error, failure_create(error, message));
    future_finish(future, FUTURE_FINISHED);
    return 0;
}

int corun_future_cancel(corun_future *future, const char *message)
{
    if (loop_is_misused(future->loop))
        return CORUN_WRONG_THREAD;
    future->flags |= FUTURE_RETRIEVED;
    if (future->state != FUTURE_PENDING)
        return 0;
    outcome_set(&future->outcome, CORUN_CANCELLED, message ? failure_create(CORUN_CANCELLED, message) : NULL);
    future_finish(future, FUTURE_CANCELLED);
    if (future->flags & FUTURE_IS_OWNED)
        ((struct owned_future *)(void *)future)->cancelled(future);
    return 1;
}

bool corun_future_done(const corun_future *future)
{
    return future->state != FUTURE_PENDING;
}

bool corun_future_cancelled(const corun_future *future)
{
    return future->state == FUTURE_CANCELLED;
}

int corun_future_result(corun_future *future, corun_value *out_value)
{
    if (future->state == FUTURE_PENDING)
        return CORUN_INVALID_STATE;
    future->flags |= FUTURE_RETRIEVED;
    if (future->outcome.error == 0 && out_value)
        *out_value = future->outcome.value;
    return future->outcome.error;
}

const corun_failure *corun_future_failure(const corun_future *future)
{
    return corun_future_done(future) && future->outcome.error ? future->outcome.failure : NULL;
}

/* ------------------------------------------------------------------- wait */

static void future_start(void *self, corun_waiter *waiter)
{
    corun_future *future = self;
    corun_task *task = task_of_waiter(waiter);
    if (future->state != FUTURE_PENDING) {
        future->flags |= FUTURE_RETRIEVED;
        outcome_share(&task->future.outcome, &future->outcome);
        task->future.task_flags |= TASK_ANSWERED;
    } else if (future == &task->future || future->loop != task->future.loop) {
        bool itself = future == &task->future;
        outcome_set(&task->future.outcome, itself ? CORUN_SELF_AWAIT : CORUN_OTHER_LOOP, NULL);
        task_wake(task); /* it comes in the next round, as in asyncio (T11) */
    } else {
        corun_future_retain(future);
        task->entry.run = task_resume_joined;
        ring_append(&future->waiters, &task->entry.link);
    }
}

/* Cancelling a wait cancels what is waited for; the wait ends when that has (T8). */
static void future_cancel_wait(void *self, corun_waiter *waiter)
{
    (void)self;
    cancel_wait(task_of_waiter(waiter));
}

static const corun_awaitable_type future_type = {"future", future_start, future_cancel_wait};
static const corun_awaitable_type task_type = {"task", future_start, future_cancel_wait};

corun_awaitable corun_wait_future(corun_future *future)
{
    return corun_awaitable_of(future ? &future_type : NULL, future);
}

corun_awaitable corun_join(corun_task *task)
{
    return corun_awaitable_of(task ? &task_type : NULL, task);
}

void task_resume_joined(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_future *future = task->future.awaitable.self;
    future->flags |= FUTURE_RETRIEVED;
    outcome_share(&task->future.outcome, &future->outcome);
    if (future->references == 1) { /* the wait's: bytes would go with it */
        task->future.outcome.owned = future->outcome.owned;
        future->outcome.owned = false;
    }
    corun_future_release(future);
    task_resume(entry);
}

corun_future *future_of_awaitable(const corun_awaitable *awaitable)
{
    bool is_future = awaitable->type == &future_type || awaitable->type == &task_type;
    return is_future ? awaitable->self : NULL;
}

corun_future *future_awaited(const corun_task *task)
{
    return task->future.wait == WAIT_WAITING ? future_of_awaitable(&task->future.awaitable) : NULL;
}

corun_task *future_joined(const corun_task *task)
{
    corun_future *future = future_awaited(task);
    return future ? task_of_future(future) : NULL;
}

bool future_forget(corun_task *task)
{
    corun_awaitable awaitable = task->future.awaitable;
    corun_future *future = awaitable.self;
    if (awaitable.type != &future_type && awaitable.type != &task_type)
        return false;
    if (future->state == FUTURE_PENDING)
        ring_remove(&future->waiters, &task->entry.link);
    corun_future_release(future);
    return true;
}
