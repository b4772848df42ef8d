#include "trace.h"

static void run(const char *name, corun_awaitable main)
{
    int error;
    puts(name);
    error = corun_run(main, NULL, NULL);
    if (error)
        printf("ended with %s\n", name_of(error));
    else
        puts("ran");
}

CORUN_ASYNC(late, (), ()) {
    CORUN_BEGIN();
    puts("late begins");
    CORUN_AWAIT(corun_sleep(3600));
    puts("late ends");
    CORUN_END();
}

CORUN_ASYNC(spawn_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    corun_spawn(CORUN_CALL(late), NULL);
    CORUN_END();
}

CORUN_ASYNC(fail, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(VALUE_ERROR);
    CORUN_END();
}

CORUN_ASYNC(fail_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    puts("cleans");
    CORUN_AWAIT(CORUN_CALL(fail));
    puts("the rest of the cleanup");
    CORUN_END();
}

CORUN_ASYNC(interrupt_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    corun_interrupt();
    puts("the rest of the step");
    CORUN_END();
}

static void report(corun_loop *loop, const corun_report *report, void *unused)
{
    (void)loop, (void)report, (void)unused;
}

static int spawn_which(int which)
{
    switch (which) {
    case 0:
        return corun_spawn(CORUN_CALL(spawn_in_cleanup), NULL);
    case 1:
        return corun_spawn(CORUN_CALL(fail_in_cleanup), NULL);
    default:
        return corun_spawn(CORUN_CALL(interrupt_in_cleanup), NULL);
    }
}

CORUN_ASYNC(leave, (int which;), ()) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), report, NULL);
    spawn_which(my->which);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

static void interrupt(void *unused)
{
    (void)unused;
    puts("callback");
    corun_interrupt();
    puts("the rest of the callback");
}

CORUN_ASYNC(be_interrupted_twice, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    call_soon(interrupt, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    call_soon(interrupt, NULL);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    puts("cancelled in close");
    CORUN_END();
}

TRACE_MAIN()
{
    run("a task spawned during close", CORUN_CALL(leave, .which = 0));
    run("a failing await in the cleanup", CORUN_CALL(leave, .which = 1));
    run("a second interrupt in a callback", CORUN_CALL(be_interrupted_twice));
    run("an interrupt during close", CORUN_CALL(leave, .which = 2));
}
