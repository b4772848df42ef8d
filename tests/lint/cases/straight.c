/* Set, await, read. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int count = 3;
    CORUN_AWAIT(corun_sleep(1));
    printf("%d\n", count); /* lint: count */
    CORUN_END();
}
