/* Readers and writers: functions that are called while a descriptor is ready.
 *
 * One of each a descriptor. They come before the tasks that wait for the same descriptor: a task tries its
 * operation again and waits on if nothing is left, a function that reads what is gone would block.
 */
#include <errno.h>

#include "watch.h"

enum direction { TO_READ, TO_WRITE };

int readers_wanted(const struct watch *watch)
{
    int events = 0;
    for (int to = 0; to < WATCH_DIRECTIONS; to++)
        if (watch->calls[to])
            events |= 1 << to;
    return events;
}

bool readers_ready(struct watch *watch, int events)
{
    bool served = false;
    for (int to = 0; to < WATCH_DIRECTIONS; to++) {
        if (!watch->calls[to] || !(events & 1 << to))
            continue;
        standing_queue(watch->calls[to]);
        served = true;
    }
    return served;
}

/* Puts `call`, or none, in the place of the present one. That goes last: what its context held may run code. */
static void replace_reader(struct watch *watch, int to, struct standing *call)
{
    struct standing *old = watch->calls[to];
    watch->calls[to] = call;
    watch->loop->watch_waiters += (uint32_t)(call != NULL) - (uint32_t)(old != NULL);
    if (old)
        standing_remove(old);
}

void readers_free(struct watch *watch)
{
    for (int to = 0; to < WATCH_DIRECTIONS; to++)
        replace_reader(watch, to, NULL);
}

static int add_reader(corun_loop *loop, int fd, enum direction to, void (*function)(void *), void *argument)
{
    struct standing *call;
    struct watch *watch;
    int rc;
    if (loop_is_misused(loop))
        return CORUN_WRONG_THREAD;
    if (loop->closed)
        return CORUN_CLOSED;
    if (fd < 0)
        return -EBADF;
    rc = watch_of(loop, fd, &watch);
    if (rc < 0)
        return rc;
    call = standing_create(loop, function, argument);
    if (!call)
        return -ENOMEM;
    rc = watch_tell_host(watch, watch_wanted(watch) | 1 << to);
    if (rc != 0) {
        standing_remove(call);
        return rc == HOST_ALWAYS_READY ? -EPERM : rc;
    }
    replace_reader(watch, to, call);
    return 0;
}

static int remove_reader(corun_loop *loop, int fd, enum direction to)
{
    struct watch *watch = fd >= 0 && fd < loop->watch_capacity ? loop->watches[fd] : NULL;
    if (!watch || !watch->calls[to])
        return 0;
    replace_reader(watch, to, NULL);
    watch_tell_host(watch, watch_wanted(watch)); /* the descriptor may be closed by now */
    return 1;
}

int corun_loop_add_reader(corun_loop *loop, int fd, void (*function)(void *), void *argument)
{
    return add_reader(loop, fd, TO_READ, function, argument);
}

int corun_loop_add_writer(corun_loop *loop, int fd, void (*function)(void *), void *argument)
{
    return add_reader(loop, fd, TO_WRITE, function, argument);
}

int corun_loop_remove_reader(corun_loop *loop, int fd)
{
    return remove_reader(loop, fd, TO_READ);
}

int corun_loop_remove_writer(corun_loop *loop, int fd)
{
    return remove_reader(loop, fd, TO_WRITE);
}
