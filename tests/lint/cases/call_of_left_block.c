/* A call that was made in a block which a break has left. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    corun_awaitable made = {0};
    for (;;) {
        made = CORUN_CALL(job, .n = 1);
        if (my->n)
            break;
        my->n++;
        made = corun_yield();
    }
    CORUN_AWAIT(made); /* lint: made */
    CORUN_END();
}
