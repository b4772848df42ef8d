/* sizeof does not read.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int numbers[4] = {0};
    my->n = numbers[0];
    CORUN_AWAIT(corun_sleep(1));
    my->n = (int)(sizeof numbers / sizeof numbers[0]);
    __typeof__(numbers[0]) fresh = 2;
    my->n = fresh;
    CORUN_END();
}
