/* Ways that nobody takes.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    do {
        if (0)
            CORUN_AWAIT(corun_sleep(1));
        my->n = value;
    } while (0);
    for (;;) {
        CORUN_AWAIT(corun_sleep(1));
        if (my->n)
            CORUN_RETURN();
    }
    my->n = value;
    CORUN_END();
}
