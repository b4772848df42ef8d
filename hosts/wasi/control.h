/* The control channel: stdin as the launcher sends it, data and interrupts in one stream. */
#ifndef HOSTS_WASI_CONTROL_H
#define HOSTS_WASI_CONTROL_H

#include "hosts/host.h"

/* Whether CORUN_CONTROL=stdin is in the environment. */
CORUN_INTERNAL bool control_is_on(void);
/* Whether reading on makes sense: not at the end, and there is room. */
CORUN_INTERNAL bool control_has_room(void);
/* Whether corun_read on descriptor 0 would not wait: data, or the end of input. */
CORUN_INTERNAL bool control_has_input(void);
/* Reads what has arrived, one read at the most, and decodes it. Call it when stdin is readable. */
CORUN_INTERNAL void control_pump(void);
CORUN_INTERNAL int64_t control_read(void *buffer, size_t size_bytes);

#endif
