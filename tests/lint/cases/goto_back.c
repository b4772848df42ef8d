/* A loop made by goto. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int left = 3;
    again:
    CORUN_AWAIT(corun_sleep(1));
    if (--left) /* lint: left */
        goto again;
    CORUN_END();
}
