/* Interrupts: how they are counted, who hears of them, and what they do while a runner closes. */
#include "test.h"

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(swallow, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* B38 B28 */
TEST(interrupts_are_counted_anew_in_each_run)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    for (int i = 1; i <= 3; i++) {
        CHECK_ERROR(corun_sim_interrupt_at(loop, i), 0);
        CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(swallow), NULL, NULL), 0);
        CHECK_LOG("CORUN_CANCELLED");
    }
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B52: between runs it is the process's own affair */
TEST(outside_of_a_run_nobody_takes_interrupts)
{
    corun_runner runner;
    test_open_sim(&runner);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_NOBODY);
    CHECK(!corun_interrupted());
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_NOBODY);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_NOBODY);
}

CORUN_ASYNC(ask, (), ()) {
    CORUN_BEGIN();
    CHECK(!corun_interrupted());
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    CHECK(corun_interrupted());
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 1);
    CORUN_CATCH_ALL_AWAIT(corun_yield());
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_interrupted());
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* where Corun decides: a long computation may ask */
TEST(a_computation_can_ask_whether_it_was_interrupted)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(ask), &value), 0);
    CHECK_EQ(value.i, 1);
}

CORUN_ASYNC(see_the_count_at_once, (), ()) {
    CORUN_BEGIN();
    corun_interrupt();
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 1);
    CHECK_EQ(corun_task_uncancel(corun_current_task()), 0);
    CORUN_AWAIT(corun_yield()); /* T4: taken back before it was delivered */
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

CORUN_ASYNC(uncancel_without_asking, (), ()) {
    CORUN_BEGIN();
    corun_interrupt();
    CHECK_EQ(corun_task_uncancel(corun_current_task()), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 2);
    CORUN_END();
}

TEST(cancelling_and_uncancel_see_an_interrupt_at_once)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(see_the_count_at_once), &value), 0);
    CHECK_EQ(value.i, 1);
    CHECK_ERROR(test_run_sim(CORUN_CALL(uncancel_without_asking), &value), 0);
    CHECK_EQ(value.i, 2);
}

CORUN_ASYNC(stuck, (), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_STUCK);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_STUCK);
    CORUN_END();
}

CORUN_ASYNC(not_stuck, (), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    CORUN_CATCH_ALL_AWAIT(corun_yield());
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_STUCK);
    CORUN_END();
}

TEST(a_step_that_runs_ever_since_the_first_is_stuck)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(stuck), NULL), CORUN_INTERRUPTED);
    CHECK_ERROR(test_run_sim(CORUN_CALL(not_stuck), NULL), CORUN_INTERRUPTED);
}

/* ------------------------------------------------------------------ in close */

CORUN_ASYNC(refuse_to_die, (), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(1));
        test_log(corun_error_name(CORUN_ERROR()));
    }
    CORUN_END();
}

CORUN_DROP(refuse_to_die) {
    (void)my;
    test_log("dropped");
}

CORUN_ASYNC(leave_one_behind, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(refuse_to_die), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 6);
    CORUN_END();
}

/* B51 */
TEST(an_interrupt_during_close_abandons_what_is_left)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_value value = CORUN_VALUE();
    test_log_reports(loop);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 1.5), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_one_behind), NULL, &value), 0);
    CHECK_EQ(value.i, 6);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_INTERRUPTED);
    CHECK_LOG("CORUN_CANCELLED OK [Task was destroyed but it is pending!] dropped");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), CORUN_CLOSED);
}

CORUN_ASYNC(refuse_and_wait, (), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
        test_log_number((long long)corun_loop_time(corun_current_loop()));
    }
    CORUN_END();
}

/* B51: the way out of a main that refuses to die */
TEST(the_third_interrupt_gets_out_of_anything)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    test_log_reports(loop);
    for (int i = 1; i <= 3; i++)
        CHECK_ERROR(corun_sim_interrupt_at(loop, i), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(refuse_and_wait), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("1");
    CHECK_ERROR(corun_runner_close(&runner), CORUN_INTERRUPTED);
    CHECK_LOG("2 [Task was destroyed but it is pending!]");
}

static int corun_loop_sim_interrupted(corun_loop **out_loop)
{
    int rc = corun_loop_sim(out_loop);
    if (rc == 0)
        CHECK_ERROR(corun_sim_interrupt_at(*out_loop, 1.5), 0);
    return rc;
}

/* B51: as of run itself; main's result is not given then */
TEST(run_gives_the_interrupt_of_its_close)
{
    corun_run_options options = {.loop_factory = corun_loop_sim_interrupted};
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_run(CORUN_CALL(leave_one_behind), &options, &value), CORUN_INTERRUPTED);
    CHECK_EQ(value.tag, CORUN_NO_VALUE);
    CHECK_LOG("CORUN_CANCELLED OK dropped");
}

/* ------------------------------------------------------------- started runs */

static void note_done(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    (void)runner, (void)value, (void)argument;
    test_log(corun_error_name(error));
}

/* What a page's abort button does. */
TEST(a_started_run_is_interrupted_between_turns)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_start(&runner, corun_sleep(5), NULL, note_done, NULL), 0);
    while (corun_loop_turn(loop, 0) == 0)
        continue;
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    while (corun_loop_turn(loop, 0) == 0)
        continue;
    CHECK_LOG("CORUN_INTERRUPTED");
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_NOBODY);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}
