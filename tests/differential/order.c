#include "trace.h"

CORUN_ASYNC(worker, (const char *name; int steps;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->steps; my->n++) {
        printf("%s %d\n", my->name, my->n);
        CORUN_AWAIT(corun_yield());
    }
    CORUN_RETURN(.i = my->steps);
    CORUN_END();
}

CORUN_ASYNC(main_, (), (corun_task *tasks[3]; int n;)) {
    static const char *const names[] = {"a", "b", "c"};
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++)
        corun_spawn(CORUN_CALL(worker, .name = names[my->n], .steps = my->n + 1), &my->tasks[my->n]);
    puts("main");
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        printf("joined %d\n", (int)CORUN_RESULT().i);
        corun_task_release(my->tasks[my->n]);
    }
    corun_spawn(CORUN_CALL(worker, .name = "late", .steps = 2), NULL);
    puts("main ends");
    CORUN_RETURN(.i = 7);
    CORUN_END();
}

TRACE_MAIN()
{
    corun_value value = CORUN_VALUE();
    corun_run(CORUN_CALL(main_), NULL, &value);
    printf("result %d\n", (int)value.i);
}
