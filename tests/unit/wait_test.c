/* Waiting: sleeps, for ever, and awaitables that a program writes itself. */
#include "test.h"

#include <errno.h>
#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

static void log_time(void)
{
    test_log_number((long long)(corun_loop_time(corun_current_loop()) * 1000));
}

static void log_word(void *word)
{
    test_log(word);
}

/* -------------------------------------------------------------------- sleeping */

CORUN_ASYNC(sleep_for, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    log_time();
    CORUN_END();
}

/* T14 L4 */
TEST(a_sleep_takes_its_time)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(sleep_for, .seconds = 0.25), NULL), 0);
    CHECK_ERROR(test_run_sim(CORUN_CALL(sleep_for, .seconds = 86400), NULL), 0);
    CHECK_LOG("250 86400000");
}

/* L4: rounded up, never early */
TEST(the_shortest_sleep_is_a_nanosecond)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1e-12), NULL, NULL), 0);
    CHECK(corun_loop_time(loop) > 0);
    CHECK(corun_loop_time(loop) < 2e-9);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* L3 */
TEST(nan_is_no_time_to_sleep)
{
    CHECK_ERROR(test_run_sim(corun_sleep(NAN), NULL), CORUN_INVALID_DELAY);
    CHECK_ERROR(test_run_sim(CORUN_CALL(sleep_for, .seconds = -NAN), NULL), CORUN_INVALID_DELAY);
}

CORUN_ASYNC(count_rounds, (int *rounds;), ()) {
    CORUN_BEGIN();
    for (;; ++*my->rounds)
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* T14: 0 and below are one round, without a timer */
TEST_LOOP(sleeping_zero_or_less_lets_others_run_once, (int rounds; int n; long made; corun_task *task;)) {
    static const double seconds[] = {0, -0.0, -1, -INFINITY};
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(count_rounds, .rounds = &my->rounds), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    my->made = test_allocations_made();
    for (my->n = 0; my->n < 4; my->n++) {
        CHECK_EQ(my->rounds, my->n);
        CORUN_AWAIT(corun_sleep(seconds[my->n]));
    }
    CHECK_EQ(my->rounds, 4);
    CHECK_EQ(test_allocations_made(), my->made);
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(sleep_and_say, (double seconds; const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    test_log(my->word);
    CORUN_END();
}

CORUN_ASYNC(expire_together, (), (corun_loop *loop; corun_task *task;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    CHECK_ERROR(corun_loop_call_later(my->loop, 1, log_word, "before", NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_and_say, .seconds = 1, .word = "sleeper"), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_loop_call_later(my->loop, 1, log_word, "after", NULL), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

/* L3 T14: the timer's own turn comes first, the sleeper's a round later */
TEST(a_sleeper_comes_after_callbacks_that_expire_with_it)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(expire_together), NULL), 0);
    CHECK_LOG("before after sleeper");
}

CORUN_ASYNC(sleep_in_order, (), (corun_task *tasks[4]; int n;)) {
    static const double seconds[] = {2, 1, 2, 1};
    static const char *const words[] = {"a", "b", "c", "d"};
    CORUN_BEGIN();
    for (my->n = 0; my->n < 4; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_and_say, .seconds = seconds[my->n], .word = words[my->n]),
                                &my->tasks[my->n]), 0);
    for (my->n = 0; my->n < 4; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

TEST(sleepers_wake_by_time_then_by_order)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(sleep_in_order), NULL), 0);
    CHECK_LOG("b d a c");
}

static corun_task *sleeper;

static void cancel_sleeper(void *unused)
{
    (void)unused;
    CHECK_EQ(corun_task_cancel(sleeper, NULL), 1);
}

CORUN_ASYNC(cancel_at, (double when;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_at(corun_current_loop(), my->when, cancel_sleeper, NULL, NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_and_say, .seconds = 1, .word = "slept"), &sleeper), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(sleeper));
    test_log(corun_error_name(CORUN_ERROR()));
    log_time();
    corun_task_release(sleeper);
    CORUN_END();
}

/* T6 T14: also one whose timer has expired, but who has not had its turn */
TEST(a_sleep_is_cancelled_with_its_timer)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(cancel_at, .when = 0.5), NULL), 0);
    CHECK_LOG("CORUN_CANCELLED 500");
    CHECK_ERROR(test_run_sim(CORUN_CALL(cancel_at, .when = 1), NULL), 0);
    CHECK_LOG("CORUN_CANCELLED 1000");
}

TEST_LOOP(sleeping_really_takes_time, (double began;)) {
    CORUN_BEGIN();
    my->began = corun_loop_time(corun_current_loop());
    CORUN_AWAIT(corun_sleep(0.02));
    CHECK(corun_loop_time(corun_current_loop()) >= my->began + 0.02);
    CORUN_END();
}

/* ------------------------------------------------------------- without an end */

/* 01: every task waits, and nothing can wake one */
TEST(waiting_for_nothing_is_a_deadlock)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_future *future = NULL;
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_wait_future(future), NULL, NULL), CORUN_DEADLOCK);
    CHECK(!corun_future_done(future));
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(INFINITY), NULL, NULL), CORUN_DEADLOCK);
    CHECK_ERROR(corun_runner_run(&runner, corun_forever(), NULL, NULL), CORUN_DEADLOCK);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK(corun_future_cancelled(future));
    corun_future_release(future);
}

static void run_until_interrupted(corun_awaitable main)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 1000), 0);
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), CORUN_INTERRUPTED);
    test_log_number((long long)corun_loop_time(loop));
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(waiting_without_end_ends_with_an_interrupt)
{
    run_until_interrupted(corun_forever());
    run_until_interrupted(corun_sleep(INFINITY));
    run_until_interrupted(corun_sleep(1e300));
    CHECK_LOG("1000 1000 1000");
}

CORUN_ASYNC(cancel_forever, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(corun_forever(), &my->task), 0);
    CORUN_AWAIT(corun_sleep(5));
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(my->task);
    CORUN_END();
}

TEST(forever_is_cancelled)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(cancel_forever), NULL), 0);
}
