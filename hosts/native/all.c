/* The native library in one file. */
#define _GNU_SOURCE 1
#include "src/corun_all.c"

#include "epoll_set.c"
#include "epoll.c"
#include "signals.c"
#include "start.c"
#include "streams.c"
#include "threads.c"
#include "hosts/sim/sim.c"
#include "hosts/sim/calls.c"
#include "hosts/sim/threads.c"
