#include "trace.h"

CORUN_ASYNC(tick, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (;;) {
        puts("tick");
        CORUN_AWAIT(corun_yield());
    }
    CORUN_FINALLY();
    puts("ticker ends");
    CORUN_END();
}

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    puts("nothing");
    CORUN_END();
}

CORUN_ASYNC(fail, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(VALUE_ERROR);
    CORUN_END();
}

CORUN_ASYNC(stop, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_loop_stop(corun_current_loop());
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    puts("stopper ends");
    CORUN_END();
}

CORUN_ASYNC(nested, (corun_runner *runner;), ()) {
    CORUN_BEGIN();
    if (corun_run(CORUN_CALL(nothing), NULL, NULL) == CORUN_RUNNING)
        puts("refused");
    if (corun_runner_run(my->runner, CORUN_CALL(nothing), NULL, NULL) == CORUN_RUNNING)
        puts("refused");
    if (corun_loop_close(corun_current_loop()) == CORUN_RUNNING)
        puts("not closed");
    CORUN_END();
}

static void run(corun_runner *runner, corun_awaitable main)
{
    int error = corun_runner_run(runner, main, NULL, NULL);
    puts(error ? name_of(error) : "ran");
}

TRACE_MAIN()
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_loop *loop;
    corun_runner_close(&runner);
    corun_runner_loop(&runner, &loop);
    corun_loop_spawn(loop, CORUN_CALL(tick), NULL);
    run(&runner, CORUN_CALL(nothing));
    run(&runner, CORUN_CALL(nothing));
    run(&runner, CORUN_CALL(fail));
    run(&runner, CORUN_CALL(stop));
    run(&runner, CORUN_CALL(nested, .runner = &runner));
    puts("close");
    corun_runner_close(&runner);
    corun_runner_close(&runner);
    run(&runner, CORUN_CALL(nothing));
}
