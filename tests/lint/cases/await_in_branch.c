/* Lost on one of two ways. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int count = 3;
    if (my->n)
        CORUN_AWAIT(corun_sleep(1));
    my->n += count; /* lint: count */
    CORUN_END();
}
