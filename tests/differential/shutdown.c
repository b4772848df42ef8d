#include "trace.h"

/* Printed at the end: asyncio reports once all are done, Corun as each is. */
static char lines[200];

static void report(corun_loop *loop, const corun_report *report, void *unused)
{
    (void)loop, (void)unused;
    snprintf(lines, sizeof lines, "[%s] %s\n", report->message, name_of(report->failure->code));
}

CORUN_ASYNC(clean, (const char *name; int rounds;), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    for (my->n = 0; my->n < my->rounds; my->n++)
        CORUN_AWAIT(corun_yield());
    printf("%s clean\n", my->name);
    CORUN_END();
}

CORUN_ASYNC(swallow, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    if (CORUN_ERROR() == CORUN_CANCELLED)
        puts("swallowed");
    CORUN_AWAIT(corun_sleep(0.05));
    puts("worked on");
    CORUN_END();
}

CORUN_ASYNC(fail, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CORUN_RAISE(VALUE_ERROR);
    CORUN_END();
}

static void tell_done(corun_task *task, void *unused)
{
    (void)task, (void)unused;
    puts("watched is done");
}

CORUN_ASYNC(leave_one, (), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(clean, .name = "watched", .rounds = 2), &my->task);
    corun_task_add_done_callback(my->task, tell_done, NULL);
    corun_task_release(my->task);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(main_, (bool fails;), ()) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), report, NULL);
    corun_spawn(CORUN_CALL(clean, .name = "three", .rounds = 3), NULL);
    corun_spawn(CORUN_CALL(clean, .name = "one", .rounds = 1), NULL);
    corun_spawn(CORUN_CALL(swallow), NULL);
    corun_spawn(CORUN_CALL(fail), NULL);
    CORUN_AWAIT(corun_yield());
    puts("main ends 2");
    if (my->fails)
        CORUN_RAISE(KEY_ERROR);
    CORUN_RETURN(.i = 123);
    CORUN_END();
}

static void run(bool fails)
{
    corun_value value = CORUN_VALUE();
    int error = corun_run(CORUN_CALL(main_, .fails = fails), NULL, &value);
    if (error)
        printf("ended with %s\n", name_of(error));
    else
        printf("gave %d\n", (int)value.i);
    fputs(lines, stdout);
    lines[0] = '\0';
}

TRACE_MAIN()
{
    run(false);
    run(true);
    corun_run(CORUN_CALL(leave_one), NULL, NULL);
}
