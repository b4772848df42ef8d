/* The runner: states, the order of checks, what a run leaves behind for the next one. */
#include "test.h"

#include <errno.h>
#include <stdlib.h>

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

CORUN_ASYNC(fail_later, (int error;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(my->error, "it is %s", "spam");
    CORUN_END();
}

static int loops_made, failures_to_come;

static int counting_factory(corun_loop **out_loop)
{
    loops_made++;
    if (failures_to_come > 0) {
        failures_to_come--;
        return -EMFILE;
    }
    return corun_loop_sim(out_loop);
}

static const corun_run_options counting = {.loop_factory = counting_factory};
static const corun_awaitable empty;

/* ---------------------------------------------------------------- corun_run */

/* B12 B23 B30 */
TEST(run_gives_what_main_returns)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(give_later, .value = 42), &value), 0);
    CHECK_EQ(value.tag, CORUN_INTEGER);
    CHECK_EQ(value.i, 42);
    CHECK_ERROR(test_run_sim(CORUN_CALL(nothing), &value), 0);
    CHECK_EQ(value.tag, CORUN_NO_VALUE);
    CHECK_ERROR(test_run_sim(CORUN_CALL(give_later), NULL), 0);
}

/* B23 */
TEST(run_gives_mains_error_and_leaves_the_value_alone)
{
    corun_value value = CORUN_VALUE(.i = 3);
    CHECK_ERROR(test_run_sim(CORUN_CALL(fail_later, .error = MY_ERROR), &value), MY_ERROR);
    CHECK_EQ(value.i, 3);
    CHECK_ERROR(test_run_sim(CORUN_CALL(fail_later, .error = CORUN_CANCELLED), &value), CORUN_CANCELLED);
    CHECK_ERROR(test_run_sim(CORUN_CALL(fail_later, .error = -EIO), &value), -EIO);
}

/* B17 */
TEST(run_refuses_an_empty_awaitable)
{
    loops_made = 0;
    CHECK_ERROR(corun_run(empty, &counting, NULL), CORUN_NOT_AWAITABLE);
    CHECK_EQ(loops_made, 1); /* B12: the loop comes before the argument */
}

/* B15 */
TEST(run_makes_one_loop)
{
    loops_made = 0;
    CHECK_ERROR(corun_run(CORUN_CALL(nothing), &counting, NULL), 0);
    CHECK_EQ(loops_made, 1);
    failures_to_come = 1;
    CHECK_ERROR(corun_run(CORUN_CALL(nothing), &counting, NULL), -EMFILE);
}

CORUN_ASYNC(runs_another, (), (corun_runner other; corun_loop *loop;)) {
    CORUN_BEGIN();
    loops_made = 0;
    /* B11: before anything is looked at or made */
    CHECK_ERROR(corun_run(CORUN_CALL(nothing), &counting, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_run(empty, &counting, NULL), CORUN_RUNNING);
    /* B16 */
    corun_runner_open(&my->other, &counting);
    CHECK_ERROR(corun_runner_run(&my->other, CORUN_CALL(nothing), NULL, NULL), CORUN_RUNNING);
    CHECK_EQ(loops_made, 0);
    CHECK_ERROR(corun_runner_close(&my->other), 0);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

TEST(a_run_inside_a_run_is_refused)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(runs_another), &value), 0);
    CHECK_EQ(value.i, 1);
}

CORUN_ASYNC(runs_itself, (corun_runner *runner;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_runner_run(my->runner, CORUN_CALL(nothing), NULL, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_start(my->runner, CORUN_CALL(nothing), NULL, NULL, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_close_start(my->runner, NULL, NULL), CORUN_RUNNING);
    CORUN_CATCH_ALL_AWAIT(corun_yield()); /* B66: refusing to close has cancelled everything */
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RETURN(.i = 2);
    CORUN_END();
}

/* B16 */
TEST(a_runner_runs_one_main_at_a_time)
{
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(runs_itself, .runner = &runner), NULL, &value), 0);
    CHECK_EQ(value.i, 2);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(note_loop, (corun_loop **out_loop;), ()) {
    CORUN_BEGIN();
    *my->out_loop = corun_current_loop();
    CHECK(corun_loop_is_running(*my->out_loop));
    CORUN_END();
}

/* B13 B34 */
TEST(the_loop_is_current_while_it_runs)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner), *seen = NULL;
    CHECK(corun_current_loop() == NULL);
    CHECK(!corun_loop_is_running(loop));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(note_loop, .out_loop = &seen), NULL, NULL), 0);
    CHECK(seen == loop);
    CHECK(corun_current_loop() == NULL);
    CHECK(!corun_loop_is_running(loop));
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* ------------------------------------------------------------------- states */

/* B1 B6 */
TEST(a_runner_that_was_not_used_has_no_loop_and_stays_usable)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    loops_made = 0;
    CHECK_ERROR(corun_runner_open(&runner, &counting), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_EQ(loops_made, 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0);
    CHECK_EQ(loops_made, 1);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B3 B9 */
TEST(the_loop_is_made_once)
{
    corun_runner runner;
    corun_loop *first = NULL, *second = NULL;
    loops_made = 0;
    corun_runner_open(&runner, &counting);
    CHECK_ERROR(corun_runner_loop(&runner, &first), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_loop(&runner, &second), 0);
    CHECK(first != NULL && first == second);
    CHECK_EQ(loops_made, 1);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B2 B3 B6 */
TEST(a_closed_runner_stays_closed)
{
    corun_runner runner;
    corun_loop *loop = NULL;
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), CORUN_CLOSED);
    CHECK(loop == NULL);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(nothing), NULL, NULL, NULL), CORUN_CLOSED);
}

/* B16 */
TEST(the_state_is_checked_before_the_argument)
{
    corun_runner runner;
    loops_made = 0;
    corun_runner_open(&runner, &counting);
    CHECK_ERROR(corun_runner_run(&runner, empty, NULL, NULL), CORUN_NOT_AWAITABLE);
    CHECK_EQ(loops_made, 1); /* initialized by it */
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0);
    CHECK_EQ(loops_made, 1);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_runner_run(&runner, empty, NULL, NULL), CORUN_CLOSED);
}

/* B5 */
TEST(a_factory_that_failed_is_tried_again)
{
    corun_runner runner;
    corun_loop *loop = NULL;
    corun_runner_open(&runner, &counting);
    failures_to_come = 2;
    CHECK_ERROR(corun_runner_loop(&runner, &loop), -EMFILE);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), -EMFILE);
    CHECK_ERROR(corun_runner_close(&runner), 0); /* nothing was made */
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static bool debug_of(int option)
{
    corun_run_options options = {.loop_factory = corun_loop_sim, .debug = option};
    corun_runner runner;
    corun_loop *loop = NULL;
    bool debug;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    debug = corun_loop_get_debug(loop);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    return debug;
}

/* B69 B57 */
TEST(debug_is_the_option_else_the_environment)
{
    static const char *const off[] = {"", "0"};
    unsetenv("CORUN_DEBUG");
    CHECK(!debug_of(CORUN_DEBUG_ENVIRONMENT));
    CHECK(!debug_of(CORUN_DEBUG_OFF));
    CHECK(debug_of(CORUN_DEBUG_ON));
    for (int i = 0; i < 2; i++) {
        setenv("CORUN_DEBUG", off[i], 1);
        CHECK(!debug_of(CORUN_DEBUG_ENVIRONMENT));
    }
    setenv("CORUN_DEBUG", "1", 1);
    CHECK(debug_of(CORUN_DEBUG_ENVIRONMENT));
    CHECK(!debug_of(CORUN_DEBUG_OFF));
    unsetenv("CORUN_DEBUG");
}

/* ------------------------------------------------------------------- values */

CORUN_ASYNC(give_bytes, (const char *text; size_t size;), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.bytes = my->text, .size = my->size);
    CORUN_END();
}

TEST(bytes_from_run_belong_to_the_caller)
{
    corun_value value = CORUN_VALUE();
    char text[] = "result";
    CHECK_ERROR(test_run_sim(CORUN_CALL(give_bytes, .text = text, .size = sizeof text), &value), 0);
    text[0] = 'X';
    CHECK_EQ(value.tag, CORUN_BYTES);
    CHECK_EQ(value.size, 7);
    CHECK_TEXT(value.bytes, "result");
    corun_free_bytes(&value);
    CHECK_EQ(value.tag, CORUN_NO_VALUE);
    CHECK_ERROR(test_run_sim(CORUN_CALL(give_bytes), &value), 0);
    CHECK_EQ(value.size, 0);
    corun_free_bytes(&value);
    CHECK_ERROR(test_run_sim(CORUN_CALL(give_bytes, .text = text, .size = 3), NULL), 0);
    value = CORUN_VALUE(.i = 5);
    corun_free_bytes(&value);
    CHECK_EQ(value.i, 5);
}

TEST(bytes_from_a_runner_live_until_its_next_run)
{
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(give_bytes, .text = "one", .size = 4), NULL, &value), 0);
    CHECK_TEXT(value.bytes, "one");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(give_bytes, .text = "two", .size = 4), NULL, &value), 0);
    CHECK_TEXT(value.bytes, "two");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(the_failure_of_a_run_is_kept_until_the_next)
{
    corun_runner runner;
    const corun_failure *failure;
    test_open_sim(&runner);
    CHECK(corun_runner_failure(&runner) == NULL);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(fail_later, .error = MY_ERROR), NULL, NULL), MY_ERROR);
    failure = corun_runner_failure(&runner);
    CHECK(failure != NULL);
    if (failure) {
        CHECK_ERROR(failure->code, MY_ERROR);
        CHECK_TEXT(failure->message, "it is spam");
        CHECK_EQ(failure->depth, 1);
        CHECK_TEXT(failure->trace[0].function, "fail_later");
    }
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), 0); /* B28 */
    CHECK(corun_runner_failure(&runner) == NULL);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* ----------------------------------------------------------- other awaitables */

/* B17 B18 */
TEST(a_finished_future_is_run_any_number_of_times)
{
    corun_runner runner, other;
    corun_loop *loop = test_open_sim(&runner);
    corun_future *future = NULL;
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 8)), 0);
    for (int i = 0; i < 2; i++) {
        value = CORUN_VALUE();
        CHECK_ERROR(corun_runner_run(&runner, corun_wait_future(future), NULL, &value), 0);
        CHECK_EQ(value.i, 8);
    }
    test_open_sim(&other);
    CHECK_ERROR(corun_runner_run(&other, corun_wait_future(future), NULL, NULL), 0); /* F3: it does not wait */
    corun_future_release(future);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_runner_run(&other, corun_wait_future(future), NULL, NULL), CORUN_OTHER_LOOP);
    CHECK_ERROR(corun_runner_close(&other), 0);
    corun_future_release(future);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B17 B18 */
TEST(a_task_is_run_through_a_second_one)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_task *task = NULL;
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(give_later, .value = 6), &task), 0);
    for (int i = 0; i < 2; i++) {
        value = CORUN_VALUE();
        CHECK_ERROR(corun_runner_run(&runner, corun_join(task), NULL, &value), 0);
        CHECK_EQ(value.i, 6);
    }
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(3600), NULL, NULL), 0);
    corun_task_release(task);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B67 */
TEST(a_loop_that_was_closed_by_hand)
{
    corun_runner runner;
    CHECK_ERROR(corun_loop_close(test_open_sim(&runner)), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(nothing), NULL, NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_CLOSED);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}
