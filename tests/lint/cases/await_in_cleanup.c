/* An await in the cleanup. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->n = 1;
    CORUN_FINALLY();
    int left = my->n;
    CORUN_AWAIT(corun_sleep(1));
    my->n = left; /* lint: left */
    CORUN_END();
}
