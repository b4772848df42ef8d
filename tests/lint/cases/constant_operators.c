/* Ways that somebody may take, though a part of the condition is constant. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int one = 1, two = 2, three = 3;
    if (1 && my->n)
        CORUN_AWAIT(corun_sleep(1));
    my->n = one; /* lint: one */
    if (0 || my->n)
        CORUN_AWAIT(corun_sleep(1));
    my->n = two; /* lint: two */
    if (!my->n)
        my->n = 1;
    else
        CORUN_AWAIT(corun_sleep(1));
    my->n = three; /* lint: three */
    CORUN_END();
}
