/* TO: timeouts, when they expire and what becomes of the cancellation. WF: wait_for. */
#include "scene.h"

#include <math.h>

enum { KEY_ERROR = CORUN_USER - 1 };

static corun_task *me(void)
{
    return corun_current_task();
}

static double now(void)
{
    return corun_loop_time(corun_current_loop());
}

static void check_says(int error, int expected, const char *words)
{
    CHECK_ERROR(error, expected);
    CHECK_TEXT(corun_error_text(error), words);
}

/* A chain of failures, from the last to the first. */
static void log_chain(const corun_failure *failure)
{
    for (; failure; failure = failure->context)
        test_log(corun_error_name(failure->code));
}

/* ---------------------------------------------------------------------- expiry */

CORUN_ASYNC(sleep_within, (double limit;), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, my->limit), 0);
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(corun_timeout_expired(&my->timeout));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

SCENARIO_MAIN(TO_01_basic, (corun_task *task; double began;)) {
    CORUN_BEGIN();
    my->began = now();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_within, .limit = 0.01), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK(now() >= my->began + 0.01 - 1e-9);
    CHECK_EQ(corun_task_cancelling(my->task), 0);
    log_chain(corun_task_failure(my->task));
    CHECK_LOG("CORUN_TIMEOUT CORUN_CANCELLED");
    corun_task_release(my->task);
    CORUN_END();
}

SCENARIO_MAIN(TO_02_no_suspension_no_timeout, (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0), 0);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(!corun_timeout_expired(&my->timeout));
    CORUN_AWAIT(corun_sleep(0.001)); /* nor later */
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

CORUN_ASYNC(block_within, (double limit, seconds;), (corun_timeout timeout; double began;)) {
    CORUN_BEGIN();
    my->began = now();
    CHECK_ERROR(corun_timeout_open(&my->timeout, my->limit), 0);
    while (now() < my->began + my->seconds)
        continue;
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(!corun_timeout_expired(&my->timeout));
    CORUN_AWAIT(corun_sleep(0.001));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

/* The second half of it. On the sim time stands still during a step. */
SCENARIO_ON(TO_02_blocking_code_does_not_suspend, SCENE_HOST | SCENE_TURN)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(block_within, .limit = 0.01, .seconds = 0.05));
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

/* --------------------------------------------------------------------- the exit */

CORUN_ASYNC(convert, (), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.005), 0);
    CORUN_TRY();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RAISE(KEY_ERROR);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(corun_timeout_expired(&my->timeout));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

SCENARIO_MAIN(TO_04_body_converts, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(convert), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), KEY_ERROR);
    log_chain(corun_task_failure(my->task));
    CHECK_LOG("CORUN_USER-1 CORUN_TIMEOUT");
    corun_task_release(my->task);
    CORUN_END();
}

static void cancel(void *task)
{
    CHECK_EQ(corun_task_cancel(task, NULL), 1);
}

/* Expires, and is cancelled by somebody else too: first, or second. */
CORUN_ASYNC(be_cancelled_too, (bool first;), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, my->first ? 3600 : 0.001), 0);
    if (my->first)
        CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), cancel, me(), NULL), 0);
    CORUN_TRY();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_timeout_expired(&my->timeout), !my->first);
    if (my->first)
        CHECK_ERROR(corun_timeout_reschedule(&my->timeout, now() + 0.001), 0);
    else
        CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), cancel, me(), NULL), 0);
    CORUN_AWAIT(corun_sleep(10)); /* a cleanup that takes its time */
    CORUN_FINALLY();
    CHECK_EQ(corun_task_cancelling(me()), 2);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(corun_timeout_expired(&my->timeout));
    CHECK_EQ(corun_task_cancelling(me()), 1);
    CORUN_END();
}

SCENARIO_MAIN(TO_05_foreign_cancel_too, (corun_task *task; int first;)) {
    CORUN_BEGIN();
    for (my->first = 0; my->first < 2; my->first++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(be_cancelled_too, .first = my->first), &my->task), 0);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK(corun_task_cancelled(my->task));
        CHECK_EQ(corun_task_cancelling(my->task), 1);
        corun_task_release(my->task);
    }
    CORUN_END();
}

/* ------------------------------------------------------------------- reschedule */

CORUN_ASYNC(reschedule_to_the_past, (), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 10), 0);
    CORUN_TRY();
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, now() - 1), 0);
    CHECK(!corun_timeout_expired(&my->timeout));
    test_log("went on");
    CORUN_AWAIT(corun_sleep(10));
    test_log("not reached");
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(corun_timeout_expired(&my->timeout));
    CORUN_END();
}

SCENARIO_MAIN(TO_07_reschedule, (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(reschedule_to_the_past));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_LOG("went on");
    check_says(corun_timeout_reschedule(&my->timeout, now() + 1), CORUN_TIMEOUT_NOT_ENTERED, "Timeout has not been entered");
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.002), 0);
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, INFINITY), 0);
    CHECK(isinf(corun_timeout_when(&my->timeout)));
    CORUN_AWAIT(corun_sleep(0.008));
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(!corun_timeout_expired(&my->timeout));
    check_says(corun_timeout_reschedule(&my->timeout, now() + 1), CORUN_TIMEOUT_FINISHED,
               "Cannot change state of finished Timeout");
    CORUN_END();
}

/* -------------------------------------------------------------------- wait_for */

CORUN_ASYNC(tell_task, (corun_task **out_task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    *my->out_task = me();
    CORUN_RETURN(.i = 5);
    CORUN_END();
}

SCENARIO_MAIN(WF_01_inner_runs_in_the_callers_task, (corun_task *seen;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(tell_task, .out_task = &my->seen), 1));
    CHECK_EQ(CORUN_RESULT().i, 5);
    CHECK(my->seen == me());
    CHECK_EQ(corun_all_tasks(corun_current_loop(), NULL, 0), 1);
    CORUN_END();
}

CORUN_ASYNC(clean_up_slowly, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_AWAIT(corun_sleep(my->seconds));
    test_log("clean");
    CORUN_END();
}

/* In virtual time to the nanosecond, elsewhere not sooner. */
SCENARIO_MAIN(WF_02_timeout_waits_for_cleanup, (double began, took;)) {
    CORUN_BEGIN();
    my->began = now();
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(clean_up_slowly, .seconds = 0.02), 0.01));
    my->took = now() - my->began;
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_LOG("CORUN_CANCELLED clean");
    CHECK(my->took >= 0.03 - 1e-9);
    CHECK(scene.kind != SCENE_SIM || my->took <= 0.03 + 1e-9);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}
