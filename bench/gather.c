/* What one cancel of many costs: gathers that many sleeping tasks, cancels that, and waits until every task is gone.
 * Prints "gather_begin", "gather_cancel" and "gather_left", the bytes that are still in use then, for each task.
 * Argument: how many, a million if there is none. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "counting.h"

enum { MANY = 1000000 };

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(gather_all, (int many;), (corun_awaitable *sleeps;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->sleeps = malloc((size_t)my->many * sizeof *my->sleeps);
    if (!my->sleeps)
        CORUN_RAISE(CORUN_USER);
    for (int i = 0; i < my->many; i++)
        my->sleeps[i] = corun_sleep(3600);
    CORUN_AWAIT(corun_gather(my->sleeps, (size_t)my->many, NULL, CORUN_RETURN_ERRORS));
    CORUN_FINALLY();
    free(my->sleeps);
    CORUN_END();
}

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

CORUN_ASYNC(gather, (int argc; char **argv;), (corun_task *task; size_t before; int many; double began;)) {
    CORUN_BEGIN();
    my->many = my->argc > 1 ? atoi(my->argv[1]) : MANY;
    my->before = in_use;
    my->began = now_ns();
    if (corun_spawn(CORUN_CALL(gather_all, .many = my->many), &my->task) < 0)
        CORUN_RAISE(CORUN_USER);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield()); /* they arm their timers */
    printf("gather_begin %.1f\n", (now_ns() - my->began) / my->many);
    my->began = now_ns();
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    printf("gather_cancel %.1f\n", (now_ns() - my->began) / my->many);
    printf("gather_left %.1f\n", (double)(in_use - my->before) / my->many);
    CORUN_END();
}

CORUN_MAIN(gather)
