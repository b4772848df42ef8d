/* What stands before CORUN_BEGIN runs at each entry.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (int n;), ()) {
    int twice = 2 * my->n;
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1));
    my->n = twice;
    CORUN_AWAIT(corun_sleep(1));
    my->n = twice;
    CORUN_END();
}
