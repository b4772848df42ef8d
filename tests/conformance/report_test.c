/* EH: what a program hears of errors that belong to nobody. */
#include "scene.h"

enum { MY_ERROR = CORUN_USER - 1 };

static corun_runner runner; /* of the case that runs */
static int five = 5;
static const corun_var variable = {.name = "variable"};

CORUN_ASYNC(fail_unread, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&variable, &five, NULL), 0);
    CORUN_RAISE(MY_ERROR, "unread");
    CORUN_END();
}

CORUN_ASYNC(leave_failing_one, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_unread), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

static int called;

static void check_report(corun_loop *loop, const corun_report *report, void *expected_loop)
{
    called++;
    CHECK(loop == expected_loop);
    CHECK_TEXT(report->message, "Task exception was never retrieved");
    CHECK(report->task != NULL && corun_task_done(report->task));
    CHECK_ERROR(report->failure->code, MY_ERROR);
    CHECK_TEXT(report->failure->message, "unread");
    CHECK(report->where.file != NULL && strstr(report->where.file, "report_test.c") != NULL);
}

/* A handler in C cannot fail. Without one the report goes to standard error. */
SCENARIO(EH_01_custom_handler)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    corun_loop_set_exception_handler(loop, check_report, loop);
    RUN(&runner, CORUN_CALL(leave_failing_one));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(called, 1);
    corun_loop_set_exception_handler(loop, NULL, NULL);
    RUN(&runner, CORUN_CALL(leave_failing_one)); /* to standard error */
    CHECK_EQ(called, 1);
    CLOSE(&runner);
    SCENE_END();
}

static void read_variable(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)loop, (void)report, (void)argument;
    called++;
    CHECK(corun_var_get(&variable) == &five);
}

SCENARIO(EH_02_context_of_the_task)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    corun_loop_set_exception_handler(loop, read_variable, NULL);
    RUN(&runner, CORUN_CALL(leave_failing_one));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(called, 1);
    CLOSE(&runner);
    SCENE_END();
}
