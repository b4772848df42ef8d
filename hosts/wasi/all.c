/* The library for WASI in one file; it runs in pages and Node too. */
#include "src/corun_all.c"

#include "control.c"
#include "poll_oneoff.c"
#include "start.c"
#include "hosts/sim/sim.c"
#include "hosts/sim/calls.c"
#include "hosts/sim/threads.c"
#include "hosts/web/calls.c"
#include "hosts/web/preview1.c"
#include "hosts/web/tasks.c"
#include "hosts/web/turn.c"
