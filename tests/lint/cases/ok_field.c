/* The right way.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++)
        CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}
