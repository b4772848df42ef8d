/* A variable length array across an await. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    char line[my->n]; /* lint: line */
    CORUN_AWAIT(corun_sleep(1));
    line[0] = 0;
    CORUN_END();
}
