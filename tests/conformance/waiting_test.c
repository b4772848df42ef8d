/* GA, WT, SH, AC: gather, wait, shield, as_completed. */
#include "scene.h"

#include <math.h>

enum { FIRST_ERROR = CORUN_USER - 1, SECOND_ERROR = CORUN_USER - 2 };

CORUN_ASYNC(give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(say_and_give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    test_log_number(my->value);
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

static corun_task *spawn(corun_awaitable awaitable)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(awaitable, &task), 0);
    return task;
}

static corun_task *spawn_give(int value, double seconds)
{
    return spawn(CORUN_CALL(give, .value = value, .seconds = seconds));
}

static void log_value(corun_task *task)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_task_result(task, &value), 0);
    test_log_number(value.i);
}

/* ---------------------------------------------------------------------- gather */

/* Each is run once. */
SCENARIO_MAIN(GA_01_order_and_duplicates, (corun_task *x; corun_outcome results[4]; int i;)) {
    CORUN_BEGIN();
    my->x = spawn(CORUN_CALL(say_and_give, .value = 2, .seconds = 0.01));
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(say_and_give, .value = 3, .seconds = 0.03), corun_join(my->x),
                                        CORUN_CALL(say_and_give, .value = 1), corun_join(my->x)),
                             my->results, 0));
    CHECK_LOG("1 2 3");
    for (my->i = 0; my->i < 4; my->i++) {
        CHECK_ERROR(my->results[my->i].error, 0);
        test_log_number(my->results[my->i].value.i);
    }
    CHECK_LOG("3 2 1 2");
    corun_task_release(my->x);
    CORUN_END();
}

static void log_call(void *word)
{
    test_log(word);
}

/* The rest of it: of nothing it is done at once, without a suspension. */
SCENARIO_MAIN(GA_01_empty, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_call, "later", NULL), 0);
    CORUN_AWAIT(corun_gather(NULL, 0, NULL, 0));
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("later");
    CORUN_END();
}

static corun_event go_on;

CORUN_ASYNC(fail_later, (int error;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_event_wait(&go_on));
    test_log("failed");
    CORUN_RAISE(my->error);
    CORUN_END();
}

CORUN_ASYNC(end_well_later, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_event_wait(&go_on));
    CORUN_AWAIT(corun_yield()); /* the last of the three */
    CORUN_RETURN(.i = 42);
    CORUN_END();
}

CORUN_ASYNC(fail, (int error; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RAISE(my->error);
    CORUN_END();
}

CORUN_ASYNC(gather_two_that_fail, (), (corun_task *ok;)) {
    CORUN_BEGIN();
    my->ok = spawn(CORUN_CALL(end_well_later));
    CORUN_CATCH_AWAIT(corun_gather(CORUN_LIST(corun_join(my->ok), CORUN_CALL(fail_later, .error = SECOND_ERROR),
                                              CORUN_CALL(fail, .error = FIRST_ERROR)),
                                   NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), FIRST_ERROR);
    CHECK_EQ(corun_all_tasks(corun_current_loop(), NULL, 0), 3); /* this one, and two that keep running */
    CHECK_ERROR(corun_event_set(&go_on), 0);
    CORUN_AWAIT(corun_join(my->ok));
    CHECK_EQ(CORUN_RESULT().i, 42);
    CHECK_EQ(corun_task_cancelling(my->ok), 0);
    CHECK_EQ(corun_all_tasks(corun_current_loop(), NULL, 0), 1);
    corun_task_release(my->ok);
    CORUN_END();
}

SCENARIO(GA_02_first_error)
{
    static corun_runner runner;
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(gather_two_that_fail));
    CHECK_ERROR(scene.error, 0);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("failed"); /* the second; and no report of it */
    SCENE_END();
}

/* ------------------------------------------------------------------------ wait */

SCENARIO_MAIN(WT_01_never_cancels_when_the_time_is_over, (corun_task *a, *b;)) {
    CORUN_BEGIN();
    my->a = spawn_give(1, 0);
    my->b = spawn_give(2, 3600);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_ALL_COMPLETED, 0.03));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK(corun_task_done(my->a) && !corun_task_done(my->b));
    CHECK_EQ(corun_task_cancelling(my->b), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(!corun_task_done(my->b));
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

CORUN_ASYNC(wait_for_both, (corun_task *a, *b;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_ALL_COMPLETED, INFINITY));
    test_log("not reached");
    CORUN_END();
}

SCENARIO_MAIN(WT_01_never_cancels_when_it_is_cancelled, (corun_task *a, *b, *waiter;)) {
    CORUN_BEGIN();
    my->a = spawn_give(1, 0);
    my->b = spawn_give(2, 0.01);
    CHECK_ERROR(corun_spawn(CORUN_CALL(wait_for_both, .a = my->a, .b = my->b), &my->waiter), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->waiter, NULL), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->waiter));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancelling(my->b), 0);
    CORUN_AWAIT(corun_join(my->b)); /* it goes on to its end */
    CHECK_EQ(CORUN_RESULT().i, 2);
    corun_task_release(my->a);
    corun_task_release(my->b);
    corun_task_release(my->waiter);
    CORUN_END();
}

SCENARIO_MAIN(WT_02_argument_errors, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_wait(NULL, 0, CORUN_ALL_COMPLETED, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_EMPTY_SET);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(CORUN_CALL(say_and_give)), CORUN_ALL_COMPLETED, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_FUTURE);
    my->task = spawn_give(2, 0);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(corun_join(my->task)), 99, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_RETURN_WHEN);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG(""); /* the call was not run */
    corun_task_release(my->task);
    CORUN_END();
}

SCENARIO_MAIN(WT_02_a_cancelled_task_is_no_first_exception, (corun_task *cancelled, *fails, *slow;)) {
    CORUN_BEGIN();
    my->cancelled = spawn_give(1, 3600);
    my->fails = spawn(CORUN_CALL(fail, .error = FIRST_ERROR, .seconds = 0.004));
    my->slow = spawn_give(2, 3600);
    CHECK_EQ(corun_task_cancel(my->cancelled, NULL), 1);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->cancelled), corun_join(my->fails), corun_join(my->slow)),
                           CORUN_FIRST_EXCEPTION, INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 2); /* that one, and the one that has woken it */
    CHECK(corun_task_cancelled(my->cancelled));
    CHECK_ERROR(corun_task_result(my->fails, NULL), FIRST_ERROR);
    CHECK(!corun_task_done(my->slow));
    corun_task_release(my->cancelled);
    corun_task_release(my->fails);
    corun_task_release(my->slow);
    CORUN_END();
}

/* ---------------------------------------------------------------------- shield */

CORUN_ASYNC(shield, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(corun_join(my->task)));
    test_log("not reached");
    CORUN_END();
}

SCENARIO_MAIN(SH_01_outer_cancelled, (corun_task *inner, *outer;)) {
    CORUN_BEGIN();
    my->inner = spawn_give(7, 0.01);
    CHECK_ERROR(corun_spawn(CORUN_CALL(shield, .task = my->inner), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->outer, NULL), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_cancelled(my->outer));
    CHECK_EQ(corun_task_cancelling(my->inner), 0);
    CORUN_AWAIT(corun_join(my->inner));
    CHECK_EQ(CORUN_RESULT().i, 7);
    CHECK_LOG("");
    corun_task_release(my->inner);
    corun_task_release(my->outer);
    CORUN_END();
}

/* The rest of it: nothing stands between the shield and a future that is done. */
SCENARIO_MAIN(SH_01_of_a_done_future, (corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE(.i = 5)), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_call, "later", NULL), 0);
    CORUN_AWAIT(CORUN_SHIELD(corun_wait_future(my->future)));
    CHECK_EQ(CORUN_RESULT().i, 5);
    CHECK_LOG("");
    corun_future_release(my->future);
    CORUN_END();
}

/* ---------------------------------------------------------------- as_completed */

SCENARIO_MAIN(AC_01_order, (corun_as_completed all;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_as_completed_open(&my->all,
                                        CORUN_LIST(CORUN_CALL(give, .value = 0xc, .seconds = 0.03),
                                                   CORUN_CALL(give, .value = 0xa, .seconds = 0.01),
                                                   CORUN_CALL(give, .value = 0xb, .seconds = 0.02)),
                                        INFINITY), 0);
    while (corun_as_completed_left(&my->all) > 0) {
        CORUN_AWAIT(corun_as_completed_next(&my->all));
        log_value(CORUN_RESULT().p);
    }
    CHECK_LOG("10 11 12");
    CORUN_END();
}

/* The second half of it. */
SCENARIO_MAIN(AC_01_timeout, (corun_as_completed all; corun_task *fast, *slow[2]; double began; int i;)) {
    CORUN_BEGIN();
    my->began = corun_loop_time(corun_current_loop());
    my->slow[0] = spawn_give(1, 3600);
    my->fast = spawn_give(2, 0);
    my->slow[1] = spawn_give(3, 3600);
    CHECK_ERROR(corun_as_completed_open(&my->all,
                                        CORUN_LIST(corun_join(my->slow[0]), corun_join(my->fast), corun_join(my->slow[1])),
                                        0.05), 0);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CHECK(CORUN_RESULT().p == my->fast);
    while (corun_as_completed_left(&my->all) > 0) {
        CORUN_CATCH_AWAIT(corun_as_completed_next(&my->all));
        test_log(corun_error_name(CORUN_ERROR()));
    }
    CHECK_LOG("CORUN_TIMEOUT CORUN_TIMEOUT");
    CHECK(corun_loop_time(corun_current_loop()) >= my->began + 0.05 - 1e-9);
    CORUN_AWAIT(corun_yield());
    for (my->i = 0; my->i < 2; my->i++) {
        CHECK(!corun_task_done(my->slow[my->i]));
        CHECK_EQ(corun_task_cancelling(my->slow[my->i]), 0);
        corun_task_release(my->slow[my->i]);
    }
    corun_task_release(my->fast);
    CORUN_END();
}
