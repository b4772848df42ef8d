/* The thin layer through which the loop calls its host, and the only caller of hosts: what a host lacks is
 * unsupported. The hard-test build checks what hosts promise. */
#ifndef CORUN_BACKEND_H
#define CORUN_BACKEND_H

#include <assert.h>

#include "internal.h"
#include "hosts/host.h"

#if defined(CORUN_HARD)
#define host_promises(condition) assert(condition)
#else
#define host_promises(condition) ((void)0)
#endif

struct backend {
    const struct host *host;
    void *state;        /* NULL: it has been closed */
    bool interruptible; /* interrupts can come at present */
};

CORUN_INTERNAL int backend_open(struct backend *backend, const struct host *host, corun_loop *loop);
CORUN_INTERNAL void backend_close(struct backend *backend);
CORUN_INTERNAL int backend_wait(struct backend *backend, int64_t deadline);
CORUN_INTERNAL void backend_interrupts(struct backend *backend, const int *signals);

static inline bool backend_can_wait(const struct backend *backend)
{
    return backend->host->wait != NULL;
}

static inline int64_t backend_now(struct backend *backend)
{
    return backend->host->now(backend->state);
}

static inline void backend_wake(struct backend *backend)
{
    if (backend->host->wake)
        backend->host->wake(backend->state);
}

static inline int backend_fd(struct backend *backend)
{
    return backend->host->fd ? backend->host->fd(backend->state) : CORUN_UNSUPPORTED;
}

static inline void backend_peek(struct backend *backend)
{
    if (backend->host->peek)
        backend->host->peek(backend->state);
}

/* ------------------------------------------------------------- descriptors */

static inline int backend_watch(struct backend *backend, int fd, int events, struct watch *watch)
{
    host_needs_files();
    return backend->host->files->watch(backend->state, fd, events, watch);
}

/* Only what was watched. */
static inline void backend_unwatch(struct backend *backend, int fd)
{
    backend->host->files->unwatch(backend->state, fd);
}

static inline int64_t backend_read(struct backend *backend, int fd, void *buffer, size_t size_bytes)
{
    host_needs_files();
    return backend->host->files->read(backend->state, fd, buffer, size_bytes);
}

static inline int64_t backend_write(struct backend *backend, int fd, const void *bytes, size_t size_bytes)
{
    host_needs_files();
    return backend->host->files->write(backend->state, fd, bytes, size_bytes);
}

/* -------------------------------------------------------------- host calls */

static inline int backend_call(struct backend *backend, struct host_call *call)
{
    host_needs_calls();
    return backend->host->calls ? backend->host->calls->ask(backend->state, call) : CORUN_UNSUPPORTED;
}

static inline void backend_call_cancel(struct backend *backend, struct host_call *call)
{
    if (backend->state)
        backend->host->calls->take_back(backend->state, call);
    else
        memory_release(call); /* the host has been closed, and has forgotten it */
}

/* ----------------------------------------------------------------- signals */

static inline int backend_signal(struct backend *backend, int number, struct signal_handler *handler)
{
    const struct host_signals *signals = backend->host->signals;
    return signals ? signals->report(backend->state, number, handler) : CORUN_UNSUPPORTED;
}

static inline int backend_show(struct backend *backend, struct signal_handler *handler)
{
    const struct host_signals *signals = backend->host->signals;
    return signals ? signals->show(backend->state, handler) : CORUN_UNSUPPORTED;
}

/* ----------------------------------------------------------------- threads */

static inline int backend_threads_open(struct backend *backend, unsigned most, void **out_threads)
{
    const struct host_threads *threads = backend->host->threads;
    return threads ? threads->open(backend->state, most, out_threads) : CORUN_UNSUPPORTED;
}

static inline int backend_threads_submit(struct backend *backend, void *threads, struct work *work)
{
    return backend->host->threads->submit(threads, work);
}

static inline bool backend_threads_take_back(struct backend *backend, void *threads, struct work *work)
{
    return backend->host->threads->take_back(threads, work);
}

static inline void backend_threads_close(struct backend *backend, void *threads)
{
    backend->host->threads->close(threads);
}

#endif
