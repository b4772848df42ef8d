/* Async generators: values, ends, closes, and what the loop does with those that are left. asyncio B63. */
#include "test.h"

#include <errno.h>

CORUN_ASYNC(count, (int limit; corun_awaitable wait;), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (my->n = 1; my->n <= my->limit; my->n++) {
        if (my->wait.type)
            CORUN_AWAIT(my->wait);
        CORUN_YIELD(.i = my->n);
    }
    CORUN_FINALLY();
    test_log("cleanup");
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_AWAIT(corun_yield());
    test_log("clean");
    CORUN_END();
}

/* What the cases have in common: a generator of `count`. */
static corun_generator *open_count(int limit, corun_awaitable wait)
{
    corun_generator *generator = NULL;
    CHECK_ERROR(corun_generator_open(CORUN_CALL(count, .limit = limit, .wait = wait), &generator), 0);
    return generator;
}

static const corun_awaitable nothing = {NULL, NULL, {0}, 0};

TEST_LOOP(each_value_comes_in_turn, (corun_generator *generator;)) {
    CORUN_BEGIN();
    my->generator = open_count(3, nothing);
    CORUN_FOR_EACH(my->generator)
        test_log_number(CORUN_RESULT().i);
    CHECK_LOG("1 2 3 cleanup OK clean");
    CHECK(corun_generator_ended(my->generator));
    CORUN_AWAIT(corun_generator_next(my->generator));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    corun_generator_release(my->generator);
    CORUN_END();
}

TEST_LOOP(it_awaits_between_its_values, (corun_generator *generator; int i;)) {
    CORUN_BEGIN();
    my->generator = open_count(2, corun_sleep(0.001));
    for (my->i = 1; my->i <= 2; my->i++) {
        CORUN_AWAIT(corun_generator_next(my->generator));
        CHECK_EQ(CORUN_RESULT().i, my->i);
    }
    CORUN_AWAIT(corun_generator_next(my->generator));
    CHECK(corun_generator_ended(my->generator));
    CHECK_LOG("cleanup OK clean");
    corun_generator_release(my->generator);
    CORUN_END();
}

/* Deep enough that segments come and go on both sides of the generator's own. */
CORUN_ASYNC(recurse, (int depth;), (char room[200];)) {
    CORUN_BEGIN();
    my->room[0] = 'x';
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(recurse, .depth = my->depth - 1));
    else
        CORUN_AWAIT(corun_yield());
    CHECK_EQ(my->room[0], 'x');
    CORUN_RETURN(.i = my->depth);
    CORUN_END();
}

CORUN_ASYNC(recurse_and_yield, (int depth; int values;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->values; my->n++) {
        CORUN_AWAIT(CORUN_CALL(recurse, .depth = my->depth));
        CORUN_YIELD(.i = my->n);
    }
    CORUN_END();
}

CORUN_ASYNC(consume_deep, (int depth; corun_generator *generator;), (int sum;)) {
    CORUN_BEGIN();
    if (my->depth > 0) {
        CORUN_AWAIT_TO(my->sum, i, CORUN_CALL(consume_deep, .depth = my->depth - 1, .generator = my->generator));
        CORUN_RETURN(.i = my->sum);
    }
    CORUN_FOR_EACH(my->generator) {
        my->sum += (int)CORUN_RESULT().i;
        CORUN_AWAIT(CORUN_CALL(recurse, .depth = my->sum % 7));
    }
    CORUN_RETURN(.i = my->sum);
    CORUN_END();
}

TEST_LOOP(deep_chains_on_both_sides, (corun_generator *generator; int depth; long before;)) {
    CORUN_BEGIN();
    for (my->depth = 0; my->depth < 20; my->depth++) {
        CHECK_ERROR(corun_generator_open(
                        CORUN_CALL(recurse_and_yield, .depth = my->depth * 2, .values = 5), &my->generator),
                    0);
        CORUN_AWAIT(CORUN_CALL(consume_deep, .depth = my->depth, .generator = my->generator));
        CHECK_EQ(CORUN_RESULT().i, 0 + 1 + 2 + 3 + 4);
        corun_generator_release(my->generator);
    }
    CORUN_END();
}

TEST_LOOP(a_value_needs_no_memory_once_it_runs, (corun_generator *generator; int n; long before;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(recurse_and_yield, .depth = 3, .values = 100), &my->generator), 0);
    for (my->n = 0; my->n < 100; my->n++) {
        CORUN_AWAIT(corun_generator_next(my->generator));
        if (my->n == 1)
            my->before = test_allocations_made();
    }
#if !defined(CORUN_HARD)
    CHECK_EQ(test_allocations_made(), my->before);
#endif
    CORUN_AWAIT(corun_generator_close(my->generator));
    corun_generator_release(my->generator);
    CORUN_END();
}

CORUN_ASYNC(give_texts, (), (char text[8];)) {
    CORUN_BEGIN();
    strcpy(my->text, "one");
    CORUN_YIELD(.bytes = my->text, .size = 4);
    strcpy(my->text, "two");
    CORUN_YIELD(.bytes = my->text, .size = 4);
    CORUN_RETURN(.i = 5); /* a generator returns nothing */
    CORUN_END();
}

TEST_LOOP(bytes_are_copied, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(give_texts), &my->generator), 0);
    CORUN_FOR_EACH(my->generator)
        test_log(CORUN_RESULT().bytes);
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    CHECK_LOG("one two");
    corun_generator_release(my->generator);
    CORUN_END();
}

/* ------------------------------------------------------------------- errors */

CORUN_ASYNC(fail_after_one, (), ()) {
    CORUN_BEGIN();
    CORUN_YIELD(.i = 1);
    CORUN_RAISE(-ENOENT, "no second one");
    CORUN_END();
}

TEST_LOOP(an_error_ends_it_and_is_the_consumers, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(fail_after_one), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_CATCH_AWAIT(corun_generator_next(my->generator));
    CHECK_ERROR(CORUN_ERROR(), -ENOENT);
    CHECK(corun_generator_ended(my->generator));
    corun_generator_release(my->generator);
    CORUN_END();
}

TEST_LOOP(yield_outside_of_a_generator_is_an_error, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(count, .limit = 1));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_GENERATOR);
    CHECK_LOG("cleanup CORUN_NOT_GENERATOR clean");
    CORUN_END();
}

CORUN_ASYNC(take_one, (corun_generator *generator;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

TEST_LOOP(two_tasks_cannot_be_inside_at_once, (corun_generator *generator; corun_task *task;)) {
    CORUN_BEGIN();
    my->generator = open_count(5, corun_yield());
    CHECK_ERROR(corun_spawn(CORUN_CALL(take_one, .generator = my->generator), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_CATCH_AWAIT(corun_generator_next(my->generator));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GENERATOR_RUNNING);
    CORUN_CATCH_AWAIT(corun_generator_close(my->generator));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GENERATOR_RUNNING);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CORUN_AWAIT(corun_generator_next(my->generator)); /* another task goes on where the first left off */
    CHECK_EQ(CORUN_RESULT().i, 2);
    CORUN_AWAIT(corun_generator_close(my->generator));
    corun_task_release(my->task);
    corun_generator_release(my->generator);
    CHECK_LOG("cleanup CORUN_GENERATOR_EXIT clean");
    CORUN_END();
}

TEST_LOOP(cancelling_the_consumer_ends_it, (corun_generator *generator; corun_task *task;)) {
    CORUN_BEGIN();
    my->generator = open_count(5, corun_forever());
    CHECK_ERROR(corun_spawn(CORUN_CALL(take_one, .generator = my->generator), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("cleanup CORUN_CANCELLED clean");
    CHECK(corun_generator_ended(my->generator));
    corun_task_release(my->task);
    corun_generator_release(my->generator);
    CORUN_END();
}

TEST_LOOP(only_a_call_can_be_opened, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(corun_sleep(1), &my->generator), CORUN_NOT_AWAITABLE);
    CHECK(my->generator == NULL);
    CORUN_CATCH_AWAIT(corun_generator_next(NULL));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_AWAITABLE);
    corun_generator_release(NULL);
    CORUN_END();
}

/* -------------------------------------------------------------------- close */

TEST_LOOP(close_runs_the_cleanup_which_may_await, (corun_generator *generator;)) {
    CORUN_BEGIN();
    my->generator = open_count(5, nothing);
    CORUN_FOR_EACH(my->generator)
        if (CORUN_RESULT().i == 2)
            break;
    CHECK_LOG("");
    CORUN_AWAIT(corun_generator_close(my->generator));
    CHECK_LOG("cleanup CORUN_GENERATOR_EXIT clean");
    CORUN_AWAIT(corun_generator_close(my->generator)); /* twice is once */
    CHECK_LOG("");
    corun_generator_release(my->generator);
    CORUN_END();
}

CORUN_ASYNC(drops, (), ()) {
    CORUN_BEGIN();
    CORUN_YIELD(.i = 1);
    CORUN_END();
}
CORUN_DROP(drops) {
    (void)my;
    test_log("dropped");
}

TEST_LOOP(one_that_never_ran_only_drops_its_arguments, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(drops), &my->generator), 0);
    CORUN_AWAIT(corun_generator_close(my->generator));
    CHECK_LOG("dropped");
    corun_generator_release(my->generator);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(drops), &my->generator), 0);
    corun_generator_release(my->generator);
    CHECK_LOG("dropped");
    CHECK_ERROR(corun_generator_open(CORUN_CALL(drops), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_AWAIT(corun_generator_close(my->generator)); /* it has no CORUN_FINALLY of its own */
    CHECK_LOG("dropped");
    corun_generator_release(my->generator);
    CORUN_END();
}

CORUN_ASYNC(yields_in_its_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_YIELD(.i = 1);
    CORUN_FINALLY();
    CORUN_YIELD(.i = 2);
    test_log("never");
    CORUN_END();
}

TEST_LOOP(a_generator_that_yields_while_it_is_closed, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yields_in_its_cleanup), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_CATCH_AWAIT(corun_generator_close(my->generator));
    CHECK_ERROR(CORUN_ERROR(), CORUN_IGNORED_EXIT);
    corun_generator_release(my->generator);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yields_in_its_cleanup), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_AWAIT(corun_generator_next(my->generator)); /* at its own end it may */
    CHECK_EQ(CORUN_RESULT().i, 2);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CHECK(corun_generator_ended(my->generator));
    CHECK_LOG("never");
    corun_generator_release(my->generator);
    CORUN_END();
}

/* The finalizer hook */
TEST_LOOP(one_that_is_released_half_way_is_closed_by_the_loop, (corun_generator *generator;)) {
    CORUN_BEGIN();
    my->generator = open_count(5, nothing);
    CORUN_AWAIT(corun_generator_next(my->generator));
    corun_generator_release(corun_generator_retain(my->generator));
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("");
    corun_generator_release(my->generator);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("cleanup CORUN_GENERATOR_EXIT clean");
    CORUN_END();
}

/* ----------------------------------------------------------------- shutdown */

CORUN_ASYNC(leave_open, (corun_generator *generator; bool release;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_generator_next(my->generator));
    if (my->release)
        corun_generator_release(my->generator);
    CORUN_END();
}

CORUN_ASYNC(linger, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(1));
    test_log("task");
    CORUN_END();
}

CORUN_ASYNC(leave_both, (corun_generator *generator;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(linger), NULL), 0);
    CORUN_AWAIT(CORUN_CALL(leave_open, .generator = my->generator));
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* SHD-01 B63: after the tasks */
TEST(close_ends_what_is_left_after_the_tasks)
{
    corun_generator *generator = open_count(3, nothing);
    CHECK_ERROR(test_run_sim(CORUN_CALL(leave_both, .generator = generator), NULL), 0);
    CHECK_LOG("task cleanup CORUN_GENERATOR_EXIT clean");
    CHECK(corun_generator_ended(generator));
    corun_generator_release(generator);
}

/* Released in main's last step: its closing task is cancelled before it begins, and another one does it. */
TEST(close_ends_what_was_just_released)
{
    corun_generator *generator = open_count(3, nothing);
    CHECK_ERROR(test_run_sim(CORUN_CALL(leave_open, .generator = generator, .release = true), NULL), 0);
    CHECK_LOG("cleanup CORUN_GENERATOR_EXIT clean");
}

CORUN_ASYNC(fail_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_YIELD(.i = 1);
    CORUN_FINALLY();
    CORUN_RAISE(-EIO);
    CORUN_END();
}

/* B63 */
TEST(an_error_while_closing_is_reported)
{
    corun_runner runner;
    corun_generator *generator = NULL;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_generator_open(CORUN_CALL(fail_in_cleanup), &generator), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_open, .generator = generator), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("[an error occurred during closing of asynchronous generator fail_in_cleanup] EIO");
    corun_generator_release(generator);
}

static corun_generator *late_one;

CORUN_ASYNC(begins_another, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_YIELD(.i = 1);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_generator_next(late_one));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CORUN_END();
}

/* B63: it works, and is told; it is dropped with the loop */
TEST(one_that_begins_while_others_are_closed_is_told)
{
    corun_runner runner;
    corun_generator *generator = NULL;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_generator_open(CORUN_CALL(begins_another), &generator), 0);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(drops), &late_one), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_open, .generator = generator), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("[asynchronous generator drops was scheduled after the loop's generators were closed] dropped");
    corun_generator_release(generator);
    corun_generator_release(late_one);
}

TEST(a_loop_closed_by_hand_drops_what_is_suspended_or_running)
{
    corun_loop *loop;
    corun_generator *suspended = NULL, *running = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(drops), &suspended), 0);
    running = open_count(2, corun_forever());
    CHECK_ERROR(corun_loop_spawn(loop, corun_generator_next(suspended), NULL), 0);
    CHECK_ERROR(corun_loop_spawn(loop, corun_generator_next(running), NULL), 0);
    CHECK_EQ(corun_loop_turn(loop, 1000), -1);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_LOG("[Task was destroyed but it is pending!] dropped");
    CHECK(corun_generator_ended(suspended));
    CHECK(corun_generator_ended(running));
    corun_generator_release(suspended);
    corun_generator_release(running);
}

TEST(generators_belong_to_the_loop_of_their_first_value)
{
    corun_generator *generator = open_count(3, nothing);
    corun_loop *loop;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_spawn(loop, corun_generator_next(generator), NULL), 0);
    CHECK_EQ(corun_loop_turn(loop, 1000), -1);
    CHECK_ERROR(test_run_sim(corun_generator_next(generator), NULL), CORUN_OTHER_LOOP);
    CHECK_ERROR(corun_loop_close(loop), 0);
    corun_generator_release(generator);
    test_check_log("", __FILE__, __LINE__);
}

TEST(a_generator_without_memory)
{
    corun_generator *generator = NULL;
    test_fail_allocation(1);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(drops), &generator), -ENOMEM);
    CHECK(generator == NULL);
    CHECK_LOG("");
}

CORUN_ASYNC(yields_text, (), ()) {
    CORUN_BEGIN();
    CORUN_YIELD(.bytes = "text", .size = 5);
    CORUN_END();
}

/* The error is raised at the yield, and ends it. */
TEST_LOOP(a_yield_without_memory, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yields_text), &my->generator), 0);
    test_fail_allocation(1);
    CORUN_CATCH_AWAIT(corun_generator_next(my->generator));
    CHECK(test_allocation_failed());
    test_fail_allocation(0);
    CHECK_ERROR(CORUN_ERROR(), -ENOMEM);
    CHECK(corun_generator_ended(my->generator));
    corun_generator_release(my->generator);
    CORUN_END();
}
