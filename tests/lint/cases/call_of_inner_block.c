/* A call of an inner block, used after it. A branch is a block also without braces. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    corun_awaitable chosen;
    if (my->n)
        chosen = CORUN_CALL(job, .n = 1);
    else
        chosen = CORUN_CALL(job, .n = 2);
    CORUN_AWAIT(chosen); /* lint: chosen */
    CORUN_END();
}
