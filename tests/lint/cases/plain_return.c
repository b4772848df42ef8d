/* A plain return tells the loop that the task waits, and nothing wakes it. */
#include <corun.h>

CORUN_ASYNC(program, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1));
    if (my->n > 3) return 0; /* lint: return */
    CORUN_RETURN(.i = 1);
    CORUN_END();
}
