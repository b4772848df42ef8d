/* Waits for a task that waits for what never comes. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(wait_for_nothing, (), (corun_future *future;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_future_create(NULL, &my->future);
    CORUN_AWAIT(corun_wait_future(my->future));
    CORUN_FINALLY();
    corun_future_release(my->future);
    CORUN_END();
}

CORUN_ASYNC(deadlocks, (int argc; char **argv;), (corun_task *task; corun_spawn_options options;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->options.name = "child";
    corun_loop_spawn_with(NULL, CORUN_CALL(wait_for_nothing), &my->options, &my->task);
    puts("waiting");
    fflush(stdout);
    CORUN_AWAIT(corun_join(my->task));
    CORUN_FINALLY();
    corun_task_release(my->task);
    puts("cleaned up");
    CORUN_END();
}

CORUN_MAIN(deadlocks)
