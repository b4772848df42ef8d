#include "backend.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int backend_open(struct backend *backend, const struct host *host, corun_loop *loop)
{
    void *state = NULL;
    int rc = host->open(loop, &state);
    if (rc < 0)
        return rc;
    *backend = (struct backend){host, state, false};
    return 0;
}

void backend_close(struct backend *backend)
{
    assert(!backend->interruptible);
    backend->host->close(backend->state);
    backend->state = NULL;
}

bool backend_can_wait(const struct backend *backend)
{
    return backend->host->wait != host_no_wait;
}

int64_t backend_now(struct backend *backend)
{
    return backend->host->now(backend->state);
}

int backend_watch(struct backend *backend, int fd, int events, struct watch *watch)
{
    int rc;
    assert(events != 0 && fd >= 0);
    rc = backend->host->watch(backend->state, fd, events, watch);
    assert(rc <= HOST_ALWAYS_READY);
    return rc;
}

void backend_unwatch(struct backend *backend, int fd)
{
    backend->host->unwatch(backend->state, fd);
}

/* In the hard-test build every other wait with nothing to report returns early, as hosts may. */
static bool returns_early(int64_t deadline)
{
#if defined(CORUN_HARD)
    static _Thread_local unsigned waits;
    return deadline != HOST_NEVER && waits++ % 2 == 0;
#else
    (void)deadline;
    return false;
#endif
}

int backend_wait(struct backend *backend, int64_t deadline)
{
    int rc;
    if (!backend_can_wait(backend))
        return 0;
    if (returns_early(deadline))
        deadline = 0;
    rc = backend->host->wait(backend->state, deadline);
    assert(rc <= 0);
    return rc;
}

void backend_wake(struct backend *backend)
{
    backend->host->wake(backend->state);
}

int backend_fd(struct backend *backend)
{
    return backend->host->fd(backend->state);
}

void backend_interrupts(struct backend *backend, const int *signals)
{
    int on = backend->host->interrupts(backend->state, signals);
    backend->interruptible = signals && on > 0;
}

int backend_signal(struct backend *backend, int number, struct signal_handler *handler)
{
    int rc = backend->host->signal(backend->state, number, handler);
    assert(rc <= 0);
    return rc;
}

int backend_show(struct backend *backend, struct signal_handler *handler)
{
    int rc = backend->host->show(backend->state, handler);
    assert(rc <= 0);
    return rc;
}

void backend_peek(struct backend *backend)
{
    backend->host->peek(backend->state);
}

int64_t backend_read(struct backend *backend, int fd, void *buffer, size_t size_bytes)
{
    return backend->host->read(backend->state, fd, buffer, size_bytes);
}

int64_t backend_write(struct backend *backend, int fd, const void *bytes, size_t size_bytes)
{
    return backend->host->write(backend->state, fd, bytes, size_bytes);
}

int backend_call(struct backend *backend, struct host_call *call)
{
    int rc;
    assert(call->type && call->name);
    rc = backend->host->call(backend->state, call);
    assert(rc <= 0);
    return rc;
}

void backend_call_cancel(struct backend *backend, struct host_call *call)
{
    if (backend->state)
        backend->host->call_cancel(backend->state, call);
    else
        memory_release(call); /* the host has been closed, and has forgotten it */
}

/* ----------------------------------------------------------------- threads */

int backend_threads_open(struct backend *backend, unsigned most, void **out_threads)
{
    return backend->host->threads_open(backend->state, most, out_threads);
}

int backend_threads_submit(struct backend *backend, void *threads, struct work *work)
{
    assert(work->type);
    return backend->host->threads_submit(threads, work);
}

bool backend_threads_take_back(struct backend *backend, void *threads, struct work *work)
{
    return backend->host->threads_take_back(threads, work);
}

void backend_threads_close(struct backend *backend, void *threads)
{
    backend->host->threads_close(threads);
}

/* ------------------------------------------------- what a host does not have */

int host_no_watch(void *state, int fd, int events, struct watch *watch)
{
    (void)state, (void)fd, (void)events, (void)watch;
    return CORUN_UNSUPPORTED;
}

void host_no_unwatch(void *state, int fd)
{
    (void)state, (void)fd;
}

int host_no_wait(void *state, int64_t deadline)
{
    (void)state, (void)deadline;
    return CORUN_UNSUPPORTED;
}

int host_no_fd(void *state)
{
    (void)state;
    return CORUN_UNSUPPORTED;
}

int host_no_interrupts(void *state, const int *signals)
{
    (void)state, (void)signals;
    return 0;
}

int host_no_signal(void *state, int number, struct signal_handler *handler)
{
    (void)state, (void)number, (void)handler;
    return CORUN_UNSUPPORTED;
}

int host_no_show(void *state, struct signal_handler *handler)
{
    (void)state, (void)handler;
    return CORUN_UNSUPPORTED;
}

void host_no_peek(void *state)
{
    (void)state;
}

int host_no_call(void *state, struct host_call *call)
{
    (void)state, (void)call;
    return CORUN_UNSUPPORTED;
}

/* What was never asked is not taken back. */
void host_no_call_cancel(void *state, struct host_call *call)
{
    (void)state, (void)call;
}

int host_no_threads_open(void *state, unsigned most, void **out_threads)
{
    (void)state, (void)most, (void)out_threads;
    return CORUN_UNSUPPORTED;
}

/* What was never opened is not used. */
int host_no_threads_submit(void *threads, struct work *work)
{
    (void)threads, (void)work;
    return CORUN_UNSUPPORTED;
}

bool host_no_threads_take_back(void *threads, struct work *work)
{
    (void)threads, (void)work;
    return false;
}

void host_no_threads_close(void *threads)
{
    (void)threads;
}
