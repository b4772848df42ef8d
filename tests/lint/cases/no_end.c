/* Without CORUN_END control leaves the function with whatever value. */
#include <corun.h>

CORUN_ASYNC(program, (int n;), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_AWAIT(corun_sleep(1));
        if (my->n-- == 0) break;
    }
} /* lint: end */
