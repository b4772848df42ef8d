/* Every case sets it, or leaves.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int weight = 1;
    my->n = weight;
    CORUN_AWAIT(corun_sleep(1));
    switch (my->n) {
    case 0:
    case 1:
        weight = 2;
        break;
    case 2:
        CORUN_AWAIT(corun_sleep(1));
        CORUN_RETURN();
    default:
        weight = 4;
    }
    my->n = weight;
    CORUN_END();
}
