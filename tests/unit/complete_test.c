/* corun_loop_run_until_complete: B29-B33 without a runner. */
#include "test.h"

#include <errno.h>

CORUN_ASYNC(give, (int number; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->number);
    CORUN_END();
}

CORUN_ASYNC(give_text, (), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.bytes = "text", .size = 5);
    CORUN_END();
}

CORUN_ASYNC(leave_with, (int error;), ()) {
    CORUN_BEGIN();
    if (my->error == CORUN_SYSTEM_EXIT)
        CORUN_EXIT(9);
    CORUN_RAISE(my->error);
    CORUN_END();
}

static corun_loop *open_loop(void)
{
    corun_loop *loop = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    return loop;
}

TEST(it_gives_what_the_awaitable_gives)
{
    corun_loop *loop = open_loop();
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(give, .number = 4, .seconds = 1), &value), 0);
    CHECK_EQ(value.i, 4);
    CHECK_ERROR(corun_loop_run_until_complete(loop, corun_sleep(1), NULL), 0);
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(give_text), &value), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_TEXT(value.bytes, "text"); /* the caller's */
    corun_free_bytes(&value);
    CHECK_LOG("");
}

TEST(its_errors_are_the_awaitables_or_what_left_the_loop)
{
    corun_loop *loop = open_loop();
    corun_value value = CORUN_VALUE(.i = -1);
    corun_future *keeps = NULL;
    corun_awaitable empty = {NULL, NULL, {0}, 0};
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(leave_with, .error = -EIO), &value), -EIO);
    CHECK_EQ(value.i, -1);
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(leave_with, .error = CORUN_SYSTEM_EXIT), &value),
                CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 9);
    CHECK_ERROR(corun_loop_run_until_complete(loop, empty, NULL), CORUN_NOT_AWAITABLE);
    CHECK_ERROR(corun_loop_run_until_complete(loop, corun_sleep(1), NULL), 0); /* B32: no stale stop */
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run_until_complete(loop, corun_sleep(1), NULL), CORUN_STOPPED);
    CHECK_LOG("");
    CHECK_ERROR(corun_future_create(loop, &keeps), 0); /* the memory of its loop */
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_LOG("[Task was destroyed but it is pending!]");
    CHECK_ERROR(corun_loop_run_until_complete(loop, corun_sleep(1), NULL), CORUN_CLOSED);
    corun_future_release(keeps);
}

static corun_loop *outer_loop, *inner_loop;

CORUN_ASYNC(tell, (), ()) {
    CORUN_BEGIN();
    test_log("began");
    CORUN_END();
}

CORUN_ASYNC(run_inside, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_run_until_complete(outer_loop, CORUN_CALL(tell), NULL), CORUN_LOOP_RUNNING);
    CHECK_ERROR(corun_loop_run_until_complete(inner_loop, CORUN_CALL(tell), NULL), CORUN_RUNNING);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* B29 */
TEST(it_is_refused_while_a_loop_runs)
{
    corun_runner runner;
    outer_loop = open_loop();
    inner_loop = test_open_sim(&runner);
    CHECK_ERROR(corun_loop_run_until_complete(outer_loop, CORUN_CALL(run_inside), NULL), 0);
    CHECK_ERROR(corun_runner_start(&runner, corun_yield(), NULL, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_run_until_complete(inner_loop, CORUN_CALL(tell), NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_loop_run(inner_loop), 0);
    CHECK_LOG(""); /* what is refused is not spawned either */
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_loop_close(outer_loop), 0);
}

CORUN_ASYNC(fail_later, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1));
    CORUN_RAISE(-EIO);
    CORUN_END();
}

CORUN_ASYNC(exit_behind, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield()); /* so that its sleep begins, and ends, behind the other's */
    CORUN_AWAIT(corun_sleep(1));
    CORUN_EXIT(7);
    CORUN_END();
}

/* B32: an error is not told of besides what has ended the run in its place */
TEST(an_error_that_another_exit_overtakes_is_silent)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_loop *loop = open_loop();
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(exit_behind), NULL), 0);
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(fail_later), &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 7);
    CHECK_ERROR(corun_loop_close(loop), 0);
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(exit_behind), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(fail_later), NULL, &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 7);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("");
}

/* B33: nobody has been given the error of what went on when its run had been stopped */
TEST(what_fails_after_its_run_was_stopped_is_reported)
{
    corun_loop *loop = open_loop();
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(fail_later), NULL), CORUN_STOPPED);
    CHECK_ERROR(corun_loop_run_until_complete(loop, corun_sleep(2), NULL), 0);
    CHECK_LOG("[Task exception was never retrieved] EIO");
    CHECK_ERROR(corun_loop_close(loop), 0);
}
