/* A kept call is an argument like any other, and operands are copied with what they are an operand of.
 * lint: none */
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

CORUN_ASYNC(program, (), (corun_awaitable kept;)) {
    CORUN_BEGIN();
    corun_awaitable local;
    if (corun_call_keep(CORUN_CALL(job, .n = 1), &my->kept) < 0 || corun_call_keep(CORUN_CALL(job), &local) < 0)
        CORUN_RAISE(CORUN_USER);
    corun_spawn(CORUN_CALL(retry, .what = local), NULL);
    corun_spawn(CORUN_CALL(retry, .what = corun_sleep(1)), NULL);
    corun_spawn(CORUN_WAIT_FOR(CORUN_CALL(job, .n = 2), 1), NULL);
    CORUN_AWAIT(CORUN_CALL(retry, .what = my->kept));
    corun_call_free(my->kept);
    CORUN_END();
}
