/* Host calls of the turn host. */
#ifndef HOSTS_WEB_CALLS_H
#define HOSTS_WEB_CALLS_H

#include "abi.h"
#include "hosts/host.h"

CORUN_INTERNAL int turn_call(void *state, struct host_call *call);
CORUN_INTERNAL void turn_call_cancel(void *state, struct host_call *call);
/* Gives what the driver has not been told of yet; NULL: nothing. */
CORUN_INTERNAL struct turn_calls *calls_tell(void);
/* Gives the place for an answer; NULL: nobody waits for it, or there is no memory. */
CORUN_INTERNAL void *call_answered(struct host_call *call, bool failed, size_t size_bytes);
/* Lets go of everything, when the loop is closed. */
CORUN_INTERNAL void calls_forget(void);

#endif
