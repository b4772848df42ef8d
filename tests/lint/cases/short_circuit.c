/* Set only if the left side is true. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    CORUN_AWAIT(corun_sleep(1));
    if (my->n && (value = my->n) > 2)
        my->n = 0;
    my->n += value; /* lint: value */
    CORUN_END();
}
