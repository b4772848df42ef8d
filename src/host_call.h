/* Host calls that other awaitables are made of. */
#ifndef CORUN_HOST_CALL_INTERNAL_H
#define CORUN_HOST_CALL_INTERNAL_H

#include "task.h"

/* Begins a wait by a host call instead: `asked` has the name and the bytes. Adds the size of the answer that the task goes on
 * with, if it is no error, to *taken, unless that is NULL. */
CORUN_INTERNAL void host_call_begin(corun_waiter *waiter, struct host_call asked, uint32_t *taken);

#endif
