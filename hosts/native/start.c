/* How a process begins and ends. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "corun/loop.h"
#include "corun/runner.h"
#include "native.h"

int corun_loop_poll_oneoff(corun_loop **out_loop)
{
    (void)out_loop;
    return CORUN_UNSUPPORTED;
}

int corun_loop_turn_driven(corun_loop **out_loop)
{
    (void)out_loop;
    return CORUN_UNSUPPORTED;
}

/* Nobody calls into a process by name. */
int corun_entry_start_(corun_awaitable main)
{
    (void)main;
    return CORUN_UNSUPPORTED;
}

void host_is_driven(void)
{
}

void host_pause(void)
{
    struct timespec moment = {0, 50000};
    nanosleep(&moment, NULL);
}

void host_start(void)
{
}

/* A native program has room for everything. */
void host_needs_files(void)
{
}

void host_needs_calls(void)
{
}

void host_exit(int status)
{
    exit(status);
}

/* Dies of the signal itself, so that a shell that waits sees SIGINT and stops its script, and a service
 * manager sees the one that it sent. */
void host_exit_interrupted(void)
{
    int number = corun_interrupt_signal();
    if (number == 0)
        number = SIGINT;
    fflush(NULL);
    signals_die_of(number);
    _Exit(128 + number);
}
