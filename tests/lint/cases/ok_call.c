/* Calls that are used where they are written, or in the same block.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    corun_awaitable call = CORUN_CALL(job, .n = 1);
    if (my->n)
        corun_spawn(call, NULL);
    corun_awaitable all[] = {CORUN_CALL(job, .n = 2), CORUN_CALL(job, .n = 3)};
    for (size_t i = 0; i < 2; i++)
        corun_spawn(all[i], NULL);
    CORUN_AWAIT(call);
    CORUN_END();
}
