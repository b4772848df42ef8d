/* A function that does not come back.
 * lint: none */
#include <corun.h>
#include <stdlib.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = my->n;
    if (value) {
        CORUN_AWAIT(corun_sleep(1));
        abort();
    }
    my->n = value;
    CORUN_END();
}
