/* A local that lives between two awaits.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1));
    int twice = 2 * my->n;
    my->n = twice;
    CORUN_AWAIT(corun_sleep(1));
    for (int i = 0; i < 3; i++)
        my->n += i;
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}
