/* An awaitable is a value: made and forgotten, it does nothing. */
#include <corun.h>

CORUN_ASYNC(work, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->n));
    CORUN_END();
}

CORUN_ASYNC(program, (int n;), (corun_queue queue;)) {
    CORUN_BEGIN();
    CORUN_CALL(work, .n = 1); /* lint: awaitable */
    if (my->n > 3)
        corun_queue_put(&my->queue, CORUN_VALUE(.i = 1)); /* lint: awaitable */
    CORUN_WAIT_FOR(CORUN_CALL(work, .n = 1), 1); /* lint: awaitable */
    CORUN_END();
}
