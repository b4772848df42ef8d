/* What the cleanup sets and reads itself.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int rc = my->n;
    CORUN_TRY();
    my->n = rc;
    CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY();
    rc = CORUN_EXIT_ERROR();
    if (rc)
        my->n = rc;
    CORUN_END();
}
