#include "trace.h"

CORUN_ASYNC(wait, (const char *name; corun_future *future;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_wait_future(my->future));
    if (CORUN_ERROR())
        printf("%s failed %s\n", my->name, name_of(CORUN_ERROR()));
    else
        printf("%s got %d\n", my->name, (int)CORUN_RESULT().i);
    CORUN_END();
}

static void done(corun_future *future, void *unused)
{
    (void)unused;
    printf("callback %s\n", corun_future_cancelled(future) ? "cancelled" : "done");
}

static void removed(corun_future *future, void *unused)
{
    (void)future, (void)unused;
    puts("never");
}

static void finish_somehow(corun_future *future, int how)
{
    if (how == 0)
        corun_future_set(future, CORUN_VALUE(.i = 1));
    else if (how == 1)
        corun_future_fail(future, VALUE_ERROR, NULL);
    else
        corun_future_cancel(future, NULL);
}

CORUN_ASYNC(finish, (int how;), (corun_future *future; corun_task *tasks[2]; int n, rc;)) {
    static const char *const names[] = {"first", "second"};
    CORUN_BEGIN();
    corun_future_create(NULL, &my->future);
    corun_future_add_done_callback(my->future, done, NULL);
    corun_future_add_done_callback(my->future, removed, NULL);
    for (my->n = 0; my->n < 2; my->n++)
        corun_spawn(CORUN_CALL(wait, .name = names[my->n], .future = my->future), &my->tasks[my->n]);
    CORUN_AWAIT(corun_yield());
    corun_future_add_done_callback(my->future, removed, NULL);
    printf("removed %d\n", corun_future_remove_done_callback(my->future, removed, NULL));
    corun_future_add_done_callback(my->future, done, NULL);
    finish_somehow(my->future, my->how);
    printf("over %d %d\n", corun_future_done(my->future), corun_future_cancelled(my->future));
    my->rc = corun_future_set(my->future, CORUN_VALUE(.i = 2));
    if (my->rc < 0)
        puts(name_of(my->rc));
    printf("cancel %d\n", corun_future_cancel(my->future, NULL));
    for (my->n = 0; my->n < 2; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    corun_future_add_done_callback(my->future, done, NULL);
    puts("added late");
    CORUN_AWAIT(corun_yield());
    corun_future_release(my->future);
    CORUN_END();
}

CORUN_ASYNC(main_, (), (int how;)) {
    CORUN_BEGIN();
    for (my->how = 0; my->how < 3; my->how++)
        CORUN_AWAIT(CORUN_CALL(finish, .how = my->how));
    CORUN_END();
}

TRACE_MAIN()
{
    corun_run(CORUN_CALL(main_), NULL, NULL);
}
