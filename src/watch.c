/* Descriptors: waits for readiness, and the reads and writes built on them.
 *
 * An operation is tried first and waits only if the host says EAGAIN. When its turn has come again it is
 * tried and its task goes on in the same turn: nothing can come between the bytes and their reader, so a
 * cancellation never loses any.
 *
 * A registration with the host is kept when a wait ends, since the next is likely to want it, and
 * dropped when something is reported that nobody waits for. Each new wait tells the host again: the
 * number may have been closed and opened anew meanwhile, which a kernel forgets silently.
 */
#include <errno.h>
#include <string.h>

#include "corun/io.h"
#include "memory.h"
#include "task.h"
#include "waiters.h"
#include "watch.h"

enum {
    COMPLETIONS_IN_A_ROW = 64,
    NANOSECONDS_IN_A_ROW = 1000000,
    LARGEST_OPERATION = 1 << 30,
    FIRST_TABLE = 16,
    LARGEST_TABLE = 1 << 20,
};

static const corun_awaitable_type read_type, write_type, ready_type;
static void descriptor_ready(struct watch *watch, int events);

static int events_of(const corun_task *task)
{
    const corun_awaitable *awaitable = &task->future.awaitable;
    if (awaitable->type == &ready_type)
        return (int)awaitable->number;
    return awaitable->type == &read_type ? HOST_READ : HOST_WRITE;
}

/* ----------------------------------------------------------------- watches */

static void descriptors_free(corun_loop *loop)
{
    for (int fd = 0; fd < loop->descriptor_capacity; fd++) {
        struct descriptor *descriptor = loop->descriptors[fd];
        if (!descriptor)
            continue;
        readers_free(descriptor); /* which may run code, that may ask for others */
        descriptor_tell_host(descriptor, 0);
        loop->descriptors[fd] = NULL;
        memory_release(descriptor);
    }
    memory_release(loop->descriptors);
    loop->descriptors = NULL;
    loop->descriptor_capacity = 0;
}

static int grow_table(corun_loop *loop, int fd)
{
    int capacity = loop->descriptor_capacity ? loop->descriptor_capacity : FIRST_TABLE;
    struct descriptor **table;
    if (fd >= LARGEST_TABLE)
        return -EBADF;
    while (capacity <= fd)
        capacity *= 2;
    table = memory_resize(loop->descriptors, (size_t)capacity * sizeof(struct descriptor *));
    if (!table)
        return -ENOMEM;
    memset(table + loop->descriptor_capacity, 0,
           (size_t)(capacity - loop->descriptor_capacity) * sizeof(struct descriptor *));
    loop->descriptors = table;
    loop->descriptor_capacity = capacity;
    loop->uses.descriptors_free = descriptors_free;
    return 0;
}

int descriptor_of(corun_loop *loop, int fd, struct descriptor **out_descriptor)
{
    struct descriptor *descriptor;
    int rc = fd < loop->descriptor_capacity ? 0 : grow_table(loop, fd);
    if (rc < 0)
        return rc;
    descriptor = loop->descriptors[fd];
    if (!descriptor) {
        descriptor = memory_allocate(sizeof *descriptor);
        if (!descriptor)
            return -ENOMEM;
        *descriptor = (struct descriptor){.watch.ready = descriptor_ready, .loop = loop, .fd = fd};
        loop->descriptors[fd] = descriptor;
    }
    *out_descriptor = descriptor;
    return 0;
}

int descriptor_wanted(const struct descriptor *descriptor)
{
    struct list *at = descriptor->waiters;
    int events = readers_wanted(descriptor);
    if (!at)
        return events;
    do {
        events |= events_of(task_of_entry(container_of(at, struct entry, link)));
        at = at->next;
    } while (at != descriptor->waiters);
    return events;
}

int descriptor_tell_host(struct descriptor *descriptor, int events)
{
    struct backend *backend = &descriptor->loop->backend;
    if (events)
        return backend_watch(backend, descriptor->fd, events, &descriptor->watch);
    backend_unwatch(backend, descriptor->fd);
    return 0;
}

/* -------------------------------------------------------------- operations */

/* Does what the task waits for, if it can be done now. Returns its value, or -EAGAIN. */
static int64_t attempt_now(corun_task *task)
{
    const corun_awaitable *awaitable = &task->future.awaitable;
    struct backend *backend = &task->future.loop->backend;
    size_t size = (size_t)awaitable->number;
    if (awaitable->extra < 0)
        return -EBADF;
    if (size > LARGEST_OPERATION)
        size = LARGEST_OPERATION;
    if (awaitable->type == &read_type)
        return backend_read(backend, awaitable->extra, awaitable->self, size);
    return backend_write(backend, awaitable->extra, awaitable->self, size);
}

static int error_of(int64_t result)
{
    return result < 0 ? (int)result : 0;
}

/* Goes on without a suspension. */
static void answer_now(corun_task *task, int64_t result)
{
    corun_value value = CORUN_VALUE(.i = result);
    waiter_answer(task, error_of(result), &value);
}

/* Goes on in its turn. */
static void go_on_with(corun_task *task, int64_t result)
{
    corun_value value = CORUN_VALUE(.i = result);
    waiter_go_on(task, error_of(result), &value);
}

/* Leaves the task to wait at its descriptor. Returns 0, HOST_ALWAYS_READY or an error. */
static int park_task(corun_task *task)
{
    corun_loop *loop = task->future.loop;
    struct descriptor *descriptor;
    int rc = descriptor_of(loop, task->future.awaitable.extra, &descriptor);
    if (rc < 0)
        return rc;
    rc = descriptor_tell_host(descriptor, descriptor_wanted(descriptor) | events_of(task));
    if (rc != 0)
        return rc;
    task->entry.run = waiter_parked;
    ring_append(&descriptor->waiters, &task->entry.link);
    loop->watch_waiters++;
    return 0;
}

/* The descriptor is ready, or the operation had to let others go first. */
static void try_again(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    int64_t result = attempt_now(task);
    int rc = result == -EAGAIN ? park_task(task) : 1;
    if (rc == 0)
        return;
    go_on_with(task, rc < 0 ? rc : result);
}

/* Whether the task has had its share of operations that completed at once. */
static bool had_its_share(corun_loop *loop)
{
    int64_t now = backend_now(&loop->backend);
    if (loop->completions++ == 0)
        loop->completions_since = now;
    return loop->completions > COMPLETIONS_IN_A_ROW || now - loop->completions_since > NANOSECONDS_IN_A_ROW;
}

/* A cancellation that is due comes before any operation: else a copy of files never sees Ctrl-C. */
static bool is_cancelled(corun_task *task)
{
    interrupts_check(task->future.loop, &task->future.loop->interrupts);
    if (!(task->future.task_flags & TASK_MUST_CANCEL))
        return false;
    outcome_set(&task->future.outcome, CORUN_CANCELLED, NULL);
    cancel_take(task);
    task->future.task_flags |= TASK_ANSWERED;
    return true;
}

static void operation_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    corun_loop *loop = task->future.loop;
    int64_t result;
    int rc;
    (void)self;
    if (is_cancelled(task))
        return;
    if (had_its_share(loop)) {
        task->entry.run = try_again;
        loop_ready(loop, &task->entry);
        return;
    }
    result = attempt_now(task);
    rc = result == -EAGAIN ? park_task(task) : 1;
    if (rc != 0)
        answer_now(task, rc < 0 ? rc : result);
}

/* Takes the task out of wherever it waits. */
static void operation_cancel(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    corun_loop *loop = task->future.loop;
    (void)self;
    if (waiter_is_parked(task)) {
        ring_remove(&loop->descriptors[task->future.awaitable.extra]->waiters, &task->entry.link);
        loop->watch_waiters--;
    } else {
        loop_unready(loop, &task->entry);
    }
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type read_type = {"read", operation_start, operation_cancel};
static const corun_awaitable_type write_type = {"write", operation_start, operation_cancel};

corun_awaitable corun_read(int fd, void *buffer, size_t size_bytes)
{
    corun_awaitable made = corun_awaitable_of(&read_type, buffer);
    made.number = (int64_t)size_bytes;
    made.extra = fd;
    return made;
}

corun_awaitable corun_write(int fd, const void *bytes, size_t size_bytes)
{
    corun_awaitable made = corun_awaitable_of(&write_type, (void *)(uintptr_t)bytes);
    made.number = (int64_t)size_bytes;
    made.extra = fd;
    return made;
}

/* --------------------------------------------------------------- readiness */

/* By now `number` says for which events. */
static void tell_ready(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    go_on_with(task, task->future.awaitable.number);
}

static void ready_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    int events = (int)task->future.awaitable.number;
    int rc = CORUN_BAD_ARGUMENT;
    (void)self;
    if (is_cancelled(task))
        return;
    if (events > 0 && (events & ~(HOST_READ | HOST_WRITE)) == 0)
        rc = task->future.awaitable.extra < 0 ? -EBADF : park_task(task);
    if (rc == HOST_ALWAYS_READY && had_its_share(task->future.loop)) {
        task->entry.run = tell_ready;
        loop_ready(task->future.loop, &task->entry);
    } else if (rc != 0) {
        answer_now(task, rc == HOST_ALWAYS_READY ? events : rc);
    }
}

static const corun_awaitable_type ready_type = {"descriptor", ready_start, operation_cancel};

corun_awaitable corun_wait_fd(int fd, int events)
{
    corun_awaitable made = corun_awaitable_of(&ready_type, NULL);
    made.number = events;
    made.extra = fd;
    return made;
}

static void unpark_task(struct descriptor *descriptor, corun_task *task, int events)
{
    descriptor->loop->watch_waiters--;
    if (task->future.awaitable.type == &ready_type) {
        task->future.awaitable.number &= events;
        task->entry.run = tell_ready;
    } else {
        task->entry.run = try_again;
    }
    loop_ready(descriptor->loop, &task->entry);
}

static void descriptor_ready(struct watch *watch, int events)
{
    struct descriptor *descriptor = container_of(watch, struct descriptor, watch);
    struct list *kept = NULL, *link;
    bool served = readers_ready(descriptor, events);
    while ((link = ring_take_first(&descriptor->waiters))) {
        corun_task *task = task_of_entry(container_of(link, struct entry, link));
        if (events_of(task) & events) {
            unpark_task(descriptor, task, events);
            served = true;
        } else {
            ring_append(&kept, link);
        }
    }
    descriptor->waiters = kept;
    /* Level-triggered: what nobody waits for would be reported for ever. What somebody waited for stays
     * registered, for the next wait. */
    if (!served)
        descriptor_tell_host(descriptor, descriptor_wanted(descriptor));
}
