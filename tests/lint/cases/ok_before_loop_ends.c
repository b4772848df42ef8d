/* Set at the beginning of each round.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int got;
    for (;;) {
        got = my->n++;
        if (got > 5)
            break;
        CORUN_AWAIT(corun_sleep(1));
    }
    my->n = got;
    CORUN_END();
}
