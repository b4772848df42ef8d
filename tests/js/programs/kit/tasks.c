/* Tasks that wait for each other, for those who look at them. */
#include <stdio.h>
#include <stdlib.h>

#include "kit.h"

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(join_one, (corun_task **task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(*my->task));
    CORUN_END();
}

static corun_task *spawn_named(corun_awaitable call, const char *name)
{
    corun_spawn_options options = {.name = name};
    corun_task *task = NULL;
    corun_loop_spawn_with(NULL, call, &options, &task);
    return task;
}

/* Two that wait for a third, and two that wait for each other. */
ENTRY_ASYNC(families, (corun_task *tasks[5]; int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->tasks[0] = spawn_named(CORUN_CALL(sleep_long), "child é");
    my->tasks[1] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[0]), "mother");
    my->tasks[2] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[0]), "father");
    my->tasks[3] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[4]), "chicken");
    my->tasks[4] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[3]), "egg");
    CORUN_AWAIT(corun_yield());
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    for (my->n = 0; my->n < 5; my->n++) {
        corun_task_cancel(my->tasks[my->n], NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}
CORUN_ENTRY(families)

/* A chain of so many joins. */
ENTRY_ASYNC(dynasty, (corun_task **tasks; int n, count;)) {
    CORUN_BEGIN();
    my->count = number(my->argc, my->argv, 10000);
    my->tasks = calloc((size_t)my->count, sizeof *my->tasks);
    my->tasks[my->count - 1] = spawn_named(CORUN_CALL(sleep_long), "last");
    for (my->n = my->count - 2; my->n >= 0; my->n--)
        my->tasks[my->n] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[my->n + 1]), "link");
    CORUN_AWAIT(corun_yield());
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}
CORUN_ENTRY(dynasty)
