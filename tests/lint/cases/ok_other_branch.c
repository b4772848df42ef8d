/* The way with the await does not come to the reading.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = my->n;
    if (value > 3) {
        CORUN_AWAIT(corun_sleep(1));
        CORUN_RETURN(.i = 1);
    }
    my->n = value;
    if (value > 2) {
        CORUN_AWAIT(corun_sleep(1));
        CORUN_RAISE(-1);
    }
    my->n = value;
    CORUN_END();
}
