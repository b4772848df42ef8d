/* The runner's rounds: the extra one, how a run is left early, what the next run finds, started runs. */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(give_later, (int value;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

static void log_word(void *word)
{
    test_log(word);
}

/* -------------------------------------------------------- the extra iteration */

CORUN_ASYNC(grandchild, (), ()) {
    CORUN_BEGIN();
    test_log("grandchild");
    CORUN_END();
}

CORUN_ASYNC(child, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    test_log("child");
    CHECK_ERROR(corun_spawn(CORUN_CALL(grandchild), NULL), 0);
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(spawn_and_return, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(child), NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_word, "callback", NULL), 0);
    test_log("main");
    CORUN_END();
}

/* B30 */
TEST(what_main_made_ready_gets_one_more_turn)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(spawn_and_return), NULL), 0);
    CHECK_LOG("main child callback CORUN_CANCELLED");
}

static int rounds;

static void count_round(void *loop)
{
    rounds++;
    CHECK_ERROR(corun_loop_call_soon(loop, count_round, loop, NULL), 0);
}

CORUN_ASYNC(await_task, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(nothing), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(wait_for_task, (), (corun_task *task; corun_awaitable joins[1];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(nothing), &my->task), 0);
    my->joins[0] = corun_join(my->task);
    CORUN_AWAIT(corun_wait(my->joins, 1, CORUN_ALL_COMPLETED, 100));
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(shield_call, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(CORUN_CALL(nothing)));
    CORUN_END();
}

static int rounds_of(corun_awaitable main)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    int taken;
    rounds = 0;
    CHECK_ERROR(corun_loop_call_soon(loop, count_round, loop, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
    taken = rounds;
    CHECK_ERROR(corun_runner_close(&runner), 0); /* which runs some more */
    return taken;
}

/* L10 B30 */
TEST(runs_take_as_many_rounds_as_in_asyncio)
{
    CHECK_EQ(rounds_of(CORUN_CALL(nothing)), 2);
    CHECK_EQ(rounds_of(corun_sleep(0)), 3);
    CHECK_EQ(rounds_of(CORUN_CALL(await_task)), 4);
    CHECK_EQ(rounds_of(CORUN_CALL(wait_for_task)), 5);
    CHECK_EQ(rounds_of(CORUN_CALL(shield_call)), 5); /* gather, groups and wait_for: LOOP-11 */
}

/* --------------------------------------------------------------- stop, close */

CORUN_ASYNC(stop_then_go_on, (int yields;), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_loop_stop(corun_current_loop());
    for (my->n = 0; my->n < my->yields; my->n++)
        CORUN_AWAIT(corun_yield());
    CORUN_FINALLY();
    test_log(CORUN_EXIT_ERROR() ? corun_error_name(CORUN_EXIT_ERROR()) : "done");
    CORUN_END();
}

/* B25 */
TEST(stop_before_main_is_done_ends_the_run)
{
    corun_runner runner;
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(stop_then_go_on, .yields = 1), NULL, NULL), CORUN_STOPPED);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(stop_then_go_on, .yields = 5), NULL, NULL), CORUN_STOPPED);
    CHECK_LOG("done"); /* the first one's rest, in the second run */
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("CORUN_CANCELLED");
}

CORUN_ASYNC(stop_and_return, (), ()) {
    CORUN_BEGIN();
    corun_loop_stop(corun_current_loop());
    CORUN_RETURN(.i = 4);
    CORUN_END();
}

/* B25: main is done in that very round, its result is there */
TEST(stop_in_mains_last_step_is_no_error)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(stop_and_return), &value), 0);
    CHECK_EQ(value.i, 4);
}

CORUN_ASYNC(close_loop, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_close(corun_current_loop()), CORUN_RUNNING);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 9);
    CORUN_END();
}

/* B26 */
TEST(a_running_loop_cannot_be_closed)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(close_loop), &value), 0);
    CHECK_EQ(value.i, 9);
}

CORUN_ASYNC(sleeper, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    test_log("sleeper");
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(close_runner, (corun_runner *runner;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleeper), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_runner_close(my->runner), CORUN_RUNNING);
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 1);
    CORUN_AWAIT(corun_sleep(1));
    test_log("not reached");
    CORUN_END();
}

/* B66 */
TEST(close_inside_the_run_cancels_everything_and_closes_nothing)
{
    corun_runner runner;
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(close_runner, .runner = &runner), NULL, NULL),
                CORUN_CANCELLED);
    CHECK_LOG("sleeper CORUN_CANCELLED");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(close_other, (corun_runner *other;), (corun_loop *loop;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_runner_close(my->other), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_loop(my->other, &my->loop), CORUN_CLOSED);
    CORUN_END();
}

/* B66 */
TEST(close_inside_another_run_abandons)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(sleeper), NULL), 0);
    CHECK_ERROR(test_run_sim(CORUN_CALL(close_other, .other = &runner), NULL), 0);
    CHECK_LOG("[Task was destroyed but it is pending!]");
}

/* ------------------------------------------------------ what the next run finds */

CORUN_ASYNC(background, (), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (my->n = 1;; my->n++) {
        test_log_number(my->n);
        CORUN_AWAIT(corun_sleep(1));
    }
    CORUN_FINALLY();
    test_log("gone");
    CORUN_END();
}

CORUN_ASYNC(spawn_background, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(background), NULL), 0);
    CORUN_AWAIT(corun_sleep(0.5));
    CORUN_END();
}

/* B24 */
TEST(a_task_that_is_left_goes_on_in_the_next_run)
{
    corun_runner runner;
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(spawn_background), NULL, NULL), 0);
    CHECK_LOG("1");
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(2), NULL, NULL), 0);
    CHECK_LOG("2 3");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("gone");
}

CORUN_ASYNC(exit_with, (int status;), ()) {
    CORUN_BEGIN();
    CORUN_EXIT(my->status);
    CORUN_END();
}

CORUN_ASYNC(exit_by_a_child, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(exit_with, .status = 5), NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_word, "later", NULL), 0);
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

/* B32 T10 */
TEST(exit_leaves_the_loop_at_once_and_keeps_what_is_ready)
{
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(exit_by_a_child), NULL, &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 5);
    CHECK_LOG("");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0); /* B28 */
    CHECK_LOG("later");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("CORUN_CANCELLED");
}

/* B32: main's callback is still queued, and must not stop the next run */
TEST(a_main_that_exits_does_not_stop_the_next_run)
{
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(exit_with, .status = 1), NULL, NULL), CORUN_SYSTEM_EXIT);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(give_later, .value = 2), NULL, &value), 0);
    CHECK_EQ(value.i, 2);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(stop_and_sleep, (double seconds;), ()) {
    CORUN_BEGIN();
    corun_loop_stop(corun_current_loop());
    CORUN_AWAIT(corun_sleep(my->seconds));
    test_log("stale");
    CORUN_END();
}

/* B33 */
TEST(a_main_that_was_left_does_not_stop_a_later_run)
{
    corun_runner runner;
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(stop_and_sleep, .seconds = 1), NULL, NULL), CORUN_STOPPED);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(5), NULL, NULL), 0);
    CHECK_LOG("stale");
    CHECK_ERROR(corun_runner_close(&runner), 0);
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

CORUN_ASYNC(stop_with_a_child, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(clean_up_slowly), NULL), 0);
    CORUN_AWAIT(corun_yield());
    corun_loop_stop(corun_current_loop());
    CORUN_AWAIT(corun_sleep(100));
    CORUN_END();
}

/* B33 B60 */
TEST(a_main_that_was_left_does_not_stop_the_close)
{
    corun_runner runner;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(stop_with_a_child), NULL, NULL), CORUN_STOPPED);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("clean");
}

/* ------------------------------------------------------------- started runs */

static void note_done(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    (void)runner;
    test_log(argument);
    test_log(corun_error_name(error));
    if (error == 0)
        test_log_number(value->i);
}

/* Until the run has ended. Time stands still: nobody waits. */
static int64_t turn_until_idle(corun_loop *loop)
{
    int64_t next;
    do
        next = corun_loop_turn(loop, 0);
    while (next == 0);
    return next;
}

TEST(a_started_run_goes_on_in_turns)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(give_later, .value = 3), NULL, note_done, "run"), 0);
    CHECK_LOG("");
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(nothing), NULL, NULL, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_RUNNING); /* and it goes on */
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_LOG("run OK 3");
    CHECK_ERROR(corun_runner_close_start(&runner, note_done, "close"), 0);
    CHECK_LOG("close OK 0");
    CHECK_ERROR(corun_runner_close_start(&runner, note_done, "again"), 0);
    CHECK_LOG("again OK 0");
}

TEST(a_turn_tells_when_the_next_timer_is_due)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_future *future = NULL;
    CHECK_EQ(corun_loop_turn(loop, 0), -1);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_runner_start(&runner, corun_wait_future(future), NULL, note_done, "run"), 0);
    CHECK_EQ(turn_until_idle(loop), -1);
    CHECK_ERROR(corun_loop_call_later(loop, 2.5, log_word, "due", NULL), 0);
    CHECK_EQ(turn_until_idle(loop), 2500000000);
    CHECK_ERROR(corun_future_fail(future, MY_ERROR, NULL), 0);
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_LOG("run CORUN_USER-1");
    corun_future_release(future);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("");
}

TEST(a_started_run_is_checked_before_it_starts)
{
    static const corun_awaitable empty;
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_start(&runner, empty, NULL, note_done, "run"), CORUN_NOT_AWAITABLE);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(give_later), NULL, NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_close_start(&runner, NULL, NULL), CORUN_RUNNING);
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(turn_inside, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_turn(corun_current_loop(), 0), CORUN_LOOP_RUNNING);
    CORUN_END();
}

TEST(a_turn_inside_a_run_is_refused)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(turn_inside), NULL), 0);
}

TEST(closing_in_turns_waits_for_the_cancelled)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(sleeper), NULL), 0);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(give_later), NULL, note_done, "run"), 0);
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_ERROR(corun_runner_close_start(&runner, note_done, "close"), 0);
    CHECK_LOG("run OK 0");
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_LOG("sleeper CORUN_CANCELLED close OK 0");
}

/* B26, also between the rounds of a run or close: its runner would never end */
TEST(a_loop_that_a_runner_turns_cannot_be_closed)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(sleeper), NULL), 0);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(give_later), NULL, note_done, "run"), 0);
    CHECK_ERROR(corun_loop_close(loop), CORUN_RUNNING);
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_ERROR(corun_runner_close_start(&runner, note_done, "close"), 0);
    CHECK_ERROR(corun_loop_close(loop), CORUN_RUNNING);
    CHECK_EQ(turn_until_idle(loop), -2);
    CHECK_LOG("run OK 0 sleeper CORUN_CANCELLED close OK 0");
}
