/* An element of an array. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int numbers[2] = {1, 2};
    CORUN_AWAIT(corun_sleep(1));
    my->n = numbers[my->n]; /* lint: numbers */
    CORUN_END();
}
