/* Linux: epoll, and one eventfd that serves wakes from threads and from signal handlers. So SIGINT is
 * never blocked, there is no helper thread, and an idle program makes no system call.
 *
 * Timeouts go to epoll_pwait2 in nanoseconds; where a kernel or an emulator lacks it, to epoll_wait,
 * rounded up.
 */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif

#include "native.h"

#if HAS_LINUX

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "corun/loop.h"
#include "epoll_set.h"

enum { EVENTS_A_WAIT = 64 };

struct epoll_state {
    struct native native;
    struct epoll_set set;
    int event; /* the eventfd */
    bool lacks_pwait2;
};

static int epoll_open(corun_loop *loop, void **out_state)
{
    struct epoll_state *state = memory_allocate(sizeof *state);
    int rc;
    loop_has_signals(loop);
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
    streams_close(&state->native.streams);
    epoll_set_close(&state->set);
    close(state->event);
    memory_release(state);
}

/* ----------------------------------------------------------------- readiness */

static int epoll_watch(void *self, int fd, int events, struct watch *watch)
{
    struct epoll_state *state = self;
    uint32_t wanted = (events & HOST_READ ? EPOLLIN | EPOLLRDHUP : 0u) | (events & HOST_WRITE ? EPOLLOUT : 0u);
    int rc = epoll_set_watch(&state->set, streams_real(&state->native.streams, fd), wanted, watch);
    return rc == -EPERM ? HOST_ALWAYS_READY : rc;
}

static void epoll_unwatch(void *self, int fd)
{
    struct epoll_state *state = self;
    epoll_set_unwatch(&state->set, streams_real(&state->native.streams, fd));
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
    return epoll_wait(state->set.epoll, events, EVENTS_A_WAIT, native_milliseconds(left));
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
    bool all_known = true;
    int count = wait_for_events(state, events, native_left(self, deadline));
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

static const struct host_files epoll_files = {epoll_watch, epoll_unwatch, native_read, native_write};
static const struct host_signals epoll_signals = {native_signal, native_show};
static const struct host_threads epoll_threads = {threads_open, threads_submit, threads_take_back, threads_close};

static const struct host host_epoll = {.open = epoll_open,
                                       .close = epoll_close,
                                       .now = native_now,
                                       .wait = epoll_wait_host,
                                       .wake = epoll_wake,
                                       .fd = epoll_fd,
                                       .interrupts = native_interrupts,
                                       .files = &epoll_files,
                                       .signals = &epoll_signals,
                                       .threads = &epoll_threads};

int corun_loop_epoll(corun_loop **out_loop)
{
    return loop_open(&host_epoll, out_loop);
}

#endif
