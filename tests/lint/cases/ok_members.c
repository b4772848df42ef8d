/* A struct whose members are set one by one.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    struct { int x, y; } point = {1, 2};
    my->n = point.x + point.y;
    CORUN_AWAIT(corun_sleep(1));
    point.x = 3;
    point.y = 4;
    my->n = point.x + point.y;
    CORUN_END();
}
