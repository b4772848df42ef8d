/* Cancellation: when it is delivered, what it costs, how it travels, how it is taken back. */
#include "test.h"

#include <stdlib.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    test_log("ran");
    CORUN_END();
}

CORUN_ASYNC(sleeper, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(100));
    test_log("not reached");
    CORUN_END();
}

static const char *message_of(corun_task *task)
{
    const corun_failure *failure = corun_task_failure(task);
    return failure ? failure->message : NULL;
}

/* ------------------------------------------------------------------ delivery */

/* T2 T9 T10 */
TEST_LOOP(a_waiting_task_is_cancelled, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancelling(my->task), 0);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CHECK_EQ(corun_task_cancelling(my->task), 1);
    CHECK(!corun_task_done(my->task)); /* it only asks */
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_done(my->task) && corun_task_cancelled(my->task));
    CHECK_ERROR(corun_task_result(my->task, NULL), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 0); /* T2: done */
    CHECK_EQ(corun_task_cancelling(my->task), 1);
    corun_task_release(my->task);
    CORUN_END();
}

/* T4 */
TEST_LOOP(cancelled_before_its_first_step_it_never_runs, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(nothing), &my->task), 0);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_cancelled(my->task));
    CHECK_LOG("");
    corun_task_release(my->task);
    CORUN_END();
}

/* T4 T9 */
TEST_LOOP(a_cancellation_taken_back_before_the_first_step_has_no_effect, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(nothing), &my->task), 0);
    corun_task_cancel(my->task, NULL);
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(corun_task_uncancel(my->task), 1);
    CHECK_EQ(corun_task_uncancel(my->task), 0);
    CHECK_EQ(corun_task_uncancel(my->task), 0); /* never below */
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("ran");
    CHECK_EQ(corun_task_uncancel(my->task), 0);
    corun_task_release(my->task);
    CORUN_END();
}

/* T4: the wait has ended already */
TEST_LOOP(a_blocked_task_is_cancelled_even_if_that_is_taken_back, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(corun_task_uncancel(my->task), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancelling(my->task), 0);
    CHECK_LOG("");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(catch_twice, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log(corun_error_name(CORUN_ERROR()));
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_CATCH_ALL_AWAIT(corun_yield());
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* T5 */
TEST_LOOP(two_cancellations_before_delivery_are_one, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(catch_twice), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("CORUN_CANCELLED 1 OK");
    corun_task_release(my->task);
    CHECK_ERROR(corun_spawn(CORUN_CALL(catch_twice), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("CORUN_CANCELLED 2 OK");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(wait_for, (corun_future *future;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_wait_future(my->future));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

/* T6 */
TEST_LOOP(cancellation_wins_over_a_value_that_has_come, (corun_task *task; corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(wait_for, .future = my->future), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE(.i = 5)), 0);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("CORUN_CANCELLED");
    CHECK(!corun_future_cancelled(my->future));
    corun_task_release(my->task);
    corun_future_release(my->future);
    CORUN_END();
}

/* T7 */
TEST_LOOP(a_future_that_others_cancel_cancels_who_awaits_it, (corun_task *task; corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_spawn(corun_wait_future(my->future), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_future_cancel(my->future, "for a reason"), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_cancelled(my->task));
    CHECK_EQ(corun_task_cancelling(my->task), 0);
    CHECK_TEXT(message_of(my->task), "for a reason");
    corun_task_release(my->task);
    corun_future_release(my->future);
    CORUN_END();
}

/* ----------------------------------------------------------------- by itself */

CORUN_ASYNC(cancel_self, (int then;), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_task_cancel(corun_current_task(), NULL), 1);
    if (my->then == 1)
        CORUN_RAISE(MY_ERROR);
    if (my->then == 2) {
        CORUN_AWAIT(CORUN_CALL(nothing)); /* a call is not a suspension */
        CORUN_AWAIT(corun_sleep(100));
        test_log("not reached");
    }
    if (my->then == 3)
        CHECK_EQ(corun_task_uncancel(corun_current_task()), 0);
    if (my->then == 4)
        CORUN_RETURN(.bytes = "lost", .size = 5);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* T3 */
TEST_LOOP(cancelling_oneself_takes_the_result_away, (corun_task *task; int n; int errors[5];)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 5; my->n++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_self, .then = my->n), &my->task), 0);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        my->errors[my->n] = CORUN_ERROR();
        corun_task_release(my->task);
    }
    CHECK_ERROR(my->errors[0], CORUN_CANCELLED);
    CHECK_ERROR(my->errors[1], MY_ERROR); /* an error stands */
    CHECK_ERROR(my->errors[2], CORUN_CANCELLED);
    CHECK_ERROR(my->errors[3], 0); /* taken back in time */
    CHECK_ERROR(my->errors[4], CORUN_CANCELLED);
    CHECK_LOG("ran");
    CORUN_END();
}

CORUN_ASYNC(raise_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(CORUN_CANCELLED, "by %s", "itself");
    CORUN_END();
}

/* T10 */
TEST_LOOP(raising_cancelled_is_being_cancelled, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(raise_cancelled), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(corun_task_cancelled(my->task));
    CHECK_EQ(corun_task_cancelling(my->task), 0);
    CHECK_TEXT(message_of(my->task), "by itself");
    corun_task_release(my->task);
    CORUN_END();
}

/* ------------------------------------------------------------------ messages */

/* T5: the one that reached the wait; else the last */
TEST_LOOP(the_message_is_the_one_that_was_delivered, (corun_task *task; char text[8];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    strcpy(my->text, "first");
    corun_task_cancel(my->task, my->text);
    my->text[0] = 'X'; /* it was copied */
    corun_task_cancel(my->task, "second");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_TEXT(message_of(my->task), "first");
    corun_task_release(my->task);
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->task), 0);
    corun_task_cancel(my->task, "first");
    corun_task_cancel(my->task, "second");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_TEXT(message_of(my->task), "second");
    corun_task_release(my->task);
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->task), 0);
    corun_task_cancel(my->task, "first");
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK(message_of(my->task) == NULL);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(join_it, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    CORUN_END();
}

/* T8 */
TEST_LOOP(a_message_travels_through_joins, (corun_task *tasks[4]; int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->tasks[0]), 0);
    for (my->n = 1; my->n < 4; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .task = my->tasks[my->n - 1]), &my->tasks[my->n]), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->tasks[3], "enough"), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[3]));
    for (my->n = 0; my->n < 4; my->n++) {
        CHECK(corun_task_cancelled(my->tasks[my->n]));
        CHECK_EQ(corun_task_cancelling(my->tasks[my->n]), 1);
        CHECK_TEXT(message_of(my->tasks[my->n]), "enough");
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

/* -------------------------------------------------------------------- inner */

CORUN_ASYNC(swallow, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    CORUN_RETURN(.i = 6);
    CORUN_END();
}

CORUN_ASYNC(join_and_go_on, (corun_task *task; corun_future *future;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    test_log_number(CORUN_RESULT().i);
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_AWAIT(corun_yield()); /* nothing is due any more */
    if (my->future)
        CORUN_AWAIT(corun_wait_future(my->future));
    CORUN_RETURN(.i = 7);
    CORUN_END();
}

/* T8 */
TEST_LOOP(an_inner_task_may_swallow_it_and_the_outer_goes_on, (corun_task *inner; corun_task *outer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(swallow), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_and_go_on, .task = my->inner), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->outer, "unheard");
    CORUN_AWAIT(corun_join(my->outer));
    CHECK_EQ(CORUN_RESULT().i, 7);
    CHECK_LOG("6 1");
    corun_task_release(my->inner);
    corun_task_release(my->outer);
    CORUN_END();
}

/* T5 T8: a message that was swallowed does not turn up at another cancellation */
TEST_LOOP(a_swallowed_message_is_forgotten, (corun_task *inner; corun_task *outer; corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(swallow), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_and_go_on, .task = my->inner, .future = my->future), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->outer, "unheard");
    CORUN_AWAIT(corun_join(my->inner));
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    corun_future_cancel(my->future, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(message_of(my->outer) == NULL);
    CHECK_LOG("6 1");
    corun_task_release(my->inner);
    corun_task_release(my->outer);
    corun_future_release(my->future);
    CORUN_END();
}

/* ------------------------------------------------------------------- extremes */

enum { LONG_CHAIN = 10000 };

/* T8: without a C stack as deep as the chain */
TEST_LOOP(a_cancellation_travels_through_ten_thousand_joins, (corun_task **tasks; int n; int cancelled;)) {
    CORUN_BEGIN();
    my->tasks = malloc(LONG_CHAIN * sizeof(corun_task *));
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), &my->tasks[0]), 0);
    for (my->n = 1; my->n < LONG_CHAIN; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .task = my->tasks[my->n - 1]), &my->tasks[my->n]), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[LONG_CHAIN - 1], "all");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[LONG_CHAIN - 1]));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    for (my->n = 0; my->n < LONG_CHAIN; my->n++) {
        my->cancelled += corun_task_cancelled(my->tasks[my->n]);
        corun_task_release(my->tasks[my->n]);
    }
    CHECK_EQ(my->cancelled, LONG_CHAIN);
    free(my->tasks);
    CORUN_END();
}

CORUN_ASYNC(join_later, (corun_task **task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(*my->task));
    CORUN_END();
}

/* Two tasks that join each other can only be cancelled; close does that. */
TEST(tasks_that_join_in_a_circle_can_be_cancelled)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_task *tasks[3] = {NULL, NULL, NULL};
    for (int i = 0; i < 3; i++)
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(join_later, .task = &tasks[(i + 1) % 3]), &tasks[i]), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    for (int i = 0; i < 3; i++) {
        CHECK(corun_task_cancelled(tasks[i]));
        corun_task_release(tasks[i]);
    }
}

/* T8: nor does one that leads into such a circle, without being in it, pass a request on for ever. */
TEST_LOOP(a_request_into_a_circle_ends, (corun_task *tasks[3]; int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++) /* 0 joins 1, which joins 2, which joins 1 */
        CHECK_ERROR(corun_spawn(CORUN_CALL(join_later, .task = &my->tasks[my->n == 2 ? 1 : my->n + 1]), &my->tasks[my->n]), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[0]));
    for (my->n = 0; my->n < 3; my->n++) {
        CHECK(corun_task_cancelled(my->tasks[my->n]));
        CHECK_EQ(corun_task_cancelling(my->tasks[my->n]), 1);
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

CORUN_ASYNC(fail_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_RAISE(CORUN_USER);
    CORUN_END();
}

CORUN_ASYNC(fail_now, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(CORUN_USER);
    CORUN_END();
}

/* T2: cancelling silences the error that a task has, not one that it gets later */
TEST_LOOP(an_error_after_a_cancellation_is_reported, (corun_task *task;)) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_when_cancelled), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CORUN_AWAIT(corun_yield());
    corun_task_release(my->task);
    CHECK_LOG("[Task exception was never retrieved] CORUN_USER");
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_now), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->task, NULL), 0);
    corun_task_release(my->task);
    CHECK_LOG("");
    CORUN_END();
}
