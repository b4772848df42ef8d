/* Ends by a trap in the middle. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(traps, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    puts("before");
    fflush(stdout);
    CORUN_AWAIT(corun_sleep(0.01));
    __builtin_trap();
    CORUN_END();
}

CORUN_MAIN(traps)
