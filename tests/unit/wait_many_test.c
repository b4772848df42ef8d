/* corun_wait. asyncio W4. */
#include "endings.h"

#include <errno.h>
#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(give, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_END();
}

CORUN_ASYNC(fail, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

static corun_task *spawn_give(double seconds)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = seconds), &task), 0);
    return task;
}

static corun_task *spawn_fail(double seconds)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .seconds = seconds), &task), 0);
    return task;
}

CORUN_ASYNC(waits, (corun_task *a, *b; int until; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), my->until, my->seconds));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

/* WT-01 */
TEST_LOOP(it_never_cancels, (corun_task *a, *b, *waiter;)) {
    CORUN_BEGIN();
    my->a = spawn_give(0.001);
    my->b = spawn_give(10);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_ALL_COMPLETED, 0.01));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK(corun_task_done(my->a) && !corun_task_done(my->b));
    CHECK_ERROR(corun_spawn(CORUN_CALL(waits, .a = my->a, .b = my->b, .seconds = INFINITY), &my->waiter), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->waiter, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->waiter));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(!corun_task_done(my->b));
    CHECK_EQ(corun_task_cancelling(my->b), 0);
    corun_task_cancel(my->b, NULL);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_ALL_COMPLETED, INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 2);
    corun_task_release(my->a);
    corun_task_release(my->b);
    corun_task_release(my->waiter);
    CORUN_END();
}

/* WT-02: each refusal has its own error; a call is not run, and owns nothing that would be dropped twice */
TEST_LOOP(refusals, (corun_task *a; corun_loop *loop; corun_future *foreign;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_sim(&my->loop), 0);
    CHECK_ERROR(corun_future_create(my->loop, &my->foreign), 0);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(corun_wait_future(my->foreign)), CORUN_ALL_COMPLETED, 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_OTHER_LOOP);
    corun_future_release(my->foreign);
    CHECK_ERROR(corun_loop_close(my->loop), 0);
    my->a = spawn_give(0);
    CORUN_CATCH_AWAIT(corun_wait(NULL, 0, CORUN_ALL_COMPLETED, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_EMPTY_SET);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(CORUN_CALL(give)), CORUN_ALL_COMPLETED, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_FUTURE);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a)), 77, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_RETURN_WHEN);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a)), CORUN_ALL_COMPLETED, NAN));
    CHECK_ERROR(CORUN_ERROR(), CORUN_INVALID_DELAY);
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a)), -1, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_RETURN_WHEN);
    CORUN_AWAIT(corun_join(my->a));
    corun_task_release(my->a);
    CORUN_END();
}

TEST_LOOP(until_the_first_is_done, (corun_task *a, *b;)) {
    CORUN_BEGIN();
    my->a = spawn_give(10);
    my->b = spawn_give(0.001);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_FIRST_COMPLETED, INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK(corun_task_done(my->b));
    corun_task_release(my->a);
    corun_task_release(my->b);
    my->a = spawn_give(0);
    my->b = spawn_give(0);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_FIRST_COMPLETED, INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 2); /* W4: it may be several */
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

/* WT-02: a cancelled one is no exception */
TEST_LOOP(until_the_first_fails, (corun_task *a, *b, *c;)) {
    CORUN_BEGIN();
    my->a = spawn_give(10);
    my->b = spawn_fail(0.005);
    my->c = spawn_give(10);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->a, NULL);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b), corun_join(my->c)), CORUN_FIRST_EXCEPTION, INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 2);
    CHECK(!corun_task_done(my->c));
    corun_task_cancel(my->c, NULL);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->c)), CORUN_FIRST_EXCEPTION, INFINITY));
    CHECK_EQ(CORUN_RESULT().i, 2);
    corun_task_release(my->a);
    corun_task_release(my->b);
    corun_task_release(my->c);
    CORUN_END();
}

CORUN_ASYNC(waits_for_first, (corun_future *a, *b;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_wait_future(my->a), corun_wait_future(my->b)), CORUN_FIRST_COMPLETED,
                           INFINITY));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

/* W4: what happens after the wait has ended and before its task runs again. */
enum { ANOTHER_IS_DONE, IT_IS_CANCELLED, THAT_IS_TAKEN_BACK };

TEST_LOOP(what_is_done_by_its_turn_counts, (corun_future *a, *b; corun_task *waiter; int what;)) {
    CORUN_BEGIN();
    for (my->what = ANOTHER_IS_DONE; my->what <= THAT_IS_TAKEN_BACK; my->what++) {
        CHECK_ERROR(corun_future_create(NULL, &my->a), 0);
        CHECK_ERROR(corun_future_create(NULL, &my->b), 0);
        CHECK_ERROR(corun_spawn(CORUN_CALL(waits_for_first, .a = my->a, .b = my->b), &my->waiter), 0);
        CORUN_AWAIT(corun_yield());
        corun_future_set(my->a, CORUN_VALUE());
        CORUN_AWAIT(corun_yield());
        if (my->what == ANOTHER_IS_DONE)
            corun_future_set(my->b, CORUN_VALUE());
        else
            corun_task_cancel(my->waiter, NULL);
        if (my->what == THAT_IS_TAKEN_BACK)
            corun_task_uncancel(my->waiter);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->waiter));
        CHECK_ERROR(CORUN_ERROR(), my->what == IT_IS_CANCELLED ? CORUN_CANCELLED : 0);
        if (!CORUN_ERROR())
            CHECK_EQ(CORUN_RESULT().i, my->what == ANOTHER_IS_DONE ? 2 : 1);
        corun_task_release(my->waiter);
        corun_future_release(my->a);
        corun_future_release(my->b);
    }
    CORUN_END();
}

CORUN_ASYNC(mark, (bool *set;), ()) {
    CORUN_BEGIN();
    *my->set = true;
    CORUN_END();
}

/* W4: it suspends, whatever is done; duplicates are one */
TEST_LOOP(it_always_suspends, (corun_task *a; bool set;)) {
    CORUN_BEGIN();
    my->a = spawn_give(0);
    CORUN_AWAIT(corun_join(my->a));
    CHECK_ERROR(corun_spawn(CORUN_CALL(mark, .set = &my->set), NULL), 0);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->a)), CORUN_ALL_COMPLETED, INFINITY));
    CHECK(my->set);
    CHECK_EQ(CORUN_RESULT().i, 1);
    corun_task_release(my->a);
    CORUN_END();
}

TEST_LOOP(without_time_it_looks, (corun_task *a, *b;)) {
    CORUN_BEGIN();
    my->a = spawn_give(10);
    my->b = spawn_give(0);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), CORUN_ALL_COMPLETED, -1));
    CHECK(CORUN_RESULT().i <= 1);
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

static __attribute__((noinline)) int spawn_wait(corun_task *a, corun_task **out_task)
{
    return corun_spawn(corun_wait(CORUN_LIST(corun_join(a)), CORUN_ALL_COMPLETED, INFINITY), out_task);
}

TEST_LOOP(spawned_its_list_is_copied, (corun_task *a, *task;)) {
    CORUN_BEGIN();
    my->a = spawn_give(0.001);
    CHECK_ERROR(spawn_wait(my->a, &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(CORUN_RESULT().i, 1);
    corun_task_release(my->a);
    corun_task_release(my->task);
    CORUN_END();
}

/* What is given to a loop by hand, and dropped with it, or interrupted. */
CORUN_ASYNC(some, (), (corun_task *a, *b; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = 1), &my->a), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = 2), &my->b), 0);
    CORUN_TRY();
    for (my->i = 0; my->i < 3; my->i++)
        CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)),
                               my->i == 1 ? CORUN_FIRST_COMPLETED : CORUN_ALL_COMPLETED, my->i == 0 ? 0.5 : 10));
    CORUN_FINALLY();
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}
CORUN_DROP(some)
{
    corun_task_release(my->a);
    corun_task_release(my->b);
}

TEST(interrupted_before_each_step)
{
    end_before_each_step(CORUN_CALL(some), 0, 2, 100);
}

TEST(closed_in_each_round)
{
    end_with_the_loop(CORUN_CALL(some), 1, 19);
}

CORUN_ASYNC(waits_for_future, (corun_future *future; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_wait_future(my->future)), CORUN_ALL_COMPLETED, my->seconds));
    CORUN_END();
}

CORUN_ASYNC(wait_once, (), (corun_future *future;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    if (corun_future_create(NULL, &my->future) < 0)
        CORUN_RAISE(-ENOMEM);
    CORUN_AWAIT(CORUN_CALL(waits_for_future, .future = my->future, .seconds = 1));
    CORUN_FINALLY();
    corun_future_release(my->future);
    CORUN_END();
}

TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_CALL(wait_once), 0, 200);
}

CORUN_ASYNC(waits_for_an_error, (int until;), (corun_task *a, *b;)) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    my->a = spawn_fail(1);
    my->b = spawn_give(1);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->a), corun_join(my->b)), my->until, INFINITY));
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

/* W4: it has looked at the error only if it waits for one */
TEST(the_error_that_ends_a_wait_is_told)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(waits_for_an_error, .until = CORUN_FIRST_EXCEPTION), NULL), 0);
    CHECK_LOG("");
    CHECK_ERROR(test_run_sim(CORUN_CALL(waits_for_an_error, .until = CORUN_ALL_COMPLETED), NULL), 0);
    CHECK_LOG("[Task exception was never retrieved] CORUN_USER-1");
}

/* More than the count's place in an awaitable can hold; none is looked at. */
TEST_LOOP(too_many_are_refused, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_wait(NULL, (size_t)INT32_MAX / 4 + 1, CORUN_ALL_COMPLETED, INFINITY));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CORUN_CATCH_AWAIT(corun_wait(NULL, (size_t)1 << 30, CORUN_ALL_COMPLETED, INFINITY)); /* shifted, it is 0 */
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CORUN_END();
}

CORUN_ASYNC(wait_without_timer, (), (corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(corun_current_loop(), &my->future), 0);
    test_fail_allocation(2); /* the first timer of the loop: the heap */
    CORUN_CATCH_AWAIT(corun_wait(CORUN_LIST(corun_wait_future(my->future)), CORUN_ALL_COMPLETED, 1));
    CHECK(test_allocation_failed());
    test_fail_allocation(0);
    CHECK_ERROR(CORUN_ERROR(), -ENOMEM);
    corun_future_release(my->future);
    CORUN_END();
}

TEST(without_memory_for_its_timer_a_wait_fails)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(wait_without_timer), NULL), 0);
}

CORUN_ASYNC(waits_for, (corun_future *future;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_wait_future(my->future)), CORUN_FIRST_COMPLETED, 100));
    CORUN_END();
}

/* Also when the wait is over, and the task's turn is queued. */
TEST(closed_in_each_round_around_its_end)
{
    for (int rounds = 0; rounds < 4; rounds++) {
        corun_loop *loop;
        corun_future *future = NULL;
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        CHECK_ERROR(corun_future_create(loop, &future), 0);
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(waits_for, .future = future), NULL), 0);
        for (int i = -1; i < rounds; i++) {
            corun_loop_stop(loop);
            CHECK_ERROR(corun_loop_run(loop), 0);
            if (i < 0)
                CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), 0);
        }
        CHECK_ERROR(corun_loop_close(loop), 0);
        corun_future_release(future);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
    CHECK_LOG("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}
