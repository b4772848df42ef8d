/* A value that the loop carries into its next round. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int sum = 0;
    while (my->n < 10) {
        sum += my->n; /* lint: sum */
        CORUN_AWAIT(corun_sleep(1));
        my->n++;
    }
    CORUN_END();
}
