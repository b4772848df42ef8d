#include "trace.h"

CORUN_ASYNC(inner, (bool fails;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    puts("inner cleans");
    CORUN_AWAIT(corun_yield());
    puts("inner clean");
    if (my->fails)
        CORUN_RAISE(VALUE_ERROR);
    CORUN_END();
}

CORUN_ASYNC(outer, (bool fails;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(inner, .fails = my->fails));
    CORUN_FINALLY();
    puts("outer cleans");
    CORUN_AWAIT(corun_sleep(0.001));
    puts("outer clean");
    CORUN_END();
}

CORUN_ASYNC(give, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RETURN(.i = 4);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_yield());
    puts("given");
    CORUN_END();
}

CORUN_ASYNC(main_, (), (corun_task *task; int fails;)) {
    CORUN_BEGIN();
    for (my->fails = 0; my->fails < 2; my->fails++) {
        corun_spawn(CORUN_CALL(outer, .fails = my->fails), &my->task);
        CORUN_AWAIT(corun_yield());
        corun_task_cancel(my->task, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        printf("ended with %s %d\n", name_of(CORUN_ERROR()), corun_task_cancelled(my->task));
        corun_task_release(my->task);
    }
    CORUN_AWAIT(CORUN_CALL(give));
    printf("value %d\n", (int)CORUN_RESULT().i);
    CORUN_END();
}

TRACE_MAIN()
{
    corun_run(CORUN_CALL(main_), NULL, NULL);
}
