/* The last case of a switch ends without a break. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    switch (my->n) {
    case 1:
        break;
    default:
        CORUN_AWAIT(corun_sleep(1));
    }
    my->n = value; /* lint: value */
    CORUN_END();
}
