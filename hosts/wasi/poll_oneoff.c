/* WASI preview 1: poll_oneoff, for runtimes that run a program to its end.
 *
 * Deadlines are relative on purpose: Node 20's uvwasi sleeps for ever on an absolute monotonic one, wasmtime
 * takes either. A file or a closed stdin makes the whole call fail in Node: then only the clock is waited
 * for and the descriptor is taken as ready. Interrupts come by the control channel, if there is one.
 */
#include <errno.h>
#include <string.h>
#include <wasi/api.h>

#include "control.h"
#include "corun/loop.h"
#include "hosts/web/preview1.h"
#include "hosts/web/turn.h"

enum { MOST_WATCHED = 64, MILLISECOND = 1000000 };
enum { MOST_POLLED = 2 * MOST_WATCHED + 2 }; /* to read and to write, the control channel, the clock */

struct oneoff_state {
    struct watch *input; /* whoever waits to read what the control channel brings */
    int watched;         /* descriptors */
    int count;           /* of what is polled for them */
    __wasi_subscription_t polled[MOST_POLLED];
};

static int oneoff_open(corun_loop *loop, void **out_state)
{
    struct oneoff_state *state = memory_allocate(sizeof *state);
    (void)loop;
    if (!state)
        return -ENOMEM;
    memset(state, 0, offsetof(struct oneoff_state, polled));
    *out_state = state;
    return 0;
}

/* -------------------------------------------------------------------- poll */

_Static_assert(__WASI_EVENTTYPE_FD_READ == HOST_READ && __WASI_EVENTTYPE_FD_WRITE == HOST_WRITE
                   && __WASI_EVENTTYPE_CLOCK == 0,
               "events have the same numbers on both sides");

static void subscribe(__wasi_subscription_t *at, int event, int fd, struct watch *watch)
{
    memset(at, 0, sizeof *at);
    at->userdata = (uintptr_t)watch;
    at->u.tag = (__wasi_eventtype_t)event;
    at->u.u.fd_read.file_descriptor = (__wasi_fd_t)fd;
}

/* Polls for `count` of them, with a clock behind them that ends it when `left` has passed; HOST_NEVER: without one.
 * Returns how many events there are, or -EIO. */
static int poll_for(__wasi_subscription_t *polled, int count, int64_t left, __wasi_event_t *out_events)
{
    __wasi_size_t happened = 0;
    if (left != HOST_NEVER) {
        subscribe(&polled[count], __WASI_EVENTTYPE_CLOCK, 0, NULL);
        polled[count].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
        polled[count++].u.u.clock.timeout = (__wasi_timestamp_t)left;
    }
    return __wasi_poll_oneoff(polled, out_events, (size_t)count, &happened) == 0 ? (int)happened : -EIO;
}

/* Returns whether a descriptor is ready, or -EIO. */
static int is_ready(int fd, int event, int64_t left)
{
    __wasi_subscription_t polled[2];
    __wasi_event_t events[2];
    int happened;
    subscribe(polled, event, fd, NULL);
    happened = poll_for(polled, 1, left, events);
    return happened == 1 ? events[0].type == event : happened;
}

/* The shortest time with which descriptors are looked at. Node 20's uvwasi takes less than a millisecond as over before
 * it has looked: an interrupt would never be seen while work is ready. Standard output tells, which can
 * nearly always be written to; where it cannot at this moment, that costs time and nothing else. */
static int64_t shortest_clock(void)
{
    static int64_t found = -1;
    if (found < 0)
        found = is_ready(1, HOST_WRITE, 0) > 0 ? 0 : MILLISECOND;
    return found;
}

static bool is_ready_to_read(int fd)
{
    return is_ready(fd, HOST_READ, shortest_clock()) != 0;
}

/* -------------------------------------------------------------------- wait */

/* What the control channel holds makes descriptor 0 ready, whether anything new has come or not. */
static bool report_input(struct oneoff_state *state)
{
    if (!state->input || !control_has_input())
        return false;
    watch_ready(state->input, HOST_READ);
    return true;
}

static void report_event(const __wasi_event_t *event)
{
    struct watch *watch = (struct watch *)(uintptr_t)event->userdata;
    if (watch)
        watch_ready(watch, event->type);
    else if (event->type == HOST_READ)
        control_pump();
}

/* Where a descriptor cannot be polled, all that are watched are taken as ready after a moment. */
static int poll_clock_only(struct oneoff_state *state, __wasi_event_t *out_events)
{
    int happened = poll_for(state->polled + state->count, 0, MILLISECOND, out_events);
    for (int i = 0; i < state->count; i++) {
        out_events[i].userdata = state->polled[i].userdata;
        out_events[i].type = state->polled[i].u.tag;
    }
    return happened < 0 ? happened : state->count;
}

/* How long to poll. Descriptors are looked at even if the deadline has passed. */
static int64_t time_left(int64_t deadline, bool looks)
{
    int64_t left = deadline, least;
    if (deadline == HOST_NEVER)
        return left;
    if (deadline > 0)
        left -= preview1_now(NULL);
    least = looks && left < MILLISECOND ? shortest_clock() : 0;
    return left < least ? least : left;
}

static int oneoff_wait(void *self, int64_t deadline)
{
    struct oneoff_state *state = self;
    __wasi_event_t events[MOST_POLLED];
    int count = state->count, happened;
    if (report_input(state))
        deadline = 0;
    if (control_is_on() && control_has_room())
        subscribe(&state->polled[count++], HOST_READ, 0, NULL);
    if (count == 0 && (deadline <= 0 || deadline == HOST_NEVER))
        return deadline <= 0 ? 0 : CORUN_DEADLOCK; /* nothing at all to poll for would be EINVAL */
    happened = poll_for(state->polled, count, time_left(deadline, count > 0), events);
    if (happened < 0)
        happened = poll_clock_only(state, events);
    for (int i = 0; i < happened; i++)
        report_event(&events[i]);
    report_input(state);
    return happened < 0 ? happened : 0;
}

static int oneoff_interrupts(void *self, const int *signals)
{
    (void)self;
    return signals && control_is_on();
}

static void oneoff_peek(void *self)
{
    (void)self;
    if (control_is_on() && control_has_room() && is_ready_to_read(0))
        control_pump();
}

/* One thread, no signals: whoever could wake it is not running while it waits. */
static struct host host_oneoff = {.open = oneoff_open,
                                  .close = memory_release,
                                  .now = preview1_now,
                                  .wait = oneoff_wait,
                                  .interrupts = oneoff_interrupts,
                                  .peek = oneoff_peek};

int corun_loop_poll_oneoff(corun_loop **out_loop)
{
    return loop_open(&host_oneoff, out_loop);
}

/* ------------------------------------------------------------- descriptors */

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

static void oneoff_unwatch(void *self, int fd)
{
    struct oneoff_state *state = self;
    int kept = 0;
    for (int i = 0; i < state->count; i++)
        if (state->polled[i].u.u.fd_read.file_descriptor != (__wasi_fd_t)fd)
            state->polled[kept++] = state->polled[i];
    state->watched -= kept < state->count;
    state->count = kept;
    if (fd == 0)
        state->input = NULL;
}

static int oneoff_watch_fd(void *self, int fd, int events, struct watch *watch)
{
    struct oneoff_state *state = self;
    bool decoded = fd == 0 && control_is_on();
    int rc = decoded ? 0 : kind_of(fd);
    if (rc != 0)
        return rc;
    oneoff_unwatch(self, fd);
    if (state->watched == MOST_WATCHED)
        return -ENOMEM;
    if (decoded && events & HOST_READ) {
        state->input = watch;
        events &= ~HOST_READ;
    }
    state->watched += events != 0;
    for (int event = HOST_READ; event <= HOST_WRITE; event++)
        if (events & event)
            subscribe(&state->polled[state->count++], event, fd, watch);
    return 0;
}

static int64_t oneoff_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    int kind;
    (void)self;
    if (fd == 0 && control_is_on())
        return control_read(buffer, size_bytes);
    kind = kind_of(fd);
    if (kind < 0)
        return kind;
    if (kind == 0 && !is_ready_to_read(fd))
        return -EAGAIN;
    return preview1_read(fd, buffer, size_bytes);
}

static int64_t oneoff_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    (void)self;
    return preview1_write(fd, bytes, size_bytes);
}

static const struct host_files oneoff_files = {oneoff_watch_fd, oneoff_unwatch, oneoff_read, oneoff_write};

void host_needs_files(void)
{
    host_oneoff.files = &oneoff_files;
    turn_needs_files();
}
