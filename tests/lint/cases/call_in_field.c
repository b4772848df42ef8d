/* A call kept in a field. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(program, (), (corun_awaitable later;)) {
    CORUN_BEGIN();
    my->later = CORUN_CALL(job, .n = 2); /* lint: call */
    CORUN_AWAIT(my->later);
    CORUN_END();
}
