/* A local of an inner block. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    if (my->n) {
        int kept = my->n;
        {
            CORUN_AWAIT(corun_sleep(1));
        }
        my->n = kept; /* lint: kept */
    }
    CORUN_END();
}
