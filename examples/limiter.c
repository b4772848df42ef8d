/* A rate limiter: at most two requests at a time, and a tenth of a second between the beginnings of any two,
 * whoever asks. Ctrl-C stops it. */
#include <corun.h>
#include <stdio.h>

enum { REQUESTS = 6, AT_ONCE = 2 };
static const double pause_between = 0.1;

struct limiter {
    corun_semaphore slots; /* for those that are under way */
    corun_lock next;       /* whoever has it begins next, when the time has come */
    double free_at;
};

/* Returns when one more request may begin. Whoever was allowed to gives its slot back at the end. */
CORUN_ASYNC(limiter_enter, (struct limiter *limiter;), (double now;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&my->limiter->next));
    CORUN_TRY();
    my->now = corun_loop_time(corun_current_loop());
    if (my->now < my->limiter->free_at)
        CORUN_AWAIT(corun_sleep(my->limiter->free_at - my->now));
    CORUN_AWAIT(corun_semaphore_acquire(&my->limiter->slots));
    my->limiter->free_at = corun_loop_time(corun_current_loop()) + pause_between;
    CORUN_FINALLY();
    corun_lock_release(&my->limiter->next);
    CORUN_END();
}

CORUN_ASYNC(request, (int number; struct limiter *limiter; int *under_way;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(limiter_enter, .limiter = my->limiter));
    CORUN_TRY();
    printf("request %d begins, %d under way\n", my->number, ++*my->under_way);
    CORUN_AWAIT(corun_sleep(0.25)); /* what takes its time */
    CORUN_FINALLY();
    --*my->under_way;
    corun_semaphore_release(&my->limiter->slots);
    CORUN_END();
}

CORUN_ASYNC(limit, (int argc; char **argv;),
            (struct limiter limiter; corun_task *tasks[REQUESTS]; int i; int under_way; int rc;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_semaphore_init(&my->limiter.slots, AT_ONCE);
    for (my->i = 0; my->i < REQUESTS; my->i++) {
        my->rc = corun_spawn(CORUN_CALL(request, .number = my->i + 1, .limiter = &my->limiter,
                                        .under_way = &my->under_way),
                             &my->tasks[my->i]);
        if (my->rc < 0) CORUN_RAISE(my->rc);
    }
    for (my->i = 0; my->i < REQUESTS; my->i++)
        CORUN_AWAIT(corun_join(my->tasks[my->i]));
    puts("all done");
    CORUN_FINALLY();
    for (my->i = 0; my->i < REQUESTS; my->i++) {
        if (!my->tasks[my->i]) continue;
        corun_task_cancel(my->tasks[my->i], NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    if (CORUN_EXIT_ERROR())
        printf("stopped, %d under way\n", my->under_way);
    CORUN_END();
}

CORUN_MAIN(limit)
