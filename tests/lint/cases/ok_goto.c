/* A goto around the await.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = my->n;
    if (value)
        goto there;
    CORUN_AWAIT(corun_sleep(1));
    value = 3;
    there:
    my->n = value;
    CORUN_END();
}
