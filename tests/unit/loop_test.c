/* The loop without tasks: the order of a round, callbacks, timers, stop, what is refused and when. */
#include "test.h"

#include <errno.h>
#include <math.h>

static corun_loop *loop; /* of the case that runs */

static void open_loop(void)
{
    loop = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
}

static void log_word(void *word)
{
    test_log(word);
}

static void stop(void *unused)
{
    (void)unused;
    corun_loop_stop(loop);
}

static void soon(void (*function)(void *), void *argument)
{
    CHECK_ERROR(corun_loop_call_soon(loop, function, argument, NULL), 0);
}

static void later(double seconds, void (*function)(void *), void *argument)
{
    CHECK_ERROR(corun_loop_call_later(loop, seconds, function, argument, NULL), 0);
}

static void run_one_round(void)
{
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
}

static void run_until(double seconds)
{
    CHECK_ERROR(corun_loop_call_at(loop, seconds, stop, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), 0);
}

/* -------------------------------------------------------------------- order */

static void log_and_more(void *word)
{
    test_log(word);
    soon(log_word, "more");
}

/* L1 L3 */
TEST(callbacks_are_called_in_order_and_once)
{
    open_loop();
    soon(log_and_more, "a");
    soon(log_word, "b");
    soon(log_word, "c");
    run_one_round();
    CHECK_LOG("a b c");
    run_one_round();
    CHECK_LOG("more"); /* what a round adds waits for the next */
    run_one_round();
    CHECK_LOG("");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L2 */
TEST(due_timers_come_after_what_is_ready)
{
    open_loop();
    CHECK_ERROR(corun_loop_call_at(loop, -5, log_word, "timer", NULL), 0);
    soon(log_and_more, "a");
    soon(log_word, "b");
    run_one_round();
    CHECK_LOG("a b timer");
    run_one_round();
    CHECK_LOG("more");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L3 */
TEST(past_deadlines_are_ordered_among_themselves)
{
    open_loop();
    later(0, log_word, "0");
    later(-1, log_word, "-1");
    later(-2, log_word, "-2");
    later(-INFINITY, log_word, "-inf");
    soon(log_word, "soon");
    run_one_round();
    CHECK_LOG("soon -inf -2 -1 0");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* where Corun decides: order of arming */
TEST(timers_of_one_deadline_run_in_the_order_of_arming)
{
    static const char *const words[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    open_loop();
    for (int i = 0; i < 8; i++)
        CHECK_ERROR(corun_loop_call_at(loop, 5, log_word, (void *)(uintptr_t)words[i], NULL), 0);
    later(1, log_word, "early");
    run_until(6);
    CHECK_LOG("early a b c d e f g h");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static void log_time(void *unused)
{
    (void)unused;
    test_log_number((long long)(corun_loop_time(loop) * 1000));
}

/* L4 */
TEST(timers_run_at_their_time_not_before)
{
    open_loop();
    later(2.5, log_time, NULL);
    later(0.001, log_time, NULL);
    later(3600, log_time, NULL);
    run_until(4000);
    CHECK_LOG("1 2500 3600000");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static void arm_for_now(void *left)
{
    int *count = left;
    test_log_number(*count);
    if (--*count > 0)
        later(0, arm_for_now, left);
}

/* L1: a timer that is armed for now waits for the next round, so it cannot starve others */
TEST(a_timer_armed_for_now_waits_for_the_next_round)
{
    int left = 3;
    open_loop();
    later(0, arm_for_now, &left);
    later(0, log_word, "other");
    run_one_round();
    CHECK_LOG("3 other");
    run_one_round();
    CHECK_LOG("2");
    run_one_round();
    CHECK_LOG("1");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L3 */
TEST(delays_may_be_huge_but_not_nan)
{
    open_loop();
    CHECK_ERROR(corun_loop_call_later(loop, NAN, log_word, "x", NULL), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_loop_call_at(loop, NAN, log_word, "x", NULL), CORUN_INVALID_DELAY);
    later(INFINITY, log_word, "never");
    later(1e9, log_word, "late");
    later(1e300, log_word, "never");
    later(1, log_word, "soon");
    run_until(2);
    CHECK_LOG("soon");
    run_until(2e9);
    CHECK_LOG("late");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* ------------------------------------------------------------------- cancel */

static corun_callback *kept;

static void cancel_kept(void *word)
{
    test_log(word);
    corun_callback_cancel(kept);
}

static void forget_kept(void)
{
    corun_callback_release(kept);
    kept = NULL;
}

/* L6 */
TEST(a_callback_is_cancelled_before_its_round)
{
    open_loop();
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "x", &kept), 0);
    corun_callback_cancel(kept);
    corun_callback_cancel(kept);
    forget_kept();
    soon(log_word, "y");
    run_one_round();
    CHECK_LOG("y");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L6 */
TEST(a_callback_is_cancelled_within_its_round)
{
    open_loop();
    soon(cancel_kept, "a");
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "x", &kept), 0);
    soon(log_word, "b");
    run_one_round();
    CHECK_LOG("a b");
    forget_kept();
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L6 */
TEST(a_callback_that_runs_or_has_run_cannot_be_cancelled)
{
    open_loop();
    CHECK_ERROR(corun_loop_call_soon(loop, cancel_kept, "itself", &kept), 0);
    run_one_round();
    CHECK_LOG("itself");
    corun_callback_cancel(kept);
    forget_kept();
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L6: armed; due, but behind another in its round */
TEST(a_timer_is_cancelled)
{
    open_loop();
    CHECK_ERROR(corun_loop_call_later(loop, 1, log_word, "x", &kept), 0);
    later(2, log_word, "two");
    corun_callback_cancel(kept);
    forget_kept();
    run_until(3);
    CHECK_LOG("two");
    CHECK_ERROR(corun_loop_call_at(loop, 4, cancel_kept, "four", NULL), 0);
    CHECK_ERROR(corun_loop_call_at(loop, 4, log_word, "x", &kept), 0);
    run_until(5);
    CHECK_LOG("four");
    forget_kept();
    CHECK_ERROR(corun_loop_close(loop), 0);
}

TEST(a_callback_outlives_its_loop)
{
    corun_callback *timer = NULL;
    open_loop();
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "x", &kept), 0);
    CHECK_ERROR(corun_loop_call_later(loop, 1, log_word, "x", &timer), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    corun_callback_cancel(kept);
    corun_callback_cancel(timer);
    corun_callback_release(timer);
    corun_callback_release(NULL);
    forget_kept();
    CHECK_LOG(""); /* B65: dropped silently */
}

TEST(a_released_callback_is_called_all_the_same)
{
    open_loop();
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "a", &kept), 0);
    forget_kept();
    CHECK_ERROR(corun_loop_call_later(loop, 0, log_word, "b", &kept), 0);
    forget_kept();
    run_one_round();
    CHECK_LOG("a b");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* ---------------------------------------------------------------------- stop */

/* B31 */
TEST(stop_lets_the_round_finish)
{
    open_loop();
    soon(stop, NULL);
    soon(log_and_more, "a");
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_LOG("a");
    run_one_round();
    CHECK_LOG("more");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* B31 */
TEST(stop_before_the_run_makes_it_one_round_without_waiting)
{
    open_loop();
    later(1, log_word, "timer");
    run_one_round();
    CHECK_LOG("");
    CHECK(corun_loop_time(loop) <= 0);
    run_until(2);
    CHECK_LOG("timer");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* B31: that one round looks at the host, as with a time-out of 0 */
TEST(stop_before_the_run_still_serves_input)
{
    static unsigned char buffer[4];
    corun_task *task = NULL;
    corun_value value = CORUN_VALUE();
    open_loop();
    CHECK_ERROR(corun_sim_feed(loop, 3, 0.5, "abc", 3), 0);
    CHECK_ERROR(corun_loop_spawn(loop, corun_read(3, buffer, sizeof buffer), &task), 0);
    run_one_round();
    CHECK(!corun_task_done(task));
    run_until(1);
    CHECK_ERROR(corun_task_result(task, &value), 0);
    CHECK_EQ(value.i, 3);
    corun_task_release(task);
    CHECK_ERROR(corun_sim_feed(loop, 4, 2, "d", 1), 0);
    CHECK_ERROR(corun_loop_spawn(loop, corun_wait_fd(4, CORUN_READABLE), &task), 0);
    run_until(1.5);
    CHECK_ERROR(corun_sim_feed(loop, 4, 1, "e", 1), 0); /* is there by now */
    run_one_round();
    CHECK(corun_task_done(task));
    corun_task_release(task);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* -------------------------------------------------------------------- refused */

static corun_loop *other;

static void try_to_run(void *unused)
{
    (void)unused;
    CHECK_ERROR(corun_loop_run(loop), CORUN_LOOP_RUNNING);
    CHECK_ERROR(corun_loop_run(other), CORUN_RUNNING);
    CHECK_ERROR(corun_loop_turn(other, 0), CORUN_RUNNING);
    CHECK_ERROR(corun_loop_close(loop), CORUN_RUNNING); /* B26 */
    CHECK(corun_current_loop() == loop); /* B34: as it was */
    CHECK(corun_loop_is_running(loop) && !corun_loop_is_running(other));
    test_log("tried");
}

/* B29 */
TEST(a_nested_run_is_refused_with_an_error_of_its_own)
{
    open_loop();
    CHECK_ERROR(corun_loop_sim(&other), 0);
    soon(try_to_run, NULL);
    run_one_round();
    CHECK_LOG("tried");
    CHECK(corun_current_loop() == NULL);
    CHECK_ERROR(corun_loop_close(other), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static void try_closed(void *unused)
{
    corun_callback *callback = NULL;
    corun_task *task = NULL;
    (void)unused;
    CHECK(corun_loop_is_closed(other));
    CHECK_ERROR(corun_loop_run(other), CORUN_CLOSED); /* B29: before it is seen that one runs */
    CHECK_EQ(corun_loop_turn(other, 0), -2);
    CHECK_ERROR(corun_loop_call_soon(other, log_word, "x", &callback), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_later(other, NAN, log_word, "x", &callback), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_at(other, NAN, log_word, "x", &callback), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(other, log_word, "x", NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_spawn(other, corun_yield(), &task), CORUN_CLOSED);
    CHECK_ERROR(corun_sim_shuffle(other, 1), CORUN_UNSUPPORTED);
    CHECK(callback == NULL && task == NULL);
    test_log("tried");
}

/* L5 B65 */
TEST(a_closed_loop_refuses_everything_but_futures)
{
    corun_future *future = NULL, *late = NULL;
    open_loop();
    CHECK_ERROR(corun_loop_sim(&other), 0);
    CHECK_ERROR(corun_future_create(other, &future), 0); /* keeps its memory */
    CHECK_ERROR(corun_loop_close(other), 0);
    CHECK_ERROR(corun_loop_close(other), 0);
    CHECK_ERROR(corun_loop_close(NULL), 0);
    try_closed(NULL);
    soon(try_closed, NULL);
    run_one_round();
    CHECK_LOG("tried tried");
    CHECK_ERROR(corun_future_create(other, &late), 0);
    corun_future_release(late);
    corun_future_release(future);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* ------------------------------------------------------------------- deadlock */

/* 01: nothing can ever happen */
TEST(a_run_without_anything_to_do_is_a_deadlock)
{
    open_loop();
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    soon(log_word, "a");
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_LOG("a");
    CHECK_ERROR(corun_loop_close(loop), 0);
}
