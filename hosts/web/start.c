/* How an Emscripten program begins and ends: always driven. */
#include <stdlib.h>

#include "corun/loop.h"
#include "turn.h"

int corun_loop_default(corun_loop **out_loop)
{
    return corun_loop_turn_driven(out_loop);
}

int corun_loop_epoll(corun_loop **out_loop)
{
    (void)out_loop;
    return CORUN_UNSUPPORTED;
}

int corun_loop_poll(corun_loop **out_loop)
{
    (void)out_loop;
    return CORUN_UNSUPPORTED;
}

int corun_loop_poll_oneoff(corun_loop **out_loop)
{
    (void)out_loop;
    return CORUN_UNSUPPORTED;
}

void host_is_driven(void)
{
}

void host_needs_files(void)
{
    turn_needs_files();
}

/* There is one thread. */
void host_pause(void)
{
}

/* Emscripten's loader runs constructors before it offers any export. */
void host_start(void)
{
}

void host_exit(int status)
{
    exit(status);
}

void host_exit_interrupted(void)
{
    exit(130);
}
