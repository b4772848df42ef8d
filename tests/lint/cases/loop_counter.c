/* The classic: a for loop's own counter. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    for (int i = 0; i < 3; i++) { /* lint: i */
        CORUN_AWAIT(corun_sleep(1));
    }
    CORUN_END();
}
