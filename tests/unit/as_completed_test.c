/* corun_as_completed_*. asyncio W5. */
#include "endings.h"

#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(fail, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

static corun_task *spawn_give(int value, double seconds)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = value, .seconds = seconds), &task), 0);
    return task;
}

static long long value_of(corun_task *task)
{
    corun_value value = CORUN_VALUE(.i = -1);
    CHECK_ERROR(corun_task_result(task, &value), 0);
    return value.i;
}

/* AC-01 */
CORUN_ASYNC(in_order, (), (corun_as_completed all;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_as_completed_open(&my->all,
                                        CORUN_LIST(CORUN_CALL(give, .value = 'c', .seconds = 0.030),
                                                   CORUN_CALL(give, .value = 'a', .seconds = 0.010),
                                                   CORUN_CALL(give, .value = 'b', .seconds = 0.020)),
                                        INFINITY),
                0);
    while (corun_as_completed_left(&my->all) > 0) {
        CORUN_AWAIT(corun_as_completed_next(&my->all));
        test_log_number(value_of(CORUN_RESULT().p));
    }
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    CORUN_END();
}

TEST(they_come_in_the_order_in_which_they_end)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(in_order), NULL), 0);
    CHECK_LOG("97 98 99");
}

/* AC-01 */
CORUN_ASYNC(with_a_limit, (), (corun_as_completed all; corun_task *tasks[3]; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        my->tasks[my->i] = spawn_give(my->i, my->i == 1 ? 0.01 : 0.2);
    CHECK_ERROR(corun_as_completed_open(&my->all,
                                        CORUN_LIST(corun_join(my->tasks[0]), corun_join(my->tasks[1]),
                                                   corun_join(my->tasks[2]), corun_join(my->tasks[1])),
                                        0.05),
                0);
    CHECK_EQ(corun_as_completed_left(&my->all), 3); /* W5: the same twice is one */
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CHECK(CORUN_RESULT().p == my->tasks[1]); /* W5: the task itself */
    while (corun_as_completed_left(&my->all) > 0) {
        CORUN_CATCH_AWAIT(corun_as_completed_next(&my->all));
        test_log(corun_error_name(CORUN_ERROR()));
    }
    for (my->i = 0; my->i < 3; my->i++) {
        CORUN_AWAIT(corun_join(my->tasks[my->i])); /* not cancelled */
        CHECK_EQ(CORUN_RESULT().i, my->i);
        corun_task_release(my->tasks[my->i]);
    }
    CORUN_END();
}

TEST(what_is_late_is_a_timeout_each_time)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(with_a_limit), NULL), 0);
    CHECK_LOG("CORUN_TIMEOUT CORUN_TIMEOUT");
}

TEST_LOOP(errors_are_the_tasks_own, (corun_as_completed all; corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    corun_future_set(my->future, CORUN_VALUE(.i = 1));
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(CORUN_CALL(fail), corun_wait_future(my->future)), INFINITY), 0);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CHECK(CORUN_RESULT().p == my->future);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CHECK_ERROR(corun_task_result(CORUN_RESULT().p, NULL), MY_ERROR);
    corun_future_release(my->future);
    CORUN_END();
}

/* ------------------------------------------------------------- several, cancelled */

CORUN_ASYNC(takes_next, (corun_as_completed *all; const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_as_completed_next(my->all));
    test_log(my->word);
    test_log(CORUN_ERROR() ? corun_error_name(CORUN_ERROR()) : CORUN_RESULT().p ? "got" : "none");
    CORUN_END();
}

static void cancel_when_done(corun_task *task, void *argument)
{
    (void)task;
    corun_task_cancel(argument, NULL);
}

/* B76: who is cancelled, even when it has been woken, leaves its place to the next */
TEST_LOOP(a_cancelled_wait_loses_nothing, (corun_as_completed all; corun_task *task, *first, *second;)) {
    CORUN_BEGIN();
    my->task = spawn_give(1, 0.002);
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(corun_join(my->task)), INFINITY), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(takes_next, .all = &my->all, .word = "first"), &my->first), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(takes_next, .all = &my->all, .word = "second"), &my->second), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_add_done_callback(my->task, cancel_when_done, my->first); /* behind what has woken it */
    CORUN_AWAIT(corun_join(my->second));
    CHECK_LOG("first CORUN_CANCELLED second got");
    corun_task_release(my->task);
    corun_task_release(my->second);
    corun_task_release(my->first);
    CORUN_END();
}

static void cancel_and_take_back(corun_task *task, void *argument)
{
    (void)task;
    corun_task_cancel(argument, NULL);
    CHECK_EQ(corun_task_uncancel(argument), 0);
}

/* T6 T9: once it has been woken */
TEST_LOOP(a_cancellation_that_is_taken_back_leaves_it, (corun_as_completed all; corun_task *task, *first;)) {
    CORUN_BEGIN();
    my->task = spawn_give(1, 0.002);
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(corun_join(my->task)), INFINITY), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(takes_next, .all = &my->all, .word = "first"), &my->first), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_add_done_callback(my->task, cancel_and_take_back, my->first);
    CORUN_AWAIT(corun_join(my->first));
    CHECK_LOG("first got");
    corun_task_release(my->task);
    corun_task_release(my->first);
    CORUN_END();
}

TEST_LOOP(who_waits_for_more_than_there_is_gets_none, (corun_as_completed all; corun_task *task, *second;)) {
    CORUN_BEGIN();
    my->task = spawn_give(1, 0.002);
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(corun_join(my->task)), INFINITY), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(takes_next, .all = &my->all, .word = "first"), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(takes_next, .all = &my->all, .word = "second"), &my->second), 0);
    CORUN_AWAIT(corun_join(my->second));
    CHECK_LOG("first got second none");
    corun_task_release(my->second);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(closed_or_opened_anew_it_forgets, (corun_as_completed all; corun_task *task; int i;)) {
    CORUN_BEGIN();
    my->task = spawn_give(1, 0.005);
    for (my->i = 0; my->i < 3; my->i++)
        CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(corun_join(my->task), CORUN_CALL(give)), my->i), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(takes_next, .all = &my->all, .word = "one"), NULL), 0);
    CORUN_AWAIT(corun_yield());
    corun_as_completed_close(&my->all);
    corun_as_completed_close(&my->all);
    CHECK_EQ(corun_as_completed_left(&my->all), 0);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CHECK_LOG("one CORUN_CLOSED");
    CORUN_END();
}

TEST_LOOP(refusals, (corun_as_completed all, other; corun_awaitable none; long before;)) {
    CORUN_BEGIN();
    my->all = (corun_as_completed)CORUN_AS_COMPLETED_INIT;
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(CORUN_CALL(give)), NAN), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(CORUN_CALL(give), my->none), 1), CORUN_NOT_AWAITABLE);
    CORUN_AWAIT(corun_yield());
    my->before = test_allocations_in_use();
    CHECK_ERROR(corun_as_completed_open(&my->other, CORUN_LIST(my->none), 1), CORUN_NOT_AWAITABLE);
    CHECK_EQ(test_allocations_in_use(), my->before); /* it does not stay until the frame goes */
    CHECK_ERROR(corun_as_completed_open(&my->all, NULL, 0, 1), 0);
    CHECK_EQ(corun_as_completed_left(&my->all), 0);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CORUN_END();
}

CORUN_ASYNC(waits_behind_them, (), (corun_as_completed none, all;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_as_completed_open(&my->none, NULL, 0, 5), 0);
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(CORUN_CALL(give, .seconds = 1)), 5), 0);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

/* W5: with the last one its limit goes; nothing waits for that. */
TEST(a_limit_goes_with_the_last)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(waits_behind_them), NULL, NULL), CORUN_DEADLOCK);
    CHECK(corun_loop_time(loop) < 2);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void close_when_told(corun_loop *loop, const corun_report *report, void *all)
{
    (void)loop;
    test_log(report->message);
    corun_as_completed_close(all);
}

CORUN_ASYNC(is_closed_when_it_is_due, (), (corun_as_completed all; corun_task *task;)) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), close_when_told, &my->all);
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .seconds = 1), &my->task), 0);
    CORUN_AWAIT(corun_yield()); /* the sleep is due before the limit, in the same round */
    CHECK_ERROR(corun_as_completed_open(&my->all, CORUN_LIST(corun_join(my->task), CORUN_CALL(give, .seconds = 2)), 1), 0);
    corun_task_release(my->task);
    CORUN_CATCH_AWAIT(corun_as_completed_next(&my->all));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* What is late is forgotten, which reports the error of one that has just ended: that may run code. */
TEST(a_report_may_close_it_when_it_is_due)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(is_closed_when_it_is_due), NULL), 0);
    CHECK_LOG("Task exception was never retrieved CORUN_CLOSED");
}

TEST(it_needs_a_task)
{
    corun_as_completed all = CORUN_AS_COMPLETED_INIT;
    CHECK_ERROR(corun_as_completed_open(&all, NULL, 0, 1), CORUN_NO_TASK);
}

/* ----------------------------------------------------------------- nothing is left */

CORUN_ASYNC(some, (), (corun_as_completed all; int rc;)) {
    CORUN_BEGIN();
    my->rc = corun_as_completed_open(&my->all,
                                     CORUN_LIST(CORUN_CALL(give, .seconds = 1), CORUN_CALL(give, .seconds = 3), CORUN_CALL(give, .seconds = 1)), 2);
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    CHECK_EQ(corun_as_completed_left(&my->all), 3);
    while (corun_as_completed_left(&my->all) > 0)
        CORUN_CATCH_AWAIT(corun_as_completed_next(&my->all));
    CORUN_END();
}

TEST(interrupted_before_each_step)
{
    end_before_each_step(CORUN_CALL(some), 0, 1, 100);
}

TEST(closed_in_each_round)
{
    end_with_the_loop(CORUN_CALL(some), 1, 19);
}

TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_CALL(some), 0, 200);
}
