/* Nothing comes behind an endless loop; an awaitable that is assigned or spawned is not forgotten.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (int n;), (corun_awaitable next; corun_task *task;)) {
    CORUN_BEGIN();
    my->next = corun_sleep(1);
    corun_spawn(my->next, &my->task);
    for (;;)
        CORUN_AWAIT(my->next);
}
