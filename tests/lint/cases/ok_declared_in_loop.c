/* A variable of the loop's body is a new one in each round.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    while (my->n < 5) {
        int next = my->n + 1;
        my->n = next;
        CORUN_AWAIT(corun_sleep(1));
    }
    CORUN_END();
}
