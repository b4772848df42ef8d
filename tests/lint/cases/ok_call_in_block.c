/* A call of an inner block that is used there, by a variable from outside.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    corun_awaitable chosen;
    if (my->n) {
        chosen = CORUN_CALL(job, .n = 1);
        corun_spawn(chosen, NULL);
    }
    chosen = corun_sleep(1);
    CORUN_AWAIT(chosen);
    CORUN_END();
}
