/* Writes numbers in turn to standard output and to standard error. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(alternates, (int argc; char **argv;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 1000; my->n++) {
        fprintf(my->n % 2 ? stderr : stdout, "%d\n", my->n);
        fflush(stdout);
        if (my->n % 10 == 0)
            CORUN_AWAIT(corun_yield());
    }
    CORUN_END();
}

CORUN_MAIN(alternates)
