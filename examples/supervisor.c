/* Runs two workers and starts each again when it fails, a little later each time. One that fails too often takes the
 * other with it, and the errors are told; Ctrl-C ends both. Argument: how often a worker may fail, 3 if there is none. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOST_CONNECTION = CORUN_USER - 1 };

/* Does its work well once it has failed `failures` times. */
CORUN_ASYNC(work, (const char *name; double seconds; int failures; int *attempts;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(my->seconds));
    if (++*my->attempts <= my->failures) CORUN_RAISE(LOST_CONNECTION, "%s lost its connection", my->name);
    printf("%s: done\n", my->name);
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR() == CORUN_CANCELLED) printf("%s: stopped\n", my->name);
    CORUN_END();
}

/* `worker` is a kept call: it is awaited more than once. */
CORUN_ASYNC(supervise, (const char *name; corun_awaitable worker; int limit;), (int failures;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (;;) {
        CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(my->worker, 10));
        if (CORUN_ERROR() == 0) CORUN_RETURN();
        my->failures++;
        printf("%s: failure %d\n", my->name, my->failures);
        if (my->failures == my->limit) CORUN_RAISE(CORUN_ERROR(), "%s failed too often", my->name);
        CORUN_AWAIT(corun_sleep(0.05 * my->failures));
    }
    CORUN_FINALLY();
    corun_call_free(my->worker);
    CORUN_END();
}
CORUN_DROP(supervise) { corun_call_free(my->worker); }

static void start(corun_group *group, const char *name, corun_awaitable call, int limit)
{
    corun_awaitable kept = {.type = NULL};
    corun_call_keep(call, &kept); /* without memory it is empty, which the supervisor fails with */
    corun_group_spawn(group, CORUN_CALL(supervise, .name = name, .worker = kept, .limit = limit));
}

CORUN_ASYNC(supervisor, (int argc; char **argv;), (corun_group group; int limit; int attempts[2];)) {
    CORUN_BEGIN();
    my->limit = my->argc > 1 ? atoi(my->argv[1]) : 3;
    corun_group_open(&my->group);
    start(&my->group, "mail",
          CORUN_CALL(work, .name = "mail", .seconds = 0.1, .failures = 2, .attempts = &my->attempts[0]), my->limit);
    start(&my->group, "news", CORUN_CALL(work, .name = "news", .seconds = 0.7, .attempts = &my->attempts[1]),
          my->limit);
    CORUN_CATCH_AWAIT(corun_group_close(&my->group));
    for (size_t i = 0; i < corun_group_errors(&my->group); i++) {
        corun_child_error error;
        corun_group_error(&my->group, i, &error);
        printf("supervisor: %s\n", error.message);
    }
    CORUN_RETURN(.i = CORUN_ERROR() != 0);
    CORUN_END();
}

CORUN_MAIN(supervisor)
