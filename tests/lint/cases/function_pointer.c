/* A function that is called by way of a variable. */
#include <corun.h>
#include <stdlib.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int (*change)(int) = abs;
    CORUN_AWAIT(corun_sleep(1));
    my->n = change(my->n); /* lint: change */
    CORUN_END();
}
