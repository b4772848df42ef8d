/* Ways that nobody takes, by operators.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    if ((0 && my->n) || (my->n && 0))
        CORUN_AWAIT(corun_sleep(1));
    if (!1 || !(1 || my->n))
        CORUN_AWAIT(corun_sleep(1));
    if (!(1 && 1))
        CORUN_AWAIT(corun_sleep(1));
    my->n = value;
    while (!0) {
        CORUN_AWAIT(corun_sleep(1));
        if (my->n)
            CORUN_RETURN();
    }
    my->n = value;
    CORUN_END();
}
