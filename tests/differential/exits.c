#include "trace.h"

CORUN_ASYNC(raise_it, (int error;), ()) {
    CORUN_BEGIN();
    puts("raises");
    if (my->error == CORUN_SYSTEM_EXIT)
        CORUN_EXIT(3);
    CORUN_RAISE(my->error);
    CORUN_END();
}

CORUN_ASYNC(clean, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    printf("%s cleans\n", my->name);
    CORUN_END();
}

CORUN_ASYNC(main_, (int error;), (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_spawn(CORUN_CALL(raise_it, .error = my->error), &my->task);
    call_soon(say, "queued");
    CORUN_AWAIT(CORUN_CALL(clean, .name = "main"));
    CORUN_FINALLY();
    printf("child %s\n", name_of(corun_task_result(my->task, NULL)));
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(exit_itself, (), ()) {
    CORUN_BEGIN();
    CORUN_EXIT(4);
    CORUN_END();
}

static void run(corun_awaitable main)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_value value = CORUN_VALUE();
    int error = corun_runner_run(&runner, main, NULL, &value);
    if (error == CORUN_SYSTEM_EXIT)
        printf("exit %d\n", (int)value.i);
    else if (error)
        printf("ended with %s\n", name_of(error));
    puts("close");
    corun_runner_close(&runner);
}

TRACE_MAIN()
{
    run(CORUN_CALL(main_, .error = CORUN_SYSTEM_EXIT));
    run(CORUN_CALL(main_, .error = CORUN_INTERRUPTED));
    run(CORUN_CALL(exit_itself));
}
