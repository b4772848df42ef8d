/* Counts down, one second each. Ctrl-C stops it, and its cleanup runs to the end. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(countdown, (int argc; char **argv;), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (my->n = 5; my->n > 0; my->n--) {
        printf("%d\n", my->n);
        CORUN_AWAIT(corun_sleep(1));
    }
    puts("liftoff");
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR()) {
        printf("aborted at %d, cleaning up\n", my->n);
        CORUN_AWAIT(corun_sleep(0.2));
        puts("clean");
    }
    CORUN_END();
}

CORUN_MAIN(countdown)
