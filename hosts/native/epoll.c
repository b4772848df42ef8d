/* Linux: epoll, and one eventfd that serves wakes from threads and from signal handlers. So SIGINT is
 * never blocked, there is no helper thread, and an idle program makes no system call.
 *
 * Timeouts go to epoll_pwait2 in nanoseconds; where a kernel or an emulator lacks it, to epoll_wait,
 * rounded up.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "corun/loop.h"
#include "epoll_set.h"
#include "native.h"

enum { EVENTS_A_WAIT = 64 };

struct epoll_state {
    struct epoll_set set;
    int event; /* the eventfd */
    bool lacks_pwait2;
    struct streams streams;
};

static int epoll_open(corun_loop *loop, void **out_state)
{
    struct epoll_state *state = memory_allocate(sizeof *state);
    int rc;
    (void)loop;
    if (!state)
        return -ENOMEM;
    memset(state, 0, sizeof *state);
    state->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = state->event < 0 ? -errno : epoll_set_open(&state->set, state->event);
    if (rc == 0) {
        *out_state = state;
        return 0;
    }
    if (state->event >= 0)
        close(state->event);
    memory_release(state);
    return rc;
}

static void epoll_close(void *self)
{
    struct epoll_state *state = self;
    streams_close(&state->streams);
    epoll_set_close(&state->set);
    close(state->event);
    memory_release(state);
}

static int64_t epoll_now(void *self)
{
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ----------------------------------------------------------------- readiness */

static int epoll_watch(void *self, int fd, int events, struct watch *watch)
{
    struct epoll_state *state = self;
    uint32_t wanted = (events & HOST_READ ? EPOLLIN | EPOLLRDHUP : 0u) | (events & HOST_WRITE ? EPOLLOUT : 0u);
    int rc = epoll_set_watch(&state->set, streams_real(&state->streams, fd), wanted, watch);
    return rc == -EPERM ? HOST_ALWAYS_READY : rc;
}

static void epoll_unwatch(void *self, int fd)
{
    struct epoll_state *state = self;
    epoll_set_unwatch(&state->set, streams_real(&state->streams, fd));
}

static int wait_in_milliseconds(struct epoll_state *state, struct epoll_event *events, int64_t left)
{
    int64_t ms = left / 1000000 + (left % 1000000 != 0);
    return epoll_wait(state->set.epoll, events, EVENTS_A_WAIT, left < 0 ? -1 : ms > 60000 ? 60000 : (int)ms);
}

/* `left` in nanoseconds, negative for no limit. */
static int wait_for_events(struct epoll_state *state, struct epoll_event *events, int64_t left)
{
    struct timespec limit = {left / 1000000000, left % 1000000000};
    int count;
#if defined(SYS_epoll_pwait2)
    if (left > 0 && !state->lacks_pwait2) {
        count = (int)syscall(SYS_epoll_pwait2, state->set.epoll, events, EVENTS_A_WAIT, &limit, NULL, (size_t)0);
        if (count >= 0 || errno != ENOSYS)
            return count;
        state->lacks_pwait2 = true;
    }
#endif
    (void)limit;
    return wait_in_milliseconds(state, events, left);
}

/* Returns whether the event was that of a registration that is known. */
static bool report_event(struct epoll_state *state, const struct epoll_event *event)
{
    struct watch *watch = epoll_set_find(&state->set, event->data.u64);
    uint64_t count;
    int ready = 0;
    if (event->data.u64 == EPOLL_SET_WAKE) {
        (void)!read(state->event, &count, sizeof count); /* it may have been taken already */
        return true;
    }
    if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLPRI))
        ready |= HOST_READ;
    if (event->events & EPOLLOUT)
        ready |= HOST_WRITE;
    if (event->events & (EPOLLHUP | EPOLLERR))
        ready |= HOST_READ | HOST_WRITE;
    if (watch)
        watch_ready(watch, ready);
    return watch != NULL;
}

static int epoll_wait_host(void *self, int64_t deadline)
{
    struct epoll_state *state = self;
    struct epoll_event events[EVENTS_A_WAIT];
    int64_t left = -1;
    bool all_known = true;
    int count;
    if (deadline != HOST_NEVER) {
        left = deadline <= 0 ? 0 : deadline - epoll_now(self);
        if (left < 0)
            left = 0;
    }
    count = wait_for_events(state, events, left);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++)
        all_known &= report_event(state, &events[i]);
    if (!all_known)
        epoll_set_renew(&state->set);
    return 0;
}

/* Async-signal-safe. The eventfd's counter cannot overflow: it does not block, and a full one wakes too. */
static void epoll_wake(void *self)
{
    struct epoll_state *state = self;
    uint64_t one = 1;
    int kept = errno;
    if (write(state->event, &one, sizeof one) < 0) {
        /* EAGAIN: a wake is pending already */
    }
    errno = kept;
}

static int epoll_fd(void *self)
{
    return epoll_set_outer(&((struct epoll_state *)self)->set);
}

static int epoll_interrupts(void *self, const int *signals)
{
    if (signals)
        return signals_start(self, signals);
    signals_stop(self);
    return 0;
}

static int epoll_signal(void *self, int number, struct signal_handler *handler)
{
    if (handler)
        return signals_report(self, number, handler);
    signals_report_no_more(self, number);
    return 0;
}

static int epoll_show(void *self, struct signal_handler *handler)
{
    if (handler)
        return signals_show(self, handler);
    signals_show_no_more(self);
    return 0;
}

static int64_t epoll_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    return streams_read(&((struct epoll_state *)self)->streams, fd, buffer, size_bytes);
}

static int64_t epoll_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    return streams_write(&((struct epoll_state *)self)->streams, fd, bytes, size_bytes);
}

CORUN_HOST(host_epoll, epoll_open, epoll_close, epoll_now, epoll_watch, epoll_unwatch,
           epoll_wait_host, epoll_wake, epoll_fd, epoll_interrupts, epoll_signal, epoll_show, host_no_peek,
           epoll_read, epoll_write, host_no_call, host_no_call_cancel,
           threads_open, threads_submit, threads_take_back, threads_close);

int corun_loop_epoll(corun_loop **out_loop)
{
    return loop_open(&host_epoll, out_loop);
}
