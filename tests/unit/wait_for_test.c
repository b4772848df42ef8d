/* CORUN_WAIT_FOR, and calls that are kept. asyncio W1. */
#include "endings.h"

#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

static corun_task *me(void)
{
    return corun_current_task();
}

CORUN_ASYNC(tell_task, (corun_task **out;), ()) {
    CORUN_BEGIN();
    *my->out = me();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 5);
    CORUN_END();
}

/* WF-01, W1 */
TEST_LOOP(it_runs_in_the_callers_task, (corun_task *seen;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(tell_task, .out = &my->seen), 1));
    CHECK(my->seen == me());
    CHECK_EQ(CORUN_RESULT().i, 5);
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(tell_task, .out = &my->seen), INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 5);
    CORUN_END();
}

/* When it is cancelled, it takes `cleanup` and ends as `how` says. */
enum { PASS_ON, RETURN_42, RAISE };

CORUN_ASYNC(inner, (double seconds, cleanup; int how;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(my->seconds));
    if (CORUN_ERROR())
        test_log("cancelled");
    if (my->cleanup > 0)
        CORUN_AWAIT(corun_sleep(my->cleanup));
    if (my->how == RAISE)
        CORUN_RAISE(MY_ERROR);
    if (my->how == PASS_ON)
        CORUN_RAISE(CORUN_CANCELLED);
    CORUN_RETURN(.i = 42);
    CORUN_END();
}

CORUN_ASYNC(measure, (), (double began;)) {
    CORUN_BEGIN();
    my->began = corun_loop_time(corun_current_loop());
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 10, .cleanup = 0.1), 0.05));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK(fabs(corun_loop_time(corun_current_loop()) - my->began - 0.15) < 1e-6);
    CORUN_END();
}

/* WF-02 */
TEST(it_waits_for_the_cleanup)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(measure), NULL), 0);
    CHECK_LOG("cancelled");
}

TEST_LOOP(a_value_or_an_error_of_the_inner_stands, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 10, .how = RETURN_42), 0.001));
    CHECK_EQ(CORUN_RESULT().i, 42);
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 10, .how = RAISE), 0.001));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CHECK_LOG("cancelled cancelled");
    CORUN_END();
}

/* SIG-28 */
TEST(an_interrupt_that_the_inner_suppresses)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_value value = CORUN_VALUE();
    corun_sim_interrupt_at(test_open_sim(&runner), 0.5);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 10, .how = RETURN_42), 2), NULL, &value), 0);
    CHECK_EQ(value.i, 42);
    corun_runner_close(&runner);
}

CORUN_ASYNC(owns, (const char *word;), ()) {
    CORUN_BEGIN();
    test_log("began");
    CORUN_CATCH_ALL_AWAIT(corun_sleep(1));
    CORUN_END();
}
CORUN_DROP(owns) { test_log(my->word); }

/* W1: without time, a call never begins */
TEST_LOOP(without_time, (corun_task *task; corun_future *future;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(owns, .word = "dropped"), 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_LOG("dropped");
    CHECK_ERROR(corun_spawn(CORUN_CALL(inner, .seconds = 10, .how = RETURN_42), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(CORUN_WAIT_FOR(corun_join(my->task), -1)); /* it suppressed that */
    CHECK_EQ(CORUN_RESULT().i, 42);
    CORUN_AWAIT(CORUN_WAIT_FOR(corun_join(my->task), 0)); /* done */
    CHECK_EQ(CORUN_RESULT().i, 42);
    corun_task_release(my->task);
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(corun_wait_future(my->future), 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK(corun_future_cancelled(my->future));
    corun_future_release(my->future);
    CHECK_LOG("cancelled");
    CORUN_END();
}

CORUN_ASYNC(no_time_for, (double cleanup;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 10, .cleanup = my->cleanup), 0.002));
    CORUN_END();
}

/* A cancellation from outside is passed on, and stays one. */
TEST_LOOP(cancelled_from_outside, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(no_time_for, .cleanup = 0.02), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancelling(my->task), 1);
    corun_task_release(my->task);
    CHECK_LOG("cancelled");
    CORUN_END();
}

/* Without a future it waits for a call. */
CORUN_ASYNC(cancelled_without_time, (corun_future *future;), ()) {
    CORUN_BEGIN();
    corun_task_cancel(me(), NULL);
    if (my->future)
        CORUN_CATCH_ALL_AWAIT(CORUN_WAIT_FOR(corun_wait_future(my->future), 0));
    else
        CORUN_CATCH_ALL_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 10), 0));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_CATCH_ALL_AWAIT(corun_yield());
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* What was on its way when the wait began is not taken for its end, and is delivered once. */
TEST_LOOP(cancelled_before_without_time, (corun_task *task; corun_future *future; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    for (my->i = 0; my->i < 3; my->i++) { /* a call; a future; one that is cancelled, for which nobody waits */
        corun_spawn(CORUN_CALL(cancelled_without_time, .future = my->i > 0 ? my->future : NULL), &my->task);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK_EQ(corun_task_cancelling(my->task), 1);
        corun_task_release(my->task);
        CHECK_LOG(my->i < 2 ? "CORUN_CANCELLED OK" : "CORUN_CANCELLED CORUN_CANCELLED");
    }
    CORUN_CATCH_ALL_AWAIT(CORUN_WAIT_FOR(corun_wait_future(my->future), 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED); /* its own, not a timeout */
    corun_future_release(my->future);
    CORUN_END();
}

TEST_LOOP(its_limit_is_a_number, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(owns, .word = "dropped"), NAN));
    CHECK_ERROR(CORUN_ERROR(), CORUN_INVALID_DELAY);
    CHECK_LOG("dropped");
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(((corun_awaitable){.type = NULL}), 1));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_AWAITABLE);
    CORUN_END();
}

/* ------------------------------------------------------------ later than their block */

CORUN_ASYNC(add, (int a, b;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->a + my->b);
    CORUN_END();
}

static __attribute__((noinline)) int spawn_nested(corun_task **out_task)
{
    return corun_spawn(CORUN_WAIT_FOR(CORUN_SHIELD(CORUN_CALL(add, .a = 1, .b = 2)), 1), out_task);
}

static __attribute__((noinline)) void write_over_the_stack(void)
{
    volatile char waste[1024];
    for (size_t i = 0; i < sizeof waste; i++)
        waste[i] = 0x55;
}

TEST_LOOP(spawned_what_it_was_given_is_copied, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_nested(&my->task), 0);
    write_over_the_stack();
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(CORUN_RESULT().i, 3);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(spawned_and_cancelled_before_it_begins_it_is_dropped, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_WAIT_FOR(CORUN_CALL(owns, .word = "dropped"), 1), &my->task), 0);
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("dropped");
    corun_task_release(my->task);
    CORUN_END();
}

static __attribute__((noinline)) int keep_add(corun_awaitable *out_kept)
{
    return corun_call_keep(CORUN_CALL(add, .a = 20, .b = 3), out_kept);
}

TEST_LOOP(a_kept_call_runs_as_often_as_one_likes, (corun_awaitable kept; corun_task *task; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(keep_add(&my->kept), 0);
    write_over_the_stack();
    for (my->i = 0; my->i < 3; my->i++) {
        CORUN_AWAIT(my->kept);
        CHECK_EQ(CORUN_RESULT().i, 23);
    }
    CHECK_ERROR(corun_spawn(my->kept, &my->task), 0);
    CORUN_AWAIT(CORUN_WAIT_FOR(my->kept, 1));
    CHECK_EQ(CORUN_RESULT().i, 23);
    corun_call_free(my->kept);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(CORUN_RESULT().i, 23);
    corun_task_release(my->task);
    CHECK_ERROR(corun_call_keep(corun_sleep(0.001), &my->kept), 0); /* a plain value */
    CORUN_AWAIT(my->kept);
    corun_call_free(my->kept);
    CHECK_ERROR(corun_call_keep((corun_awaitable){.type = NULL}, &my->kept), CORUN_NOT_AWAITABLE);
    corun_call_free((corun_awaitable){.type = NULL});
    CORUN_END();
}

/* ---------------------------------------------------------------- whatever happens when */

CORUN_ASYNC(all_kinds, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(add, .a = 1), 1));
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 2, .cleanup = 0.1), 1));
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 2), 0));
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 2), 1), 1));
    CORUN_FINALLY();
    CORUN_END();
}

TEST(interrupted_before_each_step)
{
    end_before_each_step(CORUN_CALL(all_kinds), 0, 1, 100);
}

TEST(closed_in_each_round)
{
    end_with_the_loop(CORUN_WAIT_FOR(CORUN_CALL(all_kinds), 100), 0, 19);
}

TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_WAIT_FOR(CORUN_CALL(inner, .seconds = 2, .cleanup = 0.1), 1), CORUN_TIMEOUT, 200);
}
