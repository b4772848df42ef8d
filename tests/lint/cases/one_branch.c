/* Set anew on one of two ways only. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int count = 3;
    CORUN_AWAIT(corun_sleep(1));
    if (my->n)
        count = 4;
    my->n = count; /* lint: count */
    CORUN_END();
}
