/* The thin layer through which the loop calls its host, and the only caller of hosts. */
#ifndef CORUN_BACKEND_H
#define CORUN_BACKEND_H

#include "internal.h"
#include "hosts/host.h"

struct backend {
    const struct host *host;
    void *state;
    bool interruptible; /* interrupts can come at present */
};

CORUN_INTERNAL int backend_open(struct backend *backend, const struct host *host, corun_loop *loop);
CORUN_INTERNAL void backend_close(struct backend *backend);
CORUN_INTERNAL bool backend_can_wait(const struct backend *backend);
CORUN_INTERNAL int64_t backend_now(struct backend *backend);
CORUN_INTERNAL int backend_watch(struct backend *backend, int fd, int events, struct watch *watch);
CORUN_INTERNAL void backend_unwatch(struct backend *backend, int fd);
CORUN_INTERNAL int backend_wait(struct backend *backend, int64_t deadline);
CORUN_INTERNAL void backend_wake(struct backend *backend);
CORUN_INTERNAL int backend_fd(struct backend *backend);
CORUN_INTERNAL void backend_interrupts(struct backend *backend, const int *signals);
CORUN_INTERNAL int backend_signal(struct backend *backend, int number, struct signal_handler *handler);
CORUN_INTERNAL int backend_show(struct backend *backend, struct signal_handler *handler);
CORUN_INTERNAL void backend_peek(struct backend *backend);
CORUN_INTERNAL int64_t backend_read(struct backend *backend, int fd, void *buffer, size_t size_bytes);
CORUN_INTERNAL int64_t backend_write(struct backend *backend, int fd, const void *bytes, size_t size_bytes);
CORUN_INTERNAL int backend_call(struct backend *backend, struct host_call *call);
CORUN_INTERNAL void backend_call_cancel(struct backend *backend, struct host_call *call);

/* The host's threads: hosts/host.h says what each does. */
CORUN_INTERNAL int backend_threads_open(struct backend *backend, unsigned most, void **out_threads);
CORUN_INTERNAL int backend_threads_submit(struct backend *backend, void *threads, struct work *work);
CORUN_INTERNAL bool backend_threads_take_back(struct backend *backend, void *threads, struct work *work);
CORUN_INTERNAL void backend_threads_close(struct backend *backend, void *threads);

#endif
