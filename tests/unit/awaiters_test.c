/* Who waits for a task: every way of waiting shows while it lasts, and no longer. X5 */
#include "test.h"

#include <math.h>

static corun_task *child; /* what is waited for */
static corun_future *gate; /* which ends it */

CORUN_ASYNC(be_waited_for, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait_future(gate));
    CORUN_RETURN(.i = 42);
    CORUN_END();
}

CORUN_ASYNC(by_join, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(child));
    CORUN_END();
}

CORUN_ASYNC(by_wait_for, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(corun_join(child), 100));
    CORUN_END();
}

CORUN_ASYNC(by_gather, (), (corun_awaitable all[3];)) {
    CORUN_BEGIN();
    my->all[0] = my->all[2] = corun_join(child); /* named twice, it waits once */
    my->all[1] = corun_sleep(0);
    CORUN_AWAIT(corun_gather(my->all, 3, NULL, 0));
    CORUN_END();
}

CORUN_ASYNC(by_wait, (), (corun_awaitable all[1];)) {
    CORUN_BEGIN();
    my->all[0] = corun_join(child);
    CORUN_AWAIT(corun_wait(my->all, 1, CORUN_ALL_COMPLETED, INFINITY));
    CORUN_END();
}

CORUN_ASYNC(by_shield, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(corun_join(child)));
    CORUN_END();
}

CORUN_ASYNC(by_shield_of_a_call, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_SHIELD(CORUN_CALL(by_join)));
    CORUN_END();
}

CORUN_ASYNC(by_as_completed, (), (corun_as_completed all; corun_awaitable list[1];)) {
    CORUN_BEGIN();
    my->list[0] = corun_join(child);
    CHECK_ERROR(corun_as_completed_open(&my->all, my->list, 1, INFINITY), 0);
    CORUN_AWAIT(corun_as_completed_next(&my->all));
    CORUN_END();
}

/* ------------------------------------------------------------------ by one task */

static corun_task *spawn(corun_awaitable awaitable)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(awaitable, &task), 0);
    return task;
}

static void make_child(void)
{
    CHECK_ERROR(corun_future_create(NULL, &gate), 0);
    child = spawn(CORUN_CALL(be_waited_for));
    CHECK_EQ(corun_task_awaited_by(child, NULL, 0), 0);
}

CORUN_ASYNC(check_awaiter, (corun_task *awaiter; bool cancelled;), (corun_task *seen[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_awaited_by(child, my->seen, 2), 1);
    CHECK(my->seen[0] == my->awaiter);
    CHECK_EQ(corun_task_awaited_by(child, my->seen, 2), 1); /* looking changes nothing */
    if (my->cancelled)
        CHECK_EQ(corun_task_cancel(my->awaiter, NULL), 1);
    else
        CHECK_ERROR(corun_future_set(gate, CORUN_VALUE(.i = 0)), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->awaiter));
    CHECK_ERROR(CORUN_ERROR(), my->cancelled ? CORUN_CANCELLED : 0);
    CHECK_EQ(corun_task_awaited_by(child, my->seen, 2), 0);
    corun_task_cancel(child, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(child));
    corun_task_release(child);
    corun_task_release(my->awaiter);
    corun_future_release(gate);
    CORUN_END();
}

/* Each way, to its end and cancelled. */
#define TEST_WAY(waiter) \
    TEST_LOOP(waiter##_shows, ()) \
    { \
        CORUN_BEGIN(); \
        make_child(); \
        CORUN_AWAIT(CORUN_CALL(check_awaiter, .awaiter = spawn(CORUN_CALL(waiter)))); \
        make_child(); \
        CORUN_AWAIT(CORUN_CALL(check_awaiter, .awaiter = spawn(CORUN_CALL(waiter)), .cancelled = true)); \
        CORUN_END(); \
    }

TEST_WAY(by_join)
TEST_WAY(by_wait_for)
TEST_WAY(by_gather)
TEST_WAY(by_wait)
TEST_WAY(by_shield)
TEST_WAY(by_as_completed)

/* ------------------------------------------------------------------ by several */

/* A call that is shielded is a task of its own, which waits on. */
TEST_LOOP(a_shielded_call_is_awaited_as_a_task, (corun_task *awaiter, *between, *last;)) {
    CORUN_BEGIN();
    make_child();
    my->awaiter = spawn(CORUN_CALL(by_shield_of_a_call));
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_awaited_by(child, &my->between, 1), 1);
    CHECK_EQ(corun_task_awaited_by(my->between, &my->last, 1), 1);
    CHECK(my->last == my->awaiter);
    corun_task_cancel(my->awaiter, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->awaiter));
    CHECK_EQ(corun_task_awaited_by(my->between, NULL, 0), 0);
    CHECK_EQ(corun_task_awaited_by(child, NULL, 0), 1);
    CHECK_ERROR(corun_future_set(gate, CORUN_VALUE(.i = 0)), 0);
    CORUN_AWAIT(corun_join(child));
    corun_task_release(child);
    corun_task_release(my->awaiter);
    corun_future_release(gate);
    CORUN_END();
}

/* The parent, from the spawn on; that it also joins the child adds nothing. */
TEST_LOOP(a_group_shows_as_its_parent, (corun_group group; corun_task *one, *other, *seen[2];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &gate), 0);
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(be_waited_for), NULL, &child), 0);
    CHECK_EQ(corun_task_awaited_by(child, my->seen, 2), 1);
    CHECK(my->seen[0] == corun_current_task());
    my->one = spawn(CORUN_CALL(by_shield));
    my->other = spawn(CORUN_CALL(by_join));
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_awaited_by(child, my->seen, 2), 3);
    CHECK(my->seen[0] == corun_current_task() && my->seen[1] == my->one);
    CHECK_ERROR(corun_future_set(gate, CORUN_VALUE(.i = 0)), 0);
    CORUN_AWAIT(corun_join(child));
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_task_awaited_by(child, NULL, 0), 0);
    CORUN_AWAIT(corun_join(my->one));
    CORUN_AWAIT(corun_join(my->other));
    corun_task_release(my->one);
    corun_task_release(my->other);
    corun_task_release(child);
    corun_future_release(gate);
    CORUN_END();
}

/* A group that is left open by a mistake lets go of its children. */
CORUN_ASYNC(leave_open, (), (corun_group group; corun_task *seen;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(be_waited_for), NULL, &child), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_awaited_by(child, &my->seen, 1), 1);
    CORUN_END();
}

TEST_LOOP(children_that_are_left_alone_have_no_awaiter, ()) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    CHECK_ERROR(corun_future_create(NULL, &gate), 0);
    CORUN_AWAIT(CORUN_CALL(leave_open));
    CHECK_LOG("[Group was never closed]");
    CHECK_EQ(corun_task_awaited_by(child, NULL, 0), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(child));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(child);
    corun_future_release(gate);
    CORUN_END();
}
