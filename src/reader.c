/* Readers and writers: functions that are called while a descriptor is ready.
 *
 * One of each a descriptor. They come before the tasks that wait for the same descriptor: a task tries its
 * operation again and waits on if nothing is left, a function that reads what is gone would block.
 */
#include <errno.h>

#include "watch.h"

enum direction { TO_READ, TO_WRITE };

int readers_wanted(const struct descriptor *descriptor)
{
    int events = 0;
    for (int to = 0; to < WATCH_DIRECTIONS; to++)
        if (descriptor->calls[to])
            events |= 1 << to;
    return events;
}

bool readers_ready(struct descriptor *descriptor, int events)
{
    bool served = false;
    for (int to = 0; to < WATCH_DIRECTIONS; to++) {
        if (!descriptor->calls[to] || !(events & 1 << to))
            continue;
        standing_queue(descriptor->calls[to]);
        served = true;
    }
    return served;
}

/* Puts `call`, or none, in the place of the present one. That goes last: what its context held may run code. */
static void replace_reader(struct descriptor *descriptor, int to, struct standing *call)
{
    struct standing *old = descriptor->calls[to];
    descriptor->calls[to] = call;
    descriptor->loop->watch_waiters += (uint32_t)(call != NULL) - (uint32_t)(old != NULL);
    if (old)
        standing_remove(old);
}

void readers_free(struct descriptor *descriptor)
{
    for (int to = 0; to < WATCH_DIRECTIONS; to++)
        replace_reader(descriptor, to, NULL);
}

static int add_reader(corun_loop *loop, int fd, enum direction to, void (*function)(void *), void *argument)
{
    struct standing *call;
    struct descriptor *descriptor;
    int rc;
    if (loop_is_misused(loop))
        return CORUN_WRONG_THREAD;
    if (loop->closed)
        return CORUN_CLOSED;
    if (fd < 0)
        return -EBADF;
    call = standing_create(loop, function, argument);
    if (!call)
        return -ENOMEM;
    rc = descriptor_of(loop, fd, &descriptor);
    if (rc == 0)
        rc = descriptor_tell_host(descriptor, descriptor_wanted(descriptor) | 1 << to);
    if (rc != 0) {
        standing_remove(call);
        return rc == HOST_ALWAYS_READY ? -EPERM : rc;
    }
    replace_reader(descriptor, to, call);
    return 0;
}

static int remove_reader(corun_loop *loop, int fd, enum direction to)
{
    struct descriptor *descriptor = fd >= 0 && fd < loop->descriptor_capacity ? loop->descriptors[fd] : NULL;
    if (!descriptor || !descriptor->calls[to])
        return 0;
    replace_reader(descriptor, to, NULL);
    descriptor_tell_host(descriptor, descriptor_wanted(descriptor)); /* the descriptor may be closed by now */
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
