/* An await inside a macro of one's own. */
#include <corun.h>

#define PAUSE() CORUN_AWAIT(corun_sleep(1))

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int i = 1;
    PAUSE();
    my->n = i; /* lint: i */
    CORUN_END();
}
