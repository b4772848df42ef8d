/* Always has something to do next, and never waits. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(yields, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    puts("working");
    fflush(stdout);
    for (;;)
        CORUN_AWAIT(corun_yield());
    CORUN_FINALLY();
    puts("clean");
    CORUN_END();
}

CORUN_MAIN(yields)
