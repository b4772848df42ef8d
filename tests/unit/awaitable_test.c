/* Awaitables that a program writes itself: what may answer, when, and how often one may be cancelled. */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1 };

/* How the door of a case behaves. */
static struct door {
    int error_at_once; /* what it answers at once; 1: it waits */
    bool late;         /* a cancellation is only noted */
    corun_waiter *waiter;
    int started, cancelled;
} door;

static void door_start(void *self, corun_waiter *waiter)
{
    struct door *at = self;
    at->started++;
    CHECK(corun_waiter_loop(waiter) == corun_current_loop());
    if (at->error_at_once <= 0)
        corun_waiter_done(waiter, at->error_at_once, &CORUN_VALUE(.i = 11));
    else
        at->waiter = waiter;
}

static void door_cancel(void *self, corun_waiter *waiter)
{
    struct door *at = self;
    at->cancelled++;
    CHECK(at->waiter == waiter);
    if (at->late)
        return;
    at->waiter = NULL;
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type door_type = {"door", door_start, door_cancel};

static corun_awaitable wait_at_door(void)
{
    return corun_awaitable_of(&door_type, &door);
}

static void open_door(int error)
{
    corun_waiter *waiter = door.waiter;
    corun_value value = CORUN_VALUE(.i = 22);
    door.waiter = NULL;
    corun_waiter_done(waiter, error, &value);
    value.i = 0; /* it was copied */
}

static void reset_door(int error_at_once, bool late)
{
    door = (struct door){error_at_once, late, NULL, 0, 0};
}

CORUN_ASYNC(say, (const char *word;), ()) {
    CORUN_BEGIN();
    test_log(my->word);
    CORUN_END();
}

/* B17 B18 */
TEST(any_awaitable_can_be_run)
{
    corun_value value = CORUN_VALUE();
    reset_door(0, false);
    CHECK_ERROR(test_run_sim(wait_at_door(), &value), 0);
    CHECK_EQ(value.i, 11);
    reset_door(MY_ERROR, false);
    CHECK_ERROR(test_run_sim(wait_at_door(), &value), MY_ERROR);
    CHECK_EQ(door.started, 1);
}

TEST_LOOP(an_answer_at_once_does_not_suspend, (int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "other"), NULL), 0);
    reset_door(0, false);
    CORUN_AWAIT_TO(my->n, i, wait_at_door());
    CHECK_EQ(my->n, 11);
    reset_door(MY_ERROR, false);
    CORUN_CATCH_AWAIT(wait_at_door());
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("other");
    CORUN_END();
}

CORUN_ASYNC(go_through, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(wait_at_door());
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

TEST_LOOP(an_answer_later_wakes_the_task_in_a_later_round, (corun_task *task;)) {
    CORUN_BEGIN();
    reset_door(1, false);
    CHECK_ERROR(corun_spawn(CORUN_CALL(go_through), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(door.waiter != NULL);
    open_door(0);
    CHECK_LOG("");
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("OK");
    CHECK_EQ(CORUN_RESULT().i, 22);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(a_cancellation_is_answered_by_the_awaitable, (corun_task *task;)) {
    CORUN_BEGIN();
    reset_door(1, false);
    CHECK_ERROR(corun_spawn(CORUN_CALL(go_through), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(door.cancelled, 1);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("CORUN_CANCELLED");
    corun_task_release(my->task);
    CORUN_END();
}

/* The answer to a cancellation may come later, and be another one. */
TEST_LOOP(an_awaitable_may_take_its_time_to_end, (corun_task *task; int error;)) {
    CORUN_BEGIN();
    for (my->error = 0; my->error != 1; my->error = my->error == 0 ? MY_ERROR : 1) {
        reset_door(1, true);
        CHECK_ERROR(corun_spawn(CORUN_CALL(go_through), &my->task), 0);
        CORUN_AWAIT(corun_yield());
        corun_task_cancel(my->task, NULL);
        corun_task_cancel(my->task, NULL); /* it is asked each time */
        CHECK_EQ(door.cancelled, 2);
        CORUN_AWAIT(corun_sleep(0.001));
        CHECK(!corun_task_done(my->task));
        open_door(my->error);
        CORUN_AWAIT(corun_join(my->task));
        CHECK_EQ(corun_task_cancelling(my->task), 2);
        corun_task_release(my->task);
    }
    CHECK_LOG("OK CORUN_USER-1");
    CORUN_END();
}

/* T6: the answer is there, the task has not run yet */
TEST_LOOP(a_cancellation_after_the_answer_does_not_ask_the_awaitable, (corun_task *task;)) {
    CORUN_BEGIN();
    reset_door(1, false);
    CHECK_ERROR(corun_spawn(CORUN_CALL(go_through), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    open_door(0);
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(door.cancelled, 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("CORUN_CANCELLED");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(cancel_self_at_door, (), ()) {
    CORUN_BEGIN();
    corun_task_cancel(corun_current_task(), "at the door");
    CORUN_AWAIT(wait_at_door());
    CORUN_END();
}

/* T3 */
TEST_LOOP(a_cancellation_that_is_due_comes_as_soon_as_it_waits, (corun_task *task;)) {
    CORUN_BEGIN();
    reset_door(1, false);
    CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_self_at_door), &my->task), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_TEXT(corun_task_failure(my->task)->message, "at the door");
    CHECK_EQ(door.started, 1);
    CHECK_EQ(door.cancelled, 1);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(a_positive_answer_is_no_error_code, (corun_task *task;)) {
    CORUN_BEGIN();
    reset_door(1, false);
    CHECK_ERROR(corun_spawn(CORUN_CALL(go_through), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    open_door(5);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("CORUN_BAD_ARGUMENT");
    corun_task_release(my->task);
    CORUN_END();
}

/* What waits when its loop is closed is cancelled there too; its late answer is not heard. */
TEST(an_awaitable_is_asked_when_its_task_is_abandoned)
{
    corun_loop *loop = NULL;
    for (int late = 0; late < 2; late++) {
        reset_door(1, late);
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(go_through), NULL), 0);
        corun_loop_stop(loop);
        CHECK_ERROR(corun_loop_run(loop), 0);
        CHECK_ERROR(corun_loop_close(loop), 0);
        CHECK_EQ(door.cancelled, 1);
        CHECK_LOG("[Task was destroyed but it is pending!]");
        if (late)
            open_door(0); /* the waiter is good until it is answered */
    }
}

/* A wait keeps its loop from being a deadlock only while somebody outside holds it. */
TEST(a_held_loop_is_no_deadlock_for_whoever_turns_it)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    reset_door(1, false);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(go_through), NULL, NULL, NULL), 0);
    corun_loop_hold(loop);
    while (corun_loop_turn(loop, 0) == 0)
        continue;
    CHECK_EQ(corun_loop_turn(loop, 0), -1);
    open_door(0);
    corun_loop_unhold(loop);
    while (corun_loop_turn(loop, 0) == 0)
        continue;
    CHECK_LOG("OK");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}
