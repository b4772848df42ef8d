/* Set anew on all ways.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = my->n;
    my->n = value;
    CORUN_AWAIT(corun_sleep(1));
    if (my->n)
        value = 1;
    else
        value = 2;
    my->n = value;
    CORUN_END();
}
