/* A member by way of an address that is taken right there. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    struct point { int x, y; } a = {1, 2}, b = {3, 4};
    CORUN_AWAIT(corun_sleep(1));
    (&a)->x = 5;
    my->n = (&a)->x;
    my->n = (&a)->y; /* lint: a */
    my->n = (&b)->y; /* lint: b */
    CORUN_END();
}
