/* A member of a struct, and the whole of it. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n, last;)) {
    CORUN_BEGIN();
    struct point { int x, y; } a = {1, 2}, b = {3, 4};
    CORUN_AWAIT(corun_sleep(1));
    a.x = 5;
    my->n = a.x + a.y; /* lint: a */
    my->last = b.y; /* lint: b */
    CORUN_END();
}
