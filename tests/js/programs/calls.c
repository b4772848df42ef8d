/* Host calls in every way, for the tests of the JavaScript package. */
#include <corun.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_ASYNC(name, locals) CORUN_ASYNC(name, (int argc; char **argv;), locals)

static const char *word(int argc, char **argv, int index)
{
    return argc > index ? argv[index] : "";
}

/* Gives what a call is answered: arguments are its name and what it is asked with. */
ENTRY_ASYNC(ask, (const char *bytes;)) {
    CORUN_BEGIN();
    my->bytes = word(my->argc, my->argv, 2);
    CORUN_AWAIT(corun_host_call(word(my->argc, my->argv, 1), my->bytes, strlen(my->bytes)));
    CORUN_RETURN(.bytes = CORUN_RESULT().bytes, .size = CORUN_RESULT().size);
    CORUN_END();
}
CORUN_MAIN(ask)

/* ------------------------------------------------------------------ cancelling */

/* The call is cancelled after a while, and the program goes on. */
ENTRY_ASYNC(limits, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(corun_host_call("wait", NULL, 0), 0.02));
    printf("%s\n", corun_error_name(CORUN_ERROR()));
    CORUN_AWAIT(corun_host_call("after", NULL, 0));
    CORUN_END();
}
CORUN_ENTRY(limits)

/* Asked and taken back in the same turn: nobody hears of it. */
ENTRY_ASYNC(changes_its_mind, (corun_task *task;)) {
    CORUN_BEGIN();
    corun_spawn(corun_host_call("wait", NULL, 0), &my->task);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    corun_task_release(my->task);
    CORUN_AWAIT(corun_host_call("after", NULL, 0));
    CORUN_END();
}
CORUN_ENTRY(changes_its_mind)

/* Cleans up with a call of its own. */
ENTRY_ASYNC(cleans_up, ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_host_call("wait", NULL, 0));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_host_call("after", NULL, 0));
    CORUN_END();
}
CORUN_ENTRY(cleans_up)

/* ------------------------------------------------------------------ leaving open */

CORUN_ASYNC(waiter, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_host_call("wait", NULL, 0));
    printf("waited %s\n", corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* Main ends, its call stays open. */
ENTRY_ASYNC(litters, ()) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(waiter), NULL);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}
CORUN_ENTRY(litters)

ENTRY_ASYNC(rests, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.02));
    CORUN_END();
}
CORUN_ENTRY(rests)

ENTRY_ASYNC(exits, ()) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(waiter), NULL);
    CORUN_AWAIT(corun_host_call("after", NULL, 0));
    exit(3);
    CORUN_END();
}
CORUN_ENTRY(exits)

ENTRY_ASYNC(traps, ()) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(waiter), NULL);
    CORUN_AWAIT(corun_host_call("after", NULL, 0));
    __builtin_trap();
    CORUN_END();
}
CORUN_ENTRY(traps)

/* ------------------------------------------------------------------------- many */

CORUN_ASYNC(one_of_many, (int number;), (char text[16];)) {
    CORUN_BEGIN();
    snprintf(my->text, sizeof my->text, "%d", my->number);
    CORUN_AWAIT(corun_host_call("echo", my->text, strlen(my->text)));
    if (CORUN_RESULT().size != strlen(my->text) || memcmp(CORUN_RESULT().bytes, my->text, CORUN_RESULT().size) != 0)
        CORUN_RAISE(-EIO, "%s was answered wrongly", my->text);
    CORUN_END();
}

/* So many at a time. */
ENTRY_ASYNC(many, (int n; corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    for (my->n = 0; my->n < atoi(word(my->argc, my->argv, 1)); my->n++)
        corun_group_spawn(&my->group, CORUN_CALL(one_of_many, .number = my->n));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_RETURN(.i = my->n);
    CORUN_END();
}
CORUN_ENTRY(many)

/* Memory grows while the call is under way, and the answer is larger than what there was. */
ENTRY_ASYNC(grows, (corun_task *task; void *block; int64_t sum;)) {
    CORUN_BEGIN();
    corun_spawn(corun_host_call("large", NULL, 0), &my->task);
    CORUN_AWAIT(corun_sleep(0.01));
    my->block = malloc(1 << 23);
    memset(my->block, 1, 1 << 23);
    CORUN_AWAIT(corun_join(my->task));
    for (size_t i = 0; i < CORUN_RESULT().size; i++)
        my->sum += ((const unsigned char *)CORUN_RESULT().bytes)[i];
    corun_task_release(my->task);
    free(my->block);
    CORUN_RETURN(.i = my->sum);
    CORUN_END();
}
CORUN_ENTRY(grows)
