/* What the other parts of a wasm build may ask of the turn host. */
#ifndef HOSTS_WEB_TURN_H
#define HOSTS_WEB_TURN_H

#include "hosts/host.h"

/* Whether it is this host that reads a descriptor just now, not C's own functions. */
CORUN_INTERNAL bool turn_is_reading(void);

#endif
