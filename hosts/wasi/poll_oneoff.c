/* WASI preview 1: poll_oneoff, for runtimes that run a program to its end.
 *
 * Deadlines are relative on purpose: Node 20's uvwasi sleeps for ever on an absolute monotonic one, wasmtime
 * takes either. A file or a closed stdin makes the whole call fail in Node: then only the clock is waited
 * for and the descriptor is taken as ready. Interrupts come by the control channel, if there is one.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#include "control.h"
#include "corun/loop.h"

enum { MOST_WATCHES = 64 };

struct oneoff_watch {
    struct watch *watch;
    int fd, events;
};

struct oneoff_state {
    struct oneoff_watch watches[MOST_WATCHES];
    int count;
};

static int oneoff_open(corun_loop *loop, void **out_state)
{
    struct oneoff_state *state = memory_allocate(sizeof *state);
    (void)loop;
    if (!state)
        return -ENOMEM;
    memset(state, 0, sizeof *state);
    *out_state = state;
    return 0;
}

static void oneoff_close(void *self)
{
    memory_release(self);
}

static int64_t oneoff_now(void *self)
{
    __wasi_timestamp_t now = 0;
    (void)self;
    (void)!__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &now);
    return (int64_t)now;
}

/* ------------------------------------------------------------------ watches */

/* Returns 0 for what polls, HOST_ALWAYS_READY for files, -EBADF. */
static int kind_of(int fd)
{
    __wasi_fdstat_t status;
    if (__wasi_fd_fdstat_get((__wasi_fd_t)fd, &status) != 0)
        return -EBADF;
    return status.fs_filetype == __WASI_FILETYPE_REGULAR_FILE
                   || status.fs_filetype == __WASI_FILETYPE_DIRECTORY
               ? HOST_ALWAYS_READY
               : 0;
}

static int oneoff_watch_fd(void *self, int fd, int events, struct watch *watch)
{
    struct oneoff_state *state = self;
    int at = 0, rc = fd == 0 && control_is_on() ? 0 : kind_of(fd);
    if (rc != 0)
        return rc;
    while (at < state->count && state->watches[at].fd != fd)
        at++;
    if (at == MOST_WATCHES)
        return -ENOMEM;
    if (at == state->count)
        state->count++;
    state->watches[at] = (struct oneoff_watch){watch, fd, events};
    return 0;
}

static void oneoff_unwatch(void *self, int fd)
{
    struct oneoff_state *state = self;
    for (int i = 0; i < state->count; i++)
        if (state->watches[i].fd == fd) {
            state->watches[i] = state->watches[--state->count];
            return;
        }
}

/* -------------------------------------------------------------------- wait */

/* userdata: the descriptor times two, and one more for writing. */
static __wasi_subscription_t subscribe(int fd, int event)
{
    __wasi_subscription_t made;
    memset(&made, 0, sizeof made);
    made.userdata = (__wasi_userdata_t)fd * 2 + (event == HOST_WRITE);
    made.u.tag = event == HOST_WRITE ? __WASI_EVENTTYPE_FD_WRITE : __WASI_EVENTTYPE_FD_READ;
    made.u.u.fd_read.file_descriptor = (__wasi_fd_t)fd;
    return made;
}

static __wasi_subscription_t subscribe_clock(int64_t left)
{
    __wasi_subscription_t made;
    memset(&made, 0, sizeof made);
    made.userdata = UINT64_MAX;
    made.u.tag = __WASI_EVENTTYPE_CLOCK;
    made.u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    made.u.u.clock.timeout = (__wasi_timestamp_t)left;
    return made;
}

/* The shortest time with which descriptors are looked at. Node 20's uvwasi takes less than a millisecond as over before
 * it has looked: an interrupt would never be seen while work is ready. Standard output tells, which can
 * nearly always be written to; where it cannot at this moment, that costs time and nothing else. */
static int64_t shortest_clock(void)
{
    static int64_t found = -1;
    __wasi_subscription_t subscriptions[2] = {subscribe(1, HOST_WRITE), subscribe_clock(0)};
    __wasi_event_t events[2];
    __wasi_size_t count = 0;
    if (found >= 0)
        return found;
    found = 1000000;
    if (__wasi_poll_oneoff(subscriptions, events, 2, &count) != 0)
        return found;
    for (size_t i = 0; i < count; i++)
        if (events[i].userdata != UINT64_MAX)
            found = 0;
    return found;
}

/* Everything that is watched, and stdin for the control channel. Returns how many. */
static size_t subscribe_all(const struct oneoff_state *state, __wasi_subscription_t *out)
{
    size_t count = 0;
    if (control_is_on() && control_has_room())
        out[count++] = subscribe(0, HOST_READ);
    for (int i = 0; i < state->count; i++) {
        const struct oneoff_watch *watch = &state->watches[i];
        if (watch->events & HOST_READ && !(watch->fd == 0 && control_is_on()))
            out[count++] = subscribe(watch->fd, HOST_READ);
        if (watch->events & HOST_WRITE)
            out[count++] = subscribe(watch->fd, HOST_WRITE);
    }
    return count;
}

static struct oneoff_watch *find_watch(struct oneoff_state *state, int fd)
{
    for (int i = 0; i < state->count; i++)
        if (state->watches[i].fd == fd)
            return &state->watches[i];
    return NULL;
}

static void report_fd(struct oneoff_state *state, int fd, int event)
{
    struct oneoff_watch *found;
    if (fd == 0 && event == HOST_READ && control_is_on()) {
        control_pump();
        return;
    }
    found = find_watch(state, fd);
    if (found)
        watch_ready(found->watch, event);
}

/* What the control channel holds makes descriptor 0 ready, whether anything new has come or not. */
static bool report_control(struct oneoff_state *state)
{
    struct oneoff_watch *found = control_is_on() && control_has_input() ? find_watch(state, 0) : NULL;
    if (!found || !(found->events & HOST_READ))
        return false;
    watch_ready(found->watch, HOST_READ);
    return true;
}

/* Where a descriptor cannot be polled, all are taken as ready after the clock's time. */
static int wait_for_clock_only(struct oneoff_state *state)
{
    __wasi_subscription_t clock = subscribe_clock(1000000);
    __wasi_event_t event;
    __wasi_size_t count;
    if (__wasi_poll_oneoff(&clock, &event, 1, &count) != 0)
        return -EIO;
    for (int i = state->count - 1; i >= 0; i--)
        watch_ready(state->watches[i].watch, state->watches[i].events);
    return 0;
}

static int oneoff_wait(void *self, int64_t deadline)
{
    struct oneoff_state *state = self;
    __wasi_subscription_t subscriptions[2 * MOST_WATCHES + 2];
    __wasi_event_t events[2 * MOST_WATCHES + 2];
    __wasi_size_t happened = 0;
    int64_t left = 0;
    size_t count;
    if (report_control(state))
        deadline = 0;
    count = subscribe_all(state, subscriptions);
    if (count == 0 && deadline == HOST_NEVER)
        return CORUN_DEADLOCK; /* and nothing at all to subscribe to would be EINVAL */
    if (count == 0 && deadline <= 0)
        return 0;
    if (deadline > 0 && deadline != HOST_NEVER)
        left = deadline - oneoff_now(self);
    if (left < 1000000 && count > 0 && deadline != HOST_NEVER && left < shortest_clock())
        left = shortest_clock();
    if (deadline != HOST_NEVER)
        subscriptions[count++] = subscribe_clock(left > 0 ? left : 0);
    if (__wasi_poll_oneoff(subscriptions, events, count, &happened) != 0)
        return wait_for_clock_only(state);
    for (size_t i = 0; i < happened; i++)
        if (events[i].userdata != UINT64_MAX)
            report_fd(state, (int)(events[i].userdata / 2),
                      events[i].userdata % 2 ? HOST_WRITE : HOST_READ);
    report_control(state);
    return 0;
}

/* One thread, no signals: whoever could wake it is not running while it waits. */
static void oneoff_wake(void *self)
{
    (void)self;
}

static int oneoff_interrupts(void *self, const int *signals)
{
    (void)self;
    return signals && control_is_on();
}

static bool is_ready_to_read(int fd)
{
    __wasi_subscription_t subscriptions[2] = {subscribe(fd, HOST_READ), subscribe_clock(shortest_clock())};
    __wasi_event_t events[2];
    __wasi_size_t count = 0;
    if (__wasi_poll_oneoff(subscriptions, events, 2, &count) != 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (events[i].userdata != UINT64_MAX)
            return true;
    return false;
}

static void oneoff_peek(void *self)
{
    (void)self;
    if (control_is_on() && control_has_room() && is_ready_to_read(0))
        control_pump();
}

/* -------------------------------------------------------------- read, write */

static int64_t oneoff_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    ssize_t count;
    int kind;
    (void)self;
    if (fd == 0 && control_is_on())
        return control_read(buffer, size_bytes);
    kind = kind_of(fd);
    if (kind < 0)
        return kind;
    if (kind == 0 && !is_ready_to_read(fd))
        return -EAGAIN;
    count = read(fd, buffer, size_bytes);
    return count < 0 ? -errno : count;
}

static int64_t oneoff_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    ssize_t count = write(fd, bytes, size_bytes);
    (void)self;
    return count < 0 ? -errno : count;
}

CORUN_HOST(host_oneoff, oneoff_open, oneoff_close, oneoff_now, oneoff_watch_fd, oneoff_unwatch, oneoff_wait,
           oneoff_wake, host_no_fd, oneoff_interrupts, host_no_signal, host_no_show, oneoff_peek,
           oneoff_read, oneoff_write,
           host_no_call, host_no_call_cancel,
           host_no_threads_open, host_no_threads_submit, host_no_threads_take_back, host_no_threads_close);

int corun_loop_poll_oneoff(corun_loop **out_loop)
{
    return loop_open(&host_oneoff, out_loop);
}
