/* Interrupts: the first cancels main, the second ends the run; which of the two a run ends with. */
#include "test.h"

enum { MY_ERROR = CORUN_USER - 1 };

/* Runs `main` on a sim loop that interrupts at these times; 0: not. */
static int run_interrupted_at(corun_awaitable main, double first, double second, corun_value *out_value)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    int error, close_error;
    if (first > 0)
        CHECK_ERROR(corun_sim_interrupt_at(loop, first), 0);
    if (second > 0)
        CHECK_ERROR(corun_sim_interrupt_at(loop, second), 0);
    error = corun_runner_run(&runner, main, NULL, out_value);
    test_log("closing");
    close_error = corun_runner_close(&runner);
    CHECK_ERROR(close_error, 0);
    return error;
}

static void log_time(void)
{
    test_log_number((long long)(corun_loop_time(corun_current_loop()) * 10));
}

static void log_word(void *word)
{
    test_log(word);
}

static void interrupt_now(void *unused)
{
    (void)unused;
    corun_interrupt();
}

/* -------------------------------------------------------------- the first one */

CORUN_ASYNC(wait_long, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_AWAIT(corun_sleep(1)); /* cleanup takes its time */
    log_time();
    CORUN_END();
}

/* B39 B40 */
TEST(an_interrupt_cancels_a_main_that_waits)
{
    corun_value value = CORUN_VALUE(.i = 1);
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(wait_long), 2.5, 0, &value), CORUN_INTERRUPTED);
    CHECK_LOG("CORUN_CANCELLED 1 35 closing");
    CHECK_EQ(value.i, 1);
}

CORUN_ASYNC(yield_on, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (;;)
        CORUN_AWAIT(corun_yield());
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

/* B39, interrupt_call_soon */
TEST(an_interrupt_cancels_a_main_that_yields)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_before_step(loop, 1000), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(yield_on), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("CORUN_CANCELLED");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(wait_for_future, (), (corun_future *future;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    CORUN_AWAIT(corun_wait_future(my->future));
    CORUN_FINALLY();
    CHECK(corun_future_cancelled(my->future));
    corun_future_release(my->future);
    CORUN_END();
}

/* interrupt_wait */
TEST(an_interrupt_cancels_the_future_that_main_waits_for)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(wait_for_future), 0.1, 0, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("closing");
}

/* T4: an interrupt before main has begun */
TEST(an_interrupt_before_the_first_step)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_before_step(loop, 1), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(wait_long), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(wait_with_a_callback, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_later(corun_current_loop(), 1, log_word, "callback", NULL), 0);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(5));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_RAISE(CORUN_CANCELLED);
    CORUN_END();
}

/* B40 */
TEST(what_was_ready_runs_before_main_is_told)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(wait_with_a_callback), 1, 0, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("callback CORUN_CANCELLED closing");
}

/* -------------------------------------------------------------- main executing */

CORUN_ASYNC(interrupted_while_running, (int how; int times;), (corun_future *done; int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->times; my->n++)
        corun_interrupt();
    if (my->how == 1)
        CORUN_RAISE(MY_ERROR);
    if (my->how == 2) { /* B42: this does not suspend */
        CHECK_ERROR(corun_future_create(NULL, &my->done), 0);
        CHECK_ERROR(corun_future_set(my->done, CORUN_VALUE(.i = 1)), 0);
        CORUN_CATCH_ALL_AWAIT(corun_wait_future(my->done));
        test_log(corun_error_name(CORUN_ERROR()));
        corun_future_release(my->done);
        CORUN_CATCH_ALL_AWAIT(corun_yield());
        test_log(corun_error_name(CORUN_ERROR()));
    }
    CORUN_RETURN(.i = 5);
    CORUN_END();
}

static int run_how(int how, int times, corun_value *out_value)
{
    return test_run_sim(CORUN_CALL(interrupted_while_running, .how = how, .times = times), out_value);
}

/* B41 B46 */
TEST(a_result_after_an_interrupt_is_lost)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(run_how(0, 1, &value), CORUN_INTERRUPTED);
    CHECK_ERROR(run_how(0, 2, &value), CORUN_INTERRUPTED);
    CHECK_ERROR(run_how(0, 3, &value), CORUN_INTERRUPTED);
    CHECK_EQ(value.tag, CORUN_NO_VALUE);
}

/* B41 */
TEST(an_error_of_mains_own_wins)
{
    CHECK_ERROR(run_how(1, 1, NULL), MY_ERROR);
}

/* B42 B49 */
TEST(an_await_that_does_not_suspend_tells_nothing)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(run_how(2, 1, &value), 0);
    CHECK_EQ(value.i, 5);
    CHECK_LOG("OK CORUN_CANCELLED");
}

/* -------------------------------------------------------------- swallowed */

CORUN_ASYNC(swallow, (int then;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log(corun_error_name(CORUN_ERROR()));
    if (my->then == 1)
        CORUN_RAISE(MY_ERROR);
    if (my->then == 2)
        corun_task_uncancel(corun_current_task());
    if (my->then >= 2) {
        corun_task_cancel(corun_current_task(), NULL);
        CORUN_AWAIT(corun_yield());
    }
    CORUN_RETURN(.i = 7);
    CORUN_END();
}

/* B49 */
TEST(a_main_that_swallows_the_interrupt_returns)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(swallow), 1, 0, &value), 0);
    CHECK_EQ(value.i, 7);
    CHECK_LOG("CORUN_CANCELLED closing");
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(swallow, .then = 1), 1, 0, &value), MY_ERROR);
    CHECK_LOG("CORUN_CANCELLED closing");
}

/* ---------------------------------------------- interrupted, or merely cancelled */

/* B48: swallowed, then cancelled by somebody: it was that; with an uncancel in between it was the interrupt. */
TEST(a_later_cancellation_is_not_the_interrupt)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(swallow, .then = 3), 1, 0, NULL), CORUN_CANCELLED);
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(swallow, .then = 2), 1, 0, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("CORUN_CANCELLED closing CORUN_CANCELLED closing");
}

CORUN_ASYNC(uncancel_and_pass_on, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CHECK_EQ(corun_task_uncancel(corun_current_task()), 0);
    CORUN_END();
}

/* B48 */
TEST(uncancel_in_the_cleanup_leaves_it_an_interrupt)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(uncancel_and_pass_on), 1, 0, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("closing");
}

CORUN_ASYNC(cancel_it, (corun_task *task;), ()) {
    CORUN_BEGIN();
    corun_task_cancel(my->task, NULL);
    corun_interrupt();
    CORUN_END();
}

CORUN_ASYNC(cancelled_and_interrupted, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_it, .task = corun_current_task()), NULL), 0);
    CORUN_AWAIT(corun_sleep(10));
    CORUN_END();
}

/* B48, interrupt_cancelled_task */
TEST(a_main_that_was_cancelled_already_ends_cancelled)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(cancelled_and_interrupted), 0, 0, NULL), CORUN_CANCELLED);
    CHECK_LOG("closing");
}

/* B23 */
TEST(cancelled_without_an_interrupt_is_cancelled)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(swallow, .then = 3), 0, 0, NULL), CORUN_CANCELLED);
    CHECK_LOG("OK closing");
}

/* -------------------------------------------------------------- through a join */

CORUN_ASYNC(inner, (bool swallows;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log(corun_error_name(CORUN_ERROR()));
    if (!my->swallows)
        CORUN_RAISE(CORUN_CANCELLED);
    CORUN_RETURN(.i = 4);
    CORUN_END();
}

CORUN_ASYNC(join_inner, (bool swallows;), (corun_task *task; int value;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(inner, .swallows = my->swallows), &my->task), 0);
    CORUN_AWAIT_TO(my->value, i, corun_join(my->task));
    CORUN_RETURN(.i = my->value);
    CORUN_FINALLY();
    corun_task_release(my->task);
    CORUN_END();
}

/* B50 */
TEST(an_interrupt_goes_on_to_the_task_that_main_joins)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(join_inner), 1, 0, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("CORUN_CANCELLED closing");
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(join_inner, .swallows = true), 1, 0, &value), 0);
    CHECK_EQ(value.i, 4);
    CHECK_LOG("CORUN_CANCELLED closing");
}

/* -------------------------------------------------------------- the second one */

CORUN_ASYNC(swallow_and_wait, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    log_time();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log(corun_error_name(CORUN_ERROR()));
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* B43 B44 */
TEST(the_second_interrupt_ends_the_run_and_close_cancels_main)
{
    CHECK_ERROR(run_interrupted_at(CORUN_CALL(swallow_and_wait), 1, 2, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("10 closing CORUN_CANCELLED 2");
}

CORUN_ASYNC(interrupt_twice, (), ()) {
    CORUN_BEGIN();
    corun_interrupt();
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    test_log("second");
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_word, "not reached", NULL), 0);
    corun_interrupt();
    CORUN_AWAIT(corun_yield());
    test_log("not reached either");
    CORUN_END();
}

CORUN_ASYNC(main_with_a_twice_interrupter, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(interrupt_twice), NULL), 0);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    test_log("first");
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

/* B43 B45: before the next step; what is ready stays queued, and goes with the loop or runs in close */
TEST(the_second_interrupt_stops_a_busy_run_before_the_next_step)
{
    corun_runner runner;
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(main_with_a_twice_interrupter), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("first second");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("not reached CORUN_CANCELLED");
}

CORUN_ASYNC(return_before_a_callback, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), interrupt_now, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_word, "next", NULL), 0);
    CORUN_RETURN(.i = 3);
    CORUN_END();
}

CORUN_ASYNC(clean_up_slowly, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(1));
    test_log("clean");
    CORUN_END();
}

/* B47: and main's callback, still queued, does not stop what comes after */
TEST(an_interrupt_after_main_is_done_ends_the_run)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(clean_up_slowly), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(return_before_a_callback), NULL, &value), CORUN_INTERRUPTED);
    CHECK_EQ(value.tag, CORUN_NO_VALUE);
    CHECK_LOG("");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("next clean");
}
