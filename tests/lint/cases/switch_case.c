/* Lost in one case of a switch. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int kind = my->n;
    int weight = 2;
    switch (kind) {
    case 0:
        CORUN_AWAIT(corun_sleep(1));
        break;
    case 1:
        weight = 3;
        break;
    default:
        CORUN_RETURN();
    }
    my->n = weight; /* lint: weight */
    CORUN_END();
}
