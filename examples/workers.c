/* Three workers take jobs from a queue. It has room for two: whoever makes jobs waits for the workers. Ctrl-C
 * stops all of them, and says what was left undone. */
#include <corun.h>
#include <stdio.h>

enum { WORKERS = 3, JOBS = 8 };

CORUN_ASYNC(work, (int number; corun_queue *jobs; int *done;), (int job;)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_AWAIT(corun_queue_get(my->jobs));
        if (CORUN_ERROR() == CORUN_QUEUE_SHUTDOWN) CORUN_RETURN(); /* no more will come */
        my->job = (int)CORUN_RESULT().i;
        printf("worker %d begins job %d\n", my->number, my->job);
        CORUN_AWAIT(corun_sleep(0.1 + 0.02 * my->job));
        ++*my->done;
        corun_queue_task_done(my->jobs);
    }
    CORUN_END();
}

CORUN_ASYNC(workers, (int argc; char **argv;),
            (corun_queue jobs; corun_task *tasks[WORKERS]; int i; int done; int rc;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->rc = corun_queue_open(&my->jobs, &(corun_queue_options){.limit = 2});
    if (my->rc < 0) CORUN_RAISE(my->rc);
    for (my->i = 0; my->i < WORKERS; my->i++) {
        my->rc = corun_spawn(CORUN_CALL(work, .number = my->i + 1, .jobs = &my->jobs, .done = &my->done),
                             &my->tasks[my->i]);
        if (my->rc < 0) CORUN_RAISE(my->rc);
    }
    for (my->i = 1; my->i <= JOBS; my->i++)
        CORUN_AWAIT(corun_queue_put(&my->jobs, CORUN_VALUE(.i = my->i)));
    CORUN_AWAIT(corun_queue_join(&my->jobs));
    CORUN_FINALLY();
    corun_queue_shutdown(&my->jobs, true);
    for (my->i = 0; my->i < WORKERS; my->i++) {
        if (!my->tasks[my->i]) continue;
        if (CORUN_EXIT_ERROR()) corun_task_cancel(my->tasks[my->i], NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    printf("%d of %d jobs done\n", my->done, JOBS);
    corun_queue_close(&my->jobs);
    CORUN_END();
}

CORUN_MAIN(workers)
