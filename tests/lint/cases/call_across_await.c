/* A call is a local like any other. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    corun_awaitable later = CORUN_CALL(job, .n = 1);
    CORUN_AWAIT(corun_sleep(1));
    CORUN_AWAIT(later); /* lint: later */
    CORUN_END();
}
