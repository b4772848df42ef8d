#include "trace.h"

CORUN_ASYNC(sleep_long, (const char *name;), ()) {
    CORUN_BEGIN();
    printf("%s begins\n", my->name);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(cancel_itself, (bool fails;), ()) {
    CORUN_BEGIN();
    corun_task_cancel(corun_current_task(), NULL);
    if (my->fails)
        CORUN_RAISE(VALUE_ERROR);
    CORUN_RETURN(.i = 5);
    CORUN_END();
}

CORUN_ASYNC(swallow, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    if (CORUN_ERROR() == CORUN_CANCELLED)
        printf("swallowed %d\n", corun_task_cancelling(corun_current_task()));
    printf("uncancel %d\n", corun_task_uncancel(corun_current_task()));
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 6);
    CORUN_END();
}

static void tell(const char *name, corun_task *task)
{
    corun_value value = CORUN_VALUE(.i = 0);
    int error = corun_task_result(task, &value);
    const char *how = corun_task_cancelled(task) ? "cancelled" : name_of(error);
    printf("%s %s %d %d\n", name, how, error ? 0 : (int)value.i, corun_task_cancelling(task));
}

/* Takes the reference. */
CORUN_ASYNC(watch, (const char *name; corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    tell(my->name, my->task);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(main_, (), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(sleep_long, .name = "unborn"), &my->task);
    printf("cancel %d\n", corun_task_cancel(my->task, NULL));
    CORUN_AWAIT(CORUN_CALL(watch, .name = "unborn", .task = corun_task_retain(my->task)));
    printf("cancel again %d\n", corun_task_cancel(my->task, NULL));
    corun_task_release(my->task);
    corun_spawn(CORUN_CALL(cancel_itself), &my->task);
    CORUN_AWAIT(CORUN_CALL(watch, .name = "self", .task = my->task));
    corun_spawn(CORUN_CALL(cancel_itself, .fails = true), &my->task);
    CORUN_AWAIT(CORUN_CALL(watch, .name = "self and fail", .task = my->task));
    corun_spawn(CORUN_CALL(sleep_long, .name = "twice"), &my->task);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, "one");
    corun_task_cancel(my->task, "two");
    CORUN_AWAIT(CORUN_CALL(watch, .name = "twice", .task = my->task));
    corun_spawn(CORUN_CALL(swallow), &my->task);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CORUN_AWAIT(CORUN_CALL(watch, .name = "swallower", .task = my->task));
    CORUN_END();
}

TRACE_MAIN()
{
    corun_run(CORUN_CALL(main_), NULL, NULL);
}
