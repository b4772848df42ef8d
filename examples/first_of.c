/* Asks three mirrors at once, takes the first answer and gives the others up; after a second, or as many as the
 * argument says, it gives up all of them. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

enum { MIRRORS = 3 };

static const struct mirror {
    const char *name;
    double seconds;
} mirrors[MIRRORS] = {{"north", 0.6}, {"south", 0.2}, {"west", 0.4}};

CORUN_ASYNC(ask, (const struct mirror *mirror;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(my->mirror->seconds)); /* a request and its answer */
    printf("%s answers\n", my->mirror->name);
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR()) printf("%s is given up\n", my->mirror->name);
    CORUN_END();
}

CORUN_ASYNC(first_of, (int argc; char **argv;), (corun_group group; corun_task *tasks[MIRRORS]; int answers;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    for (int i = 0; i < MIRRORS; i++)
        corun_group_spawn_with(&my->group, CORUN_CALL(ask, .mirror = &mirrors[i]), NULL, &my->tasks[i]);
    CORUN_AWAIT_TO(my->answers, i,
                   corun_wait(CORUN_LIST(corun_join(my->tasks[0]), corun_join(my->tasks[1]), corun_join(my->tasks[2])),
                              CORUN_FIRST_COMPLETED, my->argc > 1 ? atof(my->argv[1]) : 1));
    if (my->answers == 0) puts("nobody has answered in time");
    corun_group_cancel(&my->group);
    CORUN_RETURN(.i = my->answers == 0);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    for (int i = 0; i < MIRRORS; i++)
        corun_task_release(my->tasks[i]);
    CORUN_END();
}

CORUN_MAIN(first_of)
