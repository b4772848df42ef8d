/* The native library in one file. */
#if defined(__linux__)
#define _GNU_SOURCE 1
#endif
#include "src/corun_all.c"

#include "epoll_set.c"
#include "epoll.c"
#include "native.c"
#include "poll.c"
#include "signals.c"
#include "start.c"
#include "streams.c"
#include "system.c"
#include "threads.c"
#include "hosts/sim/sim.c"
#include "hosts/sim/calls.c"
#include "hosts/sim/threads.c"
