#include "trace.h"

static void interrupt(void *unused)
{
    (void)unused;
    puts("interrupt");
    corun_interrupt();
}

static void run(corun_awaitable main)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_value value = CORUN_VALUE();
    int error = corun_runner_run(&runner, main, NULL, &value);
    if (error)
        printf("ended with %s\n", name_of(error));
    else
        printf("gave %d\n", (int)value.i);
    puts("closing");
    corun_runner_close(&runner);
}

CORUN_ASYNC(wait, (bool swallow; int times;), (int n;)) {
    CORUN_BEGIN();
    call_soon(interrupt, NULL);
    call_soon(say, "ready");
    for (my->n = 0; my->n < my->times; my->n++) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
        printf("cancelled %d\n", corun_task_cancelling(corun_current_task()));
        if (my->n + 1 < my->times)
            call_soon(interrupt, NULL);
        else if (!my->swallow)
            CORUN_RAISE(CORUN_CANCELLED);
    }
    puts("swallowed");
    CORUN_RETURN(.i = 3);
    CORUN_END();
}

CORUN_ASYNC(compute, (bool fails;), ()) {
    CORUN_BEGIN();
    corun_interrupt();
    if (my->fails)
        CORUN_RAISE(VALUE_ERROR);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

static void cancel_and_interrupt(void *task)
{
    corun_task_cancel(task, NULL);
    interrupt(NULL);
}

CORUN_ASYNC(cancelled_too, (), ()) {
    CORUN_BEGIN();
    call_soon(cancel_and_interrupt, corun_current_task());
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(child, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    puts("child cleans");
    CORUN_END();
}

CORUN_ASYNC(join, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_spawn(CORUN_CALL(child), &my->task);
    CORUN_AWAIT(corun_join(my->task));
    CORUN_FINALLY();
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(main_with_child, (), ()) {
    CORUN_BEGIN();
    corun_loop_call_later(corun_current_loop(), 0.001, interrupt, NULL, NULL);
    CORUN_AWAIT(CORUN_CALL(join));
    CORUN_END();
}

TRACE_MAIN()
{
    run(CORUN_CALL(wait, .times = 1));
    run(CORUN_CALL(wait, .swallow = true, .times = 1));
    run(CORUN_CALL(wait, .swallow = true, .times = 2));
    run(CORUN_CALL(compute));
    run(CORUN_CALL(compute, .fails = true));
    run(CORUN_CALL(cancelled_too));
    run(CORUN_CALL(main_with_child));
}
