/* Reports: who hears of errors that belong to nobody, and what debug mode adds. */
#include "test.h"

#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(fail, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

static corun_runner runner; /* of the case that runs */

static void run_failing_task(corun_loop *loop)
{
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(fail), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
}

static void note_report(corun_loop *loop, const corun_report *report, void *word)
{
    CHECK(loop != NULL);
    CHECK_TEXT(report->message, "Task exception was never retrieved");
    test_log(word);
}

/* X1 */
TEST(a_handler_is_set_replaced_and_taken_away)
{
    corun_loop *loop = test_open_sim(&runner);
    corun_loop_set_exception_handler(loop, note_report, "one");
    run_failing_task(loop);
    corun_loop_set_exception_handler(loop, note_report, "two");
    run_failing_task(loop);
    corun_loop_set_exception_handler(loop, NULL, NULL);
    run_failing_task(loop); /* to standard error */
    CHECK_LOG("one two");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* X1: as asyncio's loop.call_exception_handler */
TEST(a_program_reports_through_the_same_handler)
{
    corun_loop *loop = test_open_sim(&runner);
    static const corun_failure failure = {.code = MY_ERROR, .message = "something"};
    corun_report report = {.message = "from the program", .failure = &failure};
    corun_report nothing = {.message = NULL};
    corun_loop_call_exception_handler(loop, &report); /* to standard error: must not fall over */
    corun_loop_call_exception_handler(loop, &nothing);
    test_log_reports(loop);
    corun_loop_call_exception_handler(loop, &report);
    CHECK_LOG("[from the program] CORUN_USER-1");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static const corun_var variable = {.name = "variable", .initial = "nothing"};

CORUN_ASYNC(set_and_fail, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&variable, "of the task", NULL), 0);
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

static void log_variable(corun_loop *loop, const corun_report *report, void *unused)
{
    (void)loop, (void)report, (void)unused;
    test_log(corun_var_get(&variable));
}

/* X1; and afterwards the variables are again those of what runs */
TEST(a_handler_sees_the_variables_of_the_task)
{
    corun_loop *loop = test_open_sim(&runner);
    corun_report about_nobody = {.message = "about nobody"};
    corun_loop_set_exception_handler(loop, log_variable, NULL);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(set_and_fail), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    corun_loop_call_exception_handler(loop, &about_nobody);
    CHECK_LOG("of the task nothing");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void spawn_in_handler(corun_loop *loop, const corun_report *report, void *unused)
{
    (void)report, (void)unused;
    test_log("report");
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), NULL), 0);
    corun_loop_set_exception_handler(loop, note_report, "next");
}

TEST(a_handler_may_use_the_loop)
{
    corun_loop *loop = test_open_sim(&runner);
    corun_loop_set_exception_handler(loop, spawn_in_handler, NULL);
    run_failing_task(loop);
    run_failing_task(loop);
    CHECK_LOG("report next");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static corun_loop *open_in_debug(void)
{
    corun_run_options options = {.loop_factory = corun_loop_sim, .debug = CORUN_DEBUG_ON};
    corun_loop *loop = NULL;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    test_log_reports(loop);
    return loop;
}

/* 02: references that were never released */
TEST(debug_mode_tells_of_references_that_were_never_released)
{
    corun_loop *loop = open_in_debug();
    corun_task *kept = NULL, *released = NULL;
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), &kept), 0);
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), &released), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    corun_task_release(released);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("[Task reference was never released]");
    corun_task_release(kept);
}

CORUN_ASYNC(yield_once, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* B57 */
TEST(debug_mode_changes_no_result)
{
    open_in_debug();
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(yield_once), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(fail), NULL, NULL), MY_ERROR);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("");
}

/* ----------------------------------------------------------------- slow steps */

static void spend(double seconds)
{
    double end = corun_loop_time(corun_current_loop()) + seconds;
    while (corun_loop_time(corun_current_loop()) < end)
        continue;
}

static char slow[64];
static corun_task *slow_task;

static void note_slow(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)loop, (void)argument;
    slow_task = report->task;
    strncpy(slow, report->message, sizeof slow - 1);
}

CORUN_ASYNC(be_slow, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    spend(0.002);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

static void call_slowly(void *unused)
{
    (void)unused;
    spend(0.002);
}

/* DBG-01 X2 */
TEST_LOOP(debug_mode_tells_of_steps_and_calls_that_take_long, (corun_task *task;)) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), note_slow, NULL);
    corun_loop_set_slow_callback(corun_current_loop(), 0.001);
    CHECK_ERROR(corun_spawn(CORUN_CALL(be_slow), &my->task), 0);
    CHECK_ERROR(corun_task_set_name(my->task, "slowcoach"), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_TEXT(slow, ""); /* nobody measures without it */
    corun_task_release(my->task);
    corun_loop_set_debug(corun_current_loop(), true);
    CHECK_ERROR(corun_spawn(CORUN_CALL(be_slow), &my->task), 0);
    CHECK_ERROR(corun_task_set_name(my->task, "slowcoach"), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(strncmp(slow, "Executing slowcoach took 0.", 27), 0);
    CHECK(slow_task == my->task);
    corun_task_release(my->task);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), call_slowly, NULL, NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(strncmp(slow, "Executing a callback took 0.", 28), 0);
    corun_loop_set_slow_callback(corun_current_loop(), NAN);
    slow[0] = '\0';
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), call_slowly, NULL, NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_TEXT(slow, "");
    corun_loop_set_debug(corun_current_loop(), false);
    corun_loop_set_exception_handler(corun_current_loop(), NULL, NULL);
    CORUN_END();
}
