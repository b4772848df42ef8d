/* What the other parts of a wasm build have to do with the turn host. */
#ifndef HOSTS_WEB_TURN_H
#define HOSTS_WEB_TURN_H

#include "hosts/host.h"

/* calls.c: host calls, and what the exports do for them. */
struct turn_desk {
    struct host_calls calls; /* first */
    /* Gives what the driver has not been told of yet; NULL: nothing. */
    struct turn_calls *(*tell)(void);
    /* Gives the place for an answer; NULL: nobody waits for it, or there is no memory. */
    void *(*answer)(struct host_call *call, bool failed, size_t size_bytes);
    /* Lets go of everything, when the loop is closed. */
    void (*forget)(void);
};

/* The turn host's part of host_needs_calls() and of host_needs_files(). */
CORUN_INTERNAL void turn_has_desk(const struct turn_desk *desk);
CORUN_INTERNAL void turn_needs_files(void);

#endif
