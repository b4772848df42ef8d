/* One variable, set anew after each await.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int rc = 1;
    my->n = rc;
    CORUN_AWAIT(corun_sleep(1));
    rc = 2;
    my->n = rc;
    CORUN_AWAIT(corun_sleep(1));
    rc = my->n ? 3 : 4;
    my->n = rc;
    CORUN_END();
}
