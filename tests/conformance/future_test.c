/* FUT: futures. */
#include "scene.h"

enum { MY_ERROR = CORUN_USER - 1 };

SCENARIO_MAIN(FUT_01_state_errors, (corun_future *future;)) {
    corun_value value = CORUN_VALUE();
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_future_result(my->future, &value), CORUN_INVALID_STATE);
    CHECK(!corun_future_done(my->future) && !corun_future_cancelled(my->future));
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE(.i = 1)), 0);
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE(.i = 2)), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_future_fail(my->future, MY_ERROR, NULL), CORUN_INVALID_STATE);
    CHECK_EQ(corun_future_cancel(my->future, NULL), 0);
    CHECK_ERROR(corun_future_result(my->future, &value), 0);
    CHECK_EQ(value.i, 1);
    CHECK(corun_future_done(my->future) && !corun_future_cancelled(my->future));
    corun_future_release(my->future);
    CORUN_END();
}

static void log_done(corun_future *future, void *word)
{
    CHECK(corun_future_done(future));
    test_log(word);
}

static char one[] = "1", two[] = "2", three[] = "3", x[] = "x";

SCENARIO_MAIN(FUT_02_done_callbacks_are_scheduled_in_order, (corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_future_add_done_callback(my->future, log_done, one), 0);
    CHECK_ERROR(corun_future_add_done_callback(my->future, log_done, x), 0);
    CHECK_ERROR(corun_future_add_done_callback(my->future, log_done, x), 0);
    CHECK_ERROR(corun_future_add_done_callback(my->future, log_done, two), 0);
    CHECK_EQ(corun_future_remove_done_callback(my->future, log_done, x), 2);
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE()), 0);
    CHECK_ERROR(corun_future_add_done_callback(my->future, log_done, three), 0);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("1 2 3");
    CHECK_EQ(corun_future_remove_done_callback(my->future, log_done, one), 0);
    corun_future_release(my->future);
    CORUN_END();
}

static corun_future *failed_future(void)
{
    corun_future *future = NULL;
    CHECK_ERROR(corun_future_create(NULL, &future), 0);
    CHECK_ERROR(corun_future_fail(future, MY_ERROR, "unread"), 0);
    return future;
}

SCENARIO_MAIN(FUT_04_error_never_retrieved, (corun_future *future;)) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    corun_future_release(failed_future());
    CHECK_LOG("[Future exception was never retrieved] CORUN_USER-1");
    my->future = failed_future();
    CHECK_ERROR(corun_future_result(my->future, NULL), MY_ERROR);
    corun_future_release(my->future);
    my->future = failed_future();
    CHECK_EQ(corun_future_cancel(my->future, NULL), 0);
    corun_future_release(my->future);
    my->future = failed_future();
    CORUN_CATCH_AWAIT(corun_wait_future(my->future));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    corun_future_release(my->future);
    CHECK_LOG("");
    CORUN_END();
}

CORUN_ASYNC(await_done_then_yield, (corun_future *future;), ()) {
    CORUN_BEGIN();
    test_log("a1");
    CORUN_AWAIT(corun_wait_future(my->future));
    test_log("a2");
    CORUN_AWAIT(corun_yield());
    test_log("a3");
    CORUN_END();
}

CORUN_ASYNC(yield_between, (), ()) {
    CORUN_BEGIN();
    test_log("b1");
    CORUN_AWAIT(corun_yield());
    test_log("b2");
    CORUN_END();
}

SCENARIO_MAIN(FUT_05_awaiting_a_done_future_does_not_suspend, (corun_future *future; int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE()), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(await_done_then_yield, .future = my->future), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(yield_between), NULL), 0);
    for (my->n = 0; my->n < 3; my->n++)
        CORUN_AWAIT(corun_yield());
    CHECK_LOG("a1 a2 b1 a3 b2");
    corun_future_release(my->future);
    CORUN_END();
}
