/* The sim: virtual time, and a script of what happens in it.
 *
 * Waiting jumps to the next deadline or scripted event. When there is neither, nothing can ever happen, and
 * the wait says CORUN_DEADLOCK. The clock stands still while work is ready, so every run of a seed is the
 * same on every host.
 */
#include "corun/sim.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "corun/runner.h"
#include "sim.h"

/* Something that will happen. Bytes arrive at `fd`; without a descriptor it is an interrupt. */
struct sim_event {
    struct sim_event *next; /* in the order of time, then of the script */
    int64_t time;
    int fd; /* -1: an interrupt */
    size_t size, taken;
    unsigned char bytes[];
};

struct sim_watch {
    struct sim_watch *next;
    struct watch *watch;
    int fd, events;
};

struct sim_state {
    struct sim_threads threads; /* first: what open gives the threads is the state */
    struct sim_calls calls;
    int64_t now;
    struct sim_event *events;
    struct sim_watch *watches;
    uint64_t interrupt_step; /* 0: none */
    uint64_t seed;           /* 0: keep the order */
    bool woken;
};

static uint64_t sim_choose(void *self, uint64_t count);
static void sim_before_step(void *self, uint64_t step);
static const struct loop_script sim_script = {sim_choose, sim_before_step};

static int sim_open(corun_loop *loop, void **out_state)
{
    struct sim_state *state = memory_allocate(sizeof *state);
    if (!state)
        return -ENOMEM;
    memset(state, 0, sizeof *state);
    loop_set_script(loop, &sim_script);
    *out_state = state;
    return 0;
}

static void sim_close(void *self)
{
    struct sim_state *state = self;
    while (state->events) {
        struct sim_event *next = state->events->next;
        memory_release(state->events);
        state->events = next;
    }
    while (state->watches) {
        struct sim_watch *next = state->watches->next;
        memory_release(state->watches);
        state->watches = next;
    }
    sim_calls_free(&state->calls);
    memory_release(state);
}

int64_t sim_now(void *self)
{
    return ((struct sim_state *)self)->now;
}

struct sim_calls *sim_calls_of(void *self)
{
    return &((struct sim_state *)self)->calls;
}

/* ------------------------------------------------------------------- order */

/* xorshift64*: small, and the same everywhere. */
static uint64_t sim_choose(void *self, uint64_t count)
{
    struct sim_state *state = self;
    if (state->seed == 0)
        return 0;
    state->seed ^= state->seed >> 12;
    state->seed ^= state->seed << 25;
    state->seed ^= state->seed >> 27;
    return (state->seed * 0x2545f4914f6cdd1d >> 33) % count;
}

static void sim_before_step(void *self, uint64_t step)
{
    struct sim_state *state = self;
    if (step == state->interrupt_step)
        corun_interrupt();
    sim_threads_work(&state->threads, state->now);
}

/* ------------------------------------------------------------- descriptors */

static bool is_used_up(const struct sim_event *event)
{
    return event->size > 0 && event->taken == event->size;
}

/* What can be read next from a descriptor: bytes, or the end, which is never used up. NULL if the script has
 * no more of it. */
static struct sim_event *sim_input(struct sim_state *state, int fd)
{
    struct sim_event *event = state->events;
    while (event && (event->fd != fd || is_used_up(event)))
        event = event->next;
    return event;
}

static bool is_named(const struct sim_state *state, int fd)
{
    const struct sim_event *event = state->events;
    while (event && event->fd != fd)
        event = event->next;
    return fd >= 0 && event;
}

static int sim_watch_fd(void *self, int fd, int events, struct watch *watch)
{
    struct sim_state *state = self;
    struct sim_watch *found = state->watches;
    while (found && found->fd != fd)
        found = found->next;
    if (events & HOST_WRITE)
        return HOST_ALWAYS_READY;
    if (!is_named(state, fd))
        return -EBADF;
    if (!found) {
        found = memory_allocate(sizeof *found);
        if (!found)
            return -ENOMEM;
        found->next = state->watches;
        state->watches = found;
    }
    found->fd = fd;
    found->events = events;
    found->watch = watch;
    return 0;
}

static void sim_unwatch(void *self, int fd)
{
    struct sim_state *state = self;
    for (struct sim_watch **at = &state->watches; *at; at = &(*at)->next) {
        struct sim_watch *found = *at;
        if (found->fd != fd)
            continue;
        *at = found->next;
        memory_release(found);
        return;
    }
}

static void remove_event(struct sim_state *state, struct sim_event *event)
{
    struct sim_event **at = &state->events;
    while (*at != event)
        at = &(*at)->next;
    *at = event->next;
    memory_release(event);
}

static int64_t sim_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    struct sim_state *state = self;
    struct sim_event *event = sim_input(state, fd);
    size_t count;
    if (!is_named(state, fd))
        return -EBADF;
    if (!event || event->time > state->now)
        return -EAGAIN;
    count = event->size - event->taken < size_bytes ? event->size - event->taken : size_bytes;
    if (count > 0)
        memcpy(buffer, event->bytes + event->taken, count);
    event->taken += count;
    return (int64_t)count;
}

/* Standard output is the real one, so that a test can print. */
static int64_t sim_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    ssize_t count;
    (void)self;
    if (fd != STDOUT_FILENO && fd != STDERR_FILENO)
        return -EBADF;
    count = write(fd, bytes, size_bytes);
    return count < 0 ? -errno : count;
}

/* -------------------------------------------------------------------- wait */

/* Delivers what is due: interrupts once, arrivals as long as they lie there. */
static void deliver_due(struct sim_state *state)
{
    struct sim_watch *watch = state->watches, *next;
    for (struct sim_event *event = state->events, *after; event; event = after) {
        after = event->next;
        if (event->fd >= 0 || event->time > state->now)
            continue;
        remove_event(state, event);
        corun_interrupt();
    }
    for (; watch; watch = next) {
        struct sim_event *input = sim_input(state, watch->fd);
        next = watch->next; /* reporting may end the watch */
        if (input && input->time <= state->now)
            watch_ready(watch->watch, watch->events);
    }
    sim_calls_deliver(&state->calls, state->now);
}

/* When the next scripted thing happens that somebody would notice. */
static int64_t next_event(const struct sim_state *state)
{
    int64_t next = sim_threads_next(&state->threads);
    if (sim_calls_next(&state->calls) < next)
        next = sim_calls_next(&state->calls);
    for (const struct sim_event *event = state->events; event; event = event->next) {
        bool noticed = event->fd < 0;
        for (const struct sim_watch *watch = state->watches; watch && !noticed; watch = watch->next)
            noticed = watch->fd == event->fd && !is_used_up(event);
        if (noticed && event->time < next)
            next = event->time;
    }
    return next;
}

static int sim_wait(void *self, int64_t deadline)
{
    struct sim_state *state = self;
    int64_t next;
    sim_threads_work(&state->threads, state->now);
    next = next_event(state);
    if (deadline < next)
        next = deadline;
    if (next == HOST_NEVER && !state->woken)
        return CORUN_DEADLOCK;
    if (!state->woken && next > state->now)
        state->now = next;
    state->woken = false;
    deliver_due(state);
    sim_threads_work(&state->threads, state->now);
    return 0;
}

static void sim_wake(void *self)
{
    ((struct sim_state *)self)->woken = true;
}

static int sim_interrupts(void *self, const int *signals)
{
    (void)self;
    return signals != NULL;
}

static const struct host_files sim_files = {sim_watch_fd, sim_unwatch, sim_read, sim_write};
static const struct host_calls sim_host_calls = {sim_call, sim_call_cancel};
static const struct host_threads sim_host_threads = {sim_threads_open, sim_threads_submit, sim_threads_take_back,
                                                     sim_threads_close};

static const struct host host_sim = {.open = sim_open,
                                     .close = sim_close,
                                     .now = sim_now,
                                     .wait = sim_wait,
                                     .wake = sim_wake,
                                     .interrupts = sim_interrupts,
                                     .files = &sim_files,
                                     .calls = &sim_host_calls,
                                     .threads = &sim_host_threads};

int corun_loop_sim(corun_loop **out_loop)
{
    return loop_open(&host_sim, out_loop);
}

/* ------------------------------------------------------------------ script */

static int add_event(corun_loop *loop, int fd, double time, const void *bytes, size_t size_bytes)
{
    struct sim_state *state = loop_host_state(loop, &host_sim);
    struct sim_event *event, **at;
    if (!state)
        return CORUN_UNSUPPORTED;
    if (!(time >= 0 && time < 9e9))
        return CORUN_INVALID_DELAY;
    event = memory_allocate(sizeof *event + size_bytes);
    if (!event)
        return -ENOMEM;
    *event = (struct sim_event){.time = (int64_t)ceil(time * 1e9), .fd = fd, .size = size_bytes};
    if (size_bytes > 0)
        memcpy(event->bytes, bytes, size_bytes);
    for (at = &state->events; *at && (*at)->time <= event->time; at = &(*at)->next)
        continue;
    event->next = *at;
    *at = event;
    return 0;
}

int corun_sim_interrupt_at(corun_loop *loop, double time)
{
    return add_event(loop, -1, time, NULL, 0);
}

int corun_sim_feed(corun_loop *loop, int fd, double time, const void *bytes, size_t size_bytes)
{
    return fd < 0 ? -EBADF : add_event(loop, fd, time, bytes, size_bytes);
}

int corun_sim_interrupt_before_step(corun_loop *loop, uint64_t step)
{
    struct sim_state *state = loop_host_state(loop, &host_sim);
    if (!state)
        return CORUN_UNSUPPORTED;
    state->interrupt_step = step;
    return 0;
}

int corun_sim_shuffle(corun_loop *loop, uint64_t seed)
{
    struct sim_state *state = loop_host_state(loop, &host_sim);
    if (!state)
        return CORUN_UNSUPPORTED;
    state->seed = seed;
    return 0;
}

int corun_sim_job_time(corun_loop *loop, double seconds)
{
    struct sim_state *state = loop_host_state(loop, &host_sim);
    if (!state)
        return CORUN_UNSUPPORTED;
    if (!(seconds >= 0 && seconds < 9e9))
        return CORUN_INVALID_DELAY;
    state->threads.duration = (int64_t)ceil(seconds * 1e9);
    return 0;
}

int corun_sim_host_call(corun_loop *loop, const char *name, corun_sim_answer *function, void *argument)
{
    struct sim_state *state = loop_host_state(loop, &host_sim);
    return state ? sim_calls_set(&state->calls, name, function, argument) : CORUN_UNSUPPORTED;
}

int corun_sim_host_call_time(corun_loop *loop, double seconds)
{
    struct sim_state *state = loop_host_state(loop, &host_sim);
    if (!state)
        return CORUN_UNSUPPORTED;
    if (!(seconds >= 0 && seconds < 9e9))
        return CORUN_INVALID_DELAY;
    state->calls.duration = (int64_t)ceil(seconds * 1e9);
    return 0;
}

int corun_sim_open_host_calls(corun_loop *loop)
{
    const struct sim_state *state = loop_host_state(loop, &host_sim);
    return state ? sim_calls_count(&state->calls) : CORUN_UNSUPPORTED;
}
