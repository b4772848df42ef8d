/* poll(2): for systems that have nothing better that Corun knows, macOS and the BSDs among them.
 *
 * Every wait tells the kernel all descriptors, and timeouts are milliseconds, rounded up. There is no descriptor
 * that others could wait for instead (corun_loop_fd). A pipe serves wakes from threads and from signal handlers.
 *
 * A registration is by number. Where the file behind it has gone, which epoll would never tell, whoever waits is
 * told once that it is ready, and sees it at the next operation.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "corun/loop.h"
#include "native.h"

enum { FIRST_ASKED = 16 };

struct poll_place {
    struct watch *watch;
    int at; /* in `asked`; 0: not there */
};

struct poll_state {
    struct native native;
    int wake[2];               /* the ends of the pipe */
    struct pollfd *asked;      /* the first one is the wake's */
    struct poll_place *places; /* by descriptor */
    int count, capacity;       /* of `asked`, which has one more, and of `places` */
};

/* -------------------------------------------------------------- open, close */

static int set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    bool done = flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) >= 0;
    return done ? 0 : -errno;
}

static int open_wake(int ends[2])
{
    int rc = pipe(ends) < 0 ? -errno : 0;
    if (rc < 0)
        return rc;
    rc = set_flags(ends[0]);
    if (rc == 0)
        rc = set_flags(ends[1]);
    if (rc < 0) {
        close(ends[0]);
        close(ends[1]);
    }
    return rc;
}

/* Makes room for descriptors up to `fd`. */
static int grow_asked(struct poll_state *state, int fd)
{
    int capacity = state->capacity ? state->capacity : FIRST_ASKED;
    struct pollfd *asked;
    struct poll_place *places;
    while (capacity <= fd)
        capacity *= 2;
    asked = memory_resize(state->asked, ((size_t)capacity + 1) * sizeof *asked);
    if (!asked)
        return -ENOMEM;
    state->asked = asked;
    places = memory_resize(state->places, (size_t)capacity * sizeof *places);
    if (!places)
        return -ENOMEM;
    memset(places + state->capacity, 0, (size_t)(capacity - state->capacity) * sizeof *places);
    state->places = places;
    state->capacity = capacity;
    return 0;
}

static void poll_release(struct poll_state *state)
{
    memory_release(state->asked);
    memory_release(state->places);
    memory_release(state);
}

static int poll_open(corun_loop *loop, void **out_state)
{
    struct poll_state *state = memory_allocate(sizeof *state);
    int rc;
    loop_has_signals(loop);
    if (!state)
        return -ENOMEM;
    memset(state, 0, sizeof *state);
    rc = grow_asked(state, 0);
    if (rc == 0)
        rc = open_wake(state->wake);
    if (rc < 0) {
        poll_release(state);
        return rc;
    }
    state->asked[state->count++] = (struct pollfd){.fd = state->wake[0], .events = POLLIN};
    *out_state = state;
    return 0;
}

static void poll_close(void *self)
{
    struct poll_state *state = self;
    streams_close(&state->native.streams);
    close(state->wake[0]);
    close(state->wake[1]);
    poll_release(state);
}

/* ----------------------------------------------------------------- readiness */

static bool is_null_device(const struct stat *status)
{
    struct stat null;
    return S_ISCHR(status->st_mode) && stat("/dev/null", &null) == 0 && null.st_rdev == status->st_rdev;
}

/* poll(2) takes everything, also files that it never makes wait; those that epoll refuses are told apart here. */
static int poll_watch(void *self, int fd, int events, struct watch *watch)
{
    struct poll_state *state = self;
    struct poll_place *place;
    struct stat status;
    int rc;
    fd = streams_real(&state->native.streams, fd);
    if (fstat(fd, &status) < 0)
        return -errno;
    if (streams_never_wait(status.st_mode) || is_null_device(&status))
        return HOST_ALWAYS_READY;
    rc = fd < state->capacity ? 0 : grow_asked(state, fd);
    if (rc < 0)
        return rc;
    place = &state->places[fd];
    if (place->at == 0)
        place->at = state->count++;
    place->watch = watch;
    state->asked[place->at] = (struct pollfd){
        .fd = fd,
        .events = (short)((events & HOST_READ ? POLLIN : 0) | (events & HOST_WRITE ? POLLOUT : 0)),
    };
    return 0;
}

/* The last one takes its place. */
static void forget(struct poll_state *state, int fd)
{
    int at = fd < state->capacity ? state->places[fd].at : 0;
    if (at == 0)
        return;
    state->asked[at] = state->asked[--state->count];
    state->places[state->asked[at].fd].at = at;
    state->places[fd] = (struct poll_place){NULL, 0};
}

static void poll_unwatch(void *self, int fd)
{
    struct poll_state *state = self;
    forget(state, streams_real(&state->native.streams, fd));
}

static void report_polled(struct poll_state *state, int fd, short events)
{
    struct watch *watch = state->places[fd].watch;
    int ready = 0;
    if (events & POLLNVAL)
        forget(state, fd);
    if (events & (POLLIN | POLLPRI))
        ready |= HOST_READ;
    if (events & POLLOUT)
        ready |= HOST_WRITE;
    if (events & (POLLHUP | POLLERR | POLLNVAL))
        ready |= HOST_READ | HOST_WRITE;
    watch_ready(watch, ready);
}

static int poll_wait(void *self, int64_t deadline)
{
    struct poll_state *state = self;
    char bytes[64];
    int count = poll(state->asked, (nfds_t)state->count, native_milliseconds(native_left(self, deadline)));
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    if (count > 0 && state->asked[0].revents)
        while (read(state->wake[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
            continue;
    for (int at = 1; at < state->count;) {
        struct pollfd seen = state->asked[at];
        state->asked[at].revents = 0;
        if (seen.revents)
            report_polled(state, seen.fd, seen.revents);
        if (at < state->count && state->asked[at].fd == seen.fd)
            at++; /* else it has gone, and another one stands here */
    }
    return 0;
}

/* Async-signal-safe. A full pipe wakes too. */
static void poll_wake(void *self)
{
    struct poll_state *state = self;
    int kept = errno;
    if (write(state->wake[1], "", 1) < 0) {
        /* EAGAIN: wakes are pending already */
    }
    errno = kept;
}

static const struct host_files poll_files = {poll_watch, poll_unwatch, native_read, native_write};
static const struct host_signals poll_signals = {native_signal, native_show};
static const struct host_threads poll_threads = {threads_open, threads_submit, threads_take_back, threads_close};

static const struct host host_poll = {.open = poll_open,
                                      .close = poll_close,
                                      .now = native_now,
                                      .wait = poll_wait,
                                      .wake = poll_wake,
                                      .interrupts = native_interrupts,
                                      .files = &poll_files,
                                      .signals = &poll_signals,
                                      .threads = &poll_threads};

int corun_loop_poll(corun_loop **out_loop)
{
    return loop_open(&host_poll, out_loop);
}
