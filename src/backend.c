#include "backend.h"

int backend_open(struct backend *backend, const struct host *host, corun_loop *loop)
{
    backend->host = host;
    return host->open(loop, &backend->state);
}

void backend_close(struct backend *backend)
{
    host_promises(!backend->interruptible);
    backend->host->close(backend->state);
    backend->state = NULL;
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
    rc = backend->host->wait(backend->state, returns_early(deadline) ? 0 : deadline);
    host_promises(rc <= 0);
    return rc;
}

void backend_interrupts(struct backend *backend, const int *signals)
{
    backend->interruptible = backend->host->interrupts(backend->state, signals) > 0 && signals;
}
