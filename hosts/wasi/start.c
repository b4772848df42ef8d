/* How a WASI program begins and ends: by _start, which blocks, or by a driver's calls. */
#include <stdlib.h>

#include "corun/loop.h"
#include "hosts/host.h"

/* wasmtime takes a status of 0 to 125 and prints a backtrace for any other. */
enum { LARGEST_STATUS = 124, INTERRUPT_STATUS = 125 };

static bool driven;

void host_is_driven(void)
{
    driven = true;
}

int corun_loop_default(corun_loop **out_loop)
{
    return driven ? corun_loop_turn_driven(out_loop) : corun_loop_poll_oneoff(out_loop);
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

/* There is one thread. */
void host_pause(void)
{
}

/* Some linkers call constructors for _start, some round each export, and a reference to
 * __wasm_call_ctors turns that off. So they are called here, unless they have been. Volatile: LLVM would
 * run the constructor at compile time. */
void __wasm_call_ctors(void);
static volatile int constructed;

__attribute__((constructor(101))) static void note_construction(void)
{
    constructed = 1;
}

void host_start(void)
{
    if (!constructed)
        __wasm_call_ctors();
}

void host_exit(int status)
{
    exit(status < 0 || status > LARGEST_STATUS ? LARGEST_STATUS : status);
}

void host_exit_interrupted(void)
{
    const char *asked = getenv("CORUN_INTERRUPT_STATUS");
    int status = asked ? atoi(asked) : INTERRUPT_STATUS;
    exit(status > 0 && status <= INTERRUPT_STATUS ? status : INTERRUPT_STATUS);
}
