/* What an argument points to is not copied with it. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(retry, (corun_awaitable what;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(my->what);
    CORUN_END();
}

CORUN_ASYNC(program, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(retry, .what = CORUN_CALL(job, .n = 1))); /* lint: call */
    corun_spawn(CORUN_CALL(retry, .what = CORUN_WAIT_FOR(CORUN_CALL(job, .n = 2), 1)), NULL); /* lint: call */
    CORUN_END();
}
