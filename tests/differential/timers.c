#include "trace.h"

static int links = 3;

static void chain(void *loop)
{
    printf("chain %d\n", links);
    if (links-- > 0)
        corun_loop_call_soon(loop, chain, loop, NULL);
}

CORUN_ASYNC(sleeper, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.2));
    puts("sleeper");
    CORUN_END();
}

static void call_and_take_back(corun_loop *loop)
{
    corun_callback *never, *soon;
    corun_loop_call_later(loop, 0.1, say, "never", &never);
    corun_loop_call_soon(loop, say, "never either", &soon);
    corun_callback_cancel(never);
    corun_callback_cancel(soon);
    corun_callback_cancel(soon);
    corun_callback_release(never);
    corun_callback_release(soon);
}

CORUN_ASYNC(main_, (), (corun_loop *loop;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    corun_loop_call_later(my->loop, 0.6, say, "later 30", NULL);
    corun_loop_call_later(my->loop, 0.4, say, "later 20", NULL);
    corun_spawn(CORUN_CALL(sleeper), NULL);
    corun_loop_call_at(my->loop, corun_loop_time(my->loop) - 2, say, "past 2", NULL);
    corun_loop_call_later(my->loop, -1, say, "past 1", NULL);
    corun_loop_call_later(my->loop, 0, say, "later 0", NULL);
    corun_loop_call_soon(my->loop, say, "soon", NULL);
    call_and_take_back(my->loop);
    corun_loop_call_soon(my->loop, chain, my->loop, NULL);
    CORUN_AWAIT(corun_yield());
    puts("yielded");
    CORUN_AWAIT(corun_yield());
    puts("yielded again");
    CORUN_AWAIT(corun_sleep(1.0));
    puts("slept");
    corun_loop_call_later(my->loop, 3600, say, "dropped", NULL);
    CORUN_END();
}

TRACE_MAIN()
{
    corun_run(CORUN_CALL(main_), NULL, NULL);
}
