/* The condition of a while loop. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int more = 1;
    while (more) { /* lint: more */
        CORUN_AWAIT(corun_sleep(1));
        my->n++;
    }
    CORUN_END();
}
