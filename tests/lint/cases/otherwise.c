/* What stands in for nothing, and what a type selects. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1, other = 2;
    CORUN_AWAIT(corun_sleep(1));
    my->n = my->n ?: value; /* lint: value */
    my->n = _Generic(my->n, int: other + 1, default: 0); /* lint: other */
    CORUN_END();
}
