/* Computes for ever without an await. */
#include <corun.h>
#include <stdio.h>

static volatile unsigned rounds;

CORUN_ASYNC(spins, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.05));
    puts("spinning");
    fflush(stdout);
    for (;;)
        rounds++;
    CORUN_END();
}

CORUN_MAIN(spins)
