/* The library for Emscripten in one file. */
#include "src/corun_all.c"

#include "calls.c"
#include "preview1.c"
#include "start.c"
#include "tasks.c"
#include "turn.c"
#include "hosts/sim/sim.c"
#include "hosts/sim/calls.c"
#include "hosts/sim/threads.c"
