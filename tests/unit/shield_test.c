/* CORUN_SHIELD. asyncio W2. */
#include "endings.h"

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->value);
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR())
        test_log("inner-cancelled");
    CORUN_END();
}

CORUN_ASYNC(give_text, (double seconds;), (char text[8];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    strcpy(my->text, "text");
    CORUN_RETURN(.bytes = my->text, .size = 5);
    CORUN_END();
}

CORUN_ASYNC(fail, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RAISE(MY_ERROR, "on purpose");
    CORUN_END();
}

CORUN_ASYNC(shields, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(corun_join(my->task)));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

TEST_LOOP(it_gives_the_value_or_the_error, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(CORUN_CALL(give, .value = 5, .seconds = 0.001)));
    CHECK_EQ(CORUN_RESULT().i, 5);
    CORUN_AWAIT(CORUN_SHIELD(CORUN_CALL(give_text, .seconds = 0.001)));
    CHECK_TEXT(CORUN_RESULT().bytes, "text");
    CHECK_ERROR(corun_spawn(CORUN_CALL(give_text, .seconds = 0.001), &my->task), 0);
    CORUN_AWAIT(CORUN_SHIELD(corun_join(my->task)));
    CHECK_TEXT(CORUN_RESULT().bytes, "text");
    corun_task_release(my->task);
    CORUN_CATCH_AWAIT(CORUN_SHIELD(CORUN_CALL(fail)));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CORUN_END();
}

/* SH-01 */
TEST_LOOP(cancelled_it_leaves_the_inner_task_alone, (corun_task *outer, *inner;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 7, .seconds = 0.1), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(shields, .task = my->inner), &my->outer), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    corun_task_cancel(my->outer, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(!corun_task_done(my->inner));
    CHECK_EQ(corun_task_cancelling(my->inner), 0);
    CORUN_AWAIT(corun_join(my->inner));
    CHECK_EQ(CORUN_RESULT().i, 7);
    corun_task_release(my->outer);
    corun_task_release(my->inner);
    CORUN_END();
}

CORUN_ASYNC(shields_done, (corun_future *future; int *steps;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(corun_wait_future(my->future)));
    *my->steps = 1;
    CORUN_END();
}

/* SH-01: of what is done it is that itself, and does not suspend */
TEST_LOOP(of_what_is_done_it_does_not_suspend, (corun_future *future; int steps;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    corun_future_set(my->future, CORUN_VALUE(.i = 1));
    CHECK_ERROR(corun_spawn(CORUN_CALL(shields_done, .future = my->future, .steps = &my->steps), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(my->steps, 1);
    corun_future_release(my->future);
    CORUN_END();
}

TEST_LOOP(a_cancelled_inner_cancels_it, (corun_task *outer, *inner;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = 10), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(shields, .task = my->inner), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->inner, "inner");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancelling(my->outer), 0);
    corun_task_release(my->outer);
    corun_task_release(my->inner);
    CHECK_LOG("inner-cancelled");
    CORUN_END();
}

CORUN_ASYNC(late_error, (), (corun_task *task; corun_loop *loop;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_SHIELD(CORUN_CALL(fail, .seconds = 2)), &my->task), 0);
    CORUN_AWAIT(corun_sleep(1));
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(my->task);
    CORUN_AWAIT(corun_sleep(2));
    CORUN_END();
}

/* W2, B76: it is told of as any error that nobody asked for */
TEST(what_fails_behind_a_cancelled_shield_is_told_of)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(late_error), NULL, NULL), 0);
    corun_runner_close(&runner);
    CHECK_LOG("[Task exception was never retrieved] CORUN_USER-1");
}

static void cancel_when_done(corun_task *task, void *argument)
{
    (void)task;
    corun_task_cancel(argument, NULL);
}

/* T6: the inner task is done, but the outer has not been told: nothing is left behind */
TEST_LOOP(cancelled_in_the_round_in_which_the_inner_ends, (corun_task *outer, *inner; int first;)) {
    CORUN_BEGIN();
    for (my->first = 0; my->first < 2; my->first++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 1, .seconds = 0.001), &my->inner), 0);
        CHECK_ERROR(corun_spawn(CORUN_CALL(shields, .task = my->inner), &my->outer), 0);
        if (!my->first)
            CORUN_AWAIT(corun_yield());
        corun_task_add_done_callback(my->inner, cancel_when_done, my->outer);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK_ERROR(corun_task_result(my->inner, NULL), 0);
        corun_task_release(my->outer);
        corun_task_release(my->inner);
    }
    CORUN_END();
}

CORUN_ASYNC(all_kinds, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = 1), &my->task), 0);
    CORUN_TRY();
    CORUN_AWAIT(CORUN_SHIELD(corun_join(my->task)));
    CORUN_AWAIT(CORUN_SHIELD(CORUN_CALL(give, .seconds = 1)));
    CORUN_AWAIT(CORUN_SHIELD(CORUN_SHIELD(CORUN_CALL(give, .seconds = 1))));
    CORUN_FINALLY();
    corun_task_release(my->task);
    CORUN_END();
}
CORUN_DROP(all_kinds)
{
    if (my->task)
        corun_task_release(my->task);
}

TEST(interrupted_before_each_step)
{
    end_before_each_step(CORUN_CALL(all_kinds), 0, 2, 100);
}

TEST(closed_in_each_round)
{
    end_with_the_loop(CORUN_CALL(all_kinds), 1, 24);
}

TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_SHIELD(CORUN_CALL(give, .seconds = 1)), 0, 200);
}
