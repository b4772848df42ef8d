/* Futures: how they end, who hears of it and when, errors that nobody asks for. */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1 };

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;
static corun_future *future;

static void open_with_future(void)
{
    loop = test_open_sim(&runner);
    test_log_reports(loop);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
}

static void close_all(void)
{
    corun_future_release(future);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void run_rounds(double seconds)
{
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(seconds), NULL, NULL), 0);
}

/* ------------------------------------------------------------------- states */

/* F1 */
TEST(a_future_is_pending_and_then_finished)
{
    corun_value value = CORUN_VALUE(.i = -1);
    open_with_future();
    CHECK(!corun_future_done(future) && !corun_future_cancelled(future));
    CHECK_ERROR(corun_future_result(future, &value), CORUN_INVALID_STATE);
    CHECK_EQ(value.i, -1);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 5)), 0);
    CHECK(corun_future_done(future) && !corun_future_cancelled(future));
    CHECK_ERROR(corun_future_result(future, &value), 0);
    CHECK_EQ(value.i, 5);
    CHECK_ERROR(corun_future_result(future, NULL), 0);
    close_all();
}

/* F1 */
TEST(a_future_ends_once)
{
    corun_value value = CORUN_VALUE();
    open_with_future();
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 5)), 0);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.bytes = "abc", .size = 3)), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_future_fail(future, MY_ERROR, "late"), CORUN_INVALID_STATE);
    CHECK_EQ(corun_future_cancel(future, "late"), 0);
    CHECK_ERROR(corun_future_result(future, &value), 0);
    CHECK_EQ(value.i, 5);
    close_all();
}

/* F1 */
TEST(a_cancelled_future_stays_cancelled)
{
    corun_value value = CORUN_VALUE(.i = 2);
    open_with_future();
    CHECK_EQ(corun_future_cancel(future, NULL), 1);
    CHECK_EQ(corun_future_cancel(future, NULL), 0);
    CHECK(corun_future_done(future) && corun_future_cancelled(future));
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_future_result(future, &value), CORUN_CANCELLED);
    CHECK_EQ(value.i, 2);
    close_all();
}

/* F4 */
TEST(only_errors_are_failures)
{
    open_with_future();
    CHECK_ERROR(corun_future_fail(future, 0, NULL), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(corun_future_fail(future, 7, NULL), CORUN_BAD_ARGUMENT);
    CHECK(!corun_future_done(future));
    CHECK_ERROR(corun_future_fail(future, -EIO, NULL), 0);
    CHECK_ERROR(corun_future_result(future, NULL), -EIO);
    close_all();
}

TEST(bytes_are_copied_and_live_as_long_as_the_future)
{
    char text[] = "bytes";
    corun_value value = CORUN_VALUE();
    open_with_future();
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.bytes = text, .size = sizeof text)), 0);
    text[0] = 'X';
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_future_result(future, &value), 0);
    CHECK_TEXT(value.bytes, "bytes");
    CHECK_EQ(value.size, 6);
    corun_future_release(future);
}

/* ------------------------------------------------------------------- waiting */

CORUN_ASYNC(wait_for, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_wait_future(future));
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    else
        test_log_number(CORUN_RESULT().i);
    CORUN_END();
}

static void log_word(void *word)
{
    test_log(word);
}

static void set_nine(void *unused)
{
    (void)unused;
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 9)), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "soon", NULL), 0);
}

/* F2 */
TEST(all_who_wait_are_served_in_order_in_a_later_round)
{
    open_with_future();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_for, .name = "a"), NULL), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_for, .name = "b"), NULL), 0);
    CHECK_ERROR(corun_loop_call_later(loop, 1, set_nine, NULL, NULL), 0);
    run_rounds(2);
    CHECK_LOG("a 9 b 9 soon");
    close_all();
}

CORUN_ASYNC(wait_twice, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "later", NULL), 0);
    CORUN_AWAIT(CORUN_CALL(wait_for, .name = "one"));
    CORUN_AWAIT(CORUN_CALL(wait_for, .name = "two"));
    CORUN_END();
}

/* F3 */
TEST(waiting_for_what_is_done_does_not_suspend)
{
    open_with_future();
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 3)), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(wait_twice), NULL, NULL), 0);
    CHECK_LOG("one 3 two 3 later");
    close_all();
}

/* F3 */
TEST(waiting_for_what_was_cancelled_is_cancelled_each_time)
{
    open_with_future();
    CHECK_EQ(corun_future_cancel(future, "why"), 1);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(wait_twice), NULL, NULL), 0);
    CHECK_LOG("one CORUN_CANCELLED two CORUN_CANCELLED later");
    CHECK_ERROR(corun_runner_run(&runner, corun_wait_future(future), NULL, NULL), CORUN_CANCELLED);
    CHECK(corun_runner_failure(&runner) != NULL);
    if (corun_runner_failure(&runner))
        CHECK_TEXT(corun_runner_failure(&runner)->message, "why");
    close_all();
}

/* F4: finished, not cancelled; who awaits it ends cancelled */
TEST(failing_as_cancelled_cancels_who_waits)
{
    corun_task *task = NULL;
    open_with_future();
    CHECK_ERROR(corun_loop_spawn(loop, corun_wait_future(future), &task), 0);
    run_rounds(0);
    CHECK_ERROR(corun_future_fail(future, CORUN_CANCELLED, NULL), 0);
    CHECK(corun_future_done(future) && !corun_future_cancelled(future));
    run_rounds(0);
    CHECK(corun_task_cancelled(task));
    corun_task_release(task);
    close_all();
}

TEST(a_failure_carries_its_message_to_who_waits)
{
    corun_task *task = NULL;
    open_with_future();
    CHECK_ERROR(corun_loop_spawn(loop, corun_wait_future(future), &task), 0);
    run_rounds(0);
    CHECK_ERROR(corun_future_fail(future, MY_ERROR, "told from outside"), 0);
    run_rounds(0);
    CHECK_ERROR(corun_task_result(task, NULL), MY_ERROR);
    CHECK_TEXT(corun_task_failure(task)->message, "told from outside");
    corun_task_release(task);
    close_all();
}

/* T2: cancelling a wait cancels the future, and so all who wait for it */
TEST(cancelling_one_who_waits_cancels_the_future)
{
    corun_task *task = NULL;
    open_with_future();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_for, .name = "a"), &task), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_for, .name = "b"), NULL), 0);
    run_rounds(0);
    corun_task_cancel(task, NULL);
    CHECK(corun_future_cancelled(future));
    run_rounds(0);
    CHECK_LOG("a CORUN_CANCELLED b CORUN_CANCELLED");
    corun_task_release(task);
    close_all();
}

CORUN_ASYNC(release_while_waiting, (), (corun_future *own;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_future_create(NULL, &my->own), 0);
    future = my->own;
    CORUN_AWAIT(corun_wait_future(my->own));
    test_log_number(CORUN_RESULT().i);
    CORUN_FINALLY();
    CORUN_END();
}

/* Nothing is freed under a waiter. */
TEST(a_wait_keeps_the_future)
{
    loop = test_open_sim(&runner);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(release_while_waiting), NULL), 0);
    run_rounds(0);
    corun_future_release(future); /* the wait has the only one now */
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 4)), 0);
    run_rounds(0);
    CHECK_LOG("4");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(there_is_no_future_without_a_loop)
{
    corun_future *made = NULL;
    CHECK_ERROR(corun_future_create(NULL, &made), CORUN_NO_LOOP);
    CHECK(made == NULL);
    corun_future_release(NULL);
    CHECK_ERROR(test_run_sim(corun_wait_future(NULL), NULL), CORUN_NOT_AWAITABLE);
}

/* ------------------------------------------------------------- done callbacks */

static void log_done(corun_future *done, void *word)
{
    CHECK(done == future && corun_future_done(done));
    test_log(word);
}

static void log_done_too(corun_future *done, void *word)
{
    log_done(done, word);
}

/* F2 */
TEST(done_callbacks_are_scheduled_in_order_never_called_at_once)
{
    open_with_future();
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "one"), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "two"), 0);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "three"), 0);
    CHECK_LOG("");
    run_rounds(0);
    CHECK_LOG("one two three");
    close_all();
}

/* F2 */
TEST(equal_done_callbacks_are_removed_together)
{
    open_with_future();
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "a"), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done_too, "a"), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "b"), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "a"), 0);
    CHECK_EQ(corun_future_remove_done_callback(future, log_done, "a"), 2);
    CHECK_EQ(corun_future_remove_done_callback(future, log_done, "a"), 0);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), 0);
    CHECK_EQ(corun_future_remove_done_callback(future, log_done, "b"), 0); /* scheduled by now */
    run_rounds(0);
    CHECK_LOG("a b");
    close_all();
}

/* F2: a task that waits between two callbacks stays */
TEST(removing_callbacks_leaves_tasks_waiting)
{
    open_with_future();
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "x"), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_for, .name = "task"), NULL), 0);
    run_rounds(0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "x"), 0);
    CHECK_EQ(corun_future_remove_done_callback(future, log_done, "x"), 2);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 1)), 0);
    run_rounds(0);
    CHECK_LOG("task 1");
    close_all();
}

static void keep_value(void *value)
{
    (void)value;
}

static void set_future(void *value)
{
    (void)value;
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), 0);
}

static const corun_var sets = {.name = "sets", .retain = keep_value, .release = set_future};

static void add_with_value(void *word)
{
    CHECK_ERROR(corun_var_set(&sets, "value", NULL), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, word), 0);
}

/* F2: by what its context has held */
TEST(removing_a_callback_may_end_the_future)
{
    corun_context *context;
    open_with_future();
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "a"), 0);
    CHECK_ERROR(corun_context_run(context, add_with_value, "b"), 0);
    corun_context_release(context);
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "c"), 0);
    CHECK_EQ(corun_future_remove_done_callback(future, log_done, "b"), 1);
    run_rounds(0);
    CHECK_LOG("a c");
    close_all();
}

TEST(callbacks_that_were_not_scheduled_are_dropped)
{
    open_with_future();
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "x"), 0);
    close_all();
    open_with_future();
    CHECK_ERROR(corun_future_add_done_callback(future, log_done, "x"), 0);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), 0);
    close_all(); /* scheduled by then: the later phases of the close run the loop (B58) */
    CHECK_LOG("x");
}

/* ------------------------------------------------------------------- reports */

/* F5 */
TEST(an_error_that_nobody_asked_for_is_reported)
{
    open_with_future();
    CHECK_ERROR(corun_future_fail(future, MY_ERROR, NULL), 0);
    corun_future_retain(future);
    corun_future_release(future);
    CHECK_LOG("");
    close_all();
    CHECK_LOG("[Future exception was never retrieved] CORUN_USER-1");
}

/* F5: result, await or cancel count as asking */
TEST(an_error_that_was_asked_for_is_not_reported)
{
    for (int how = 0; how < 3; how++) {
        open_with_future();
        CHECK_ERROR(corun_future_fail(future, MY_ERROR, NULL), 0);
        if (how == 0)
            CHECK_ERROR(corun_future_result(future, NULL), MY_ERROR);
        if (how == 1)
            CHECK_ERROR(corun_runner_run(&runner, corun_wait_future(future), NULL, NULL), MY_ERROR);
        if (how == 2)
            CHECK_EQ(corun_future_cancel(future, NULL), 0);
        close_all();
    }
    open_with_future();
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 1)), 0); /* a result may go unread */
    close_all();
    CHECK_LOG("");
}

/* It is still pending then, and can be set again. */
TEST(a_value_without_memory_is_not_set)
{
    corun_value value = CORUN_VALUE();
    open_with_future();
    test_fail_allocation(1);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.bytes = "text", .size = 5)), -ENOMEM);
    test_fail_allocation(0);
    CHECK(!corun_future_done(future));
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.bytes = "text", .size = 5)), 0);
    CHECK_ERROR(corun_future_result(future, &value), 0);
    CHECK_TEXT(value.bytes, "text");
    close_all();
}
