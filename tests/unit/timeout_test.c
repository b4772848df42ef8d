/* Timeouts: when they expire, and what becomes of the cancellation. asyncio O1-O6. */
#include "endings.h"

#include <errno.h>
#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

static corun_task *me(void)
{
    return corun_current_task();
}

/* Sleeps within a limit; what else happens is by `act`. */
enum { PLAIN, SWALLOW, CONVERT, FINISH_IN_TIME };

CORUN_ASYNC(limited, (double seconds; int act; bool foreign; corun_timeout *seen;), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, my->seconds), 0);
    CORUN_TRY();
    if (my->act == FINISH_IN_TIME) {
        CORUN_AWAIT(corun_yield());
        CORUN_RETURN(.i = 1);
    }
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(my->foreign || corun_timeout_expired(&my->timeout)); /* expiring */
    if (my->act == SWALLOW)
        CORUN_RETURN(.i = 2);
    if (my->act == CONVERT)
        CORUN_RAISE(MY_ERROR);
    CORUN_RAISE(CORUN_CANCELLED);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    if (my->seen)
        *my->seen = my->timeout;
    CORUN_END();
}

/* TO-01, O3: its cause is the cancellation */
TEST_LOOP(it_expires, (corun_task *task; corun_timeout seen; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(limited, .seconds = 0.01, .seen = &my->seen));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK(corun_timeout_expired(&my->seen));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(limited, .seconds = 0.001), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    my->failure = corun_task_failure(my->task);
    CHECK_ERROR(my->failure->code, CORUN_TIMEOUT);
    CHECK(my->failure->context && my->failure->context->code == CORUN_CANCELLED);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(in_time_nothing_happens, (corun_timeout seen;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(limited, .seconds = 10, .act = FINISH_IN_TIME, .seen = &my->seen));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK(!corun_timeout_expired(&my->seen));
    CORUN_END();
}

/* O3 */
TEST_LOOP(a_swallowed_expiry_is_no_error, (corun_timeout seen;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(limited, .seconds = 0.001, .act = SWALLOW, .seen = &my->seen));
    CHECK_EQ(CORUN_RESULT().i, 2);
    CHECK(corun_timeout_expired(&my->seen));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

/* TO-04, O3 */
TEST_LOOP(another_error_stands_and_its_context_tells, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(limited, .seconds = 0.001, .act = CONVERT), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    my->failure = corun_task_failure(my->task);
    CHECK(my->failure->context && my->failure->context->code == CORUN_TIMEOUT);
    corun_task_release(my->task);
    CORUN_END();
}

/* The same if the error comes in the cleanup: the cancellation was its context already. */
CORUN_ASYNC(fails_in_cleanup, (), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.001), 0);
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(NAN));
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

TEST_LOOP(between_an_error_and_the_cancellation_stands_the_timeout, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fails_in_cleanup), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    for (my->failure = corun_task_failure(my->task); my->failure; my->failure = my->failure->context)
        test_log(corun_error_name(my->failure->code));
    CHECK_LOG("CORUN_INVALID_DELAY CORUN_TIMEOUT CORUN_CANCELLED");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(raises_with_message, (), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.001), 0);
    CORUN_TRY();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CORUN_RAISE(CORUN_CANCELLED, "raised anew");
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

/* O3: the one that was raised, with its message */
TEST_LOOP(the_cancellation_is_kept_as_its_context, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(raises_with_message), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    my->failure = corun_task_failure(my->task)->context;
    CHECK(my->failure && my->failure->code == CORUN_CANCELLED);
    if (my->failure)
        CHECK_TEXT(my->failure->message, "raised anew");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(never_suspends, (double seconds; double blocks;), (corun_timeout timeout; double until;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, my->seconds), 0);
    my->until = corun_loop_time(corun_current_loop()) + my->blocks;
    while (my->blocks > 0 && corun_loop_time(corun_current_loop()) < my->until)
        continue;
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(!corun_timeout_expired(&my->timeout));
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* TO-02, O2 */
TEST_LOOP(without_a_suspension_it_cannot_expire, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(never_suspends, .seconds = 0));
    CORUN_AWAIT(CORUN_CALL(never_suspends, .seconds = -1));
    CORUN_AWAIT(CORUN_CALL(never_suspends, .seconds = 0.001, .blocks = 0.005));
    CORUN_END();
}

/* O2 O6 */
TEST_LOOP(what_has_passed_expires_at_the_first_suspension, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(limited, .seconds = 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CORUN_CATCH_AWAIT(CORUN_CALL(limited, .seconds = -5));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CORUN_END();
}

/* TO-05, O4: in whatever order they come */
TEST_LOOP(somebody_elses_cancellation_stays_one, (corun_task *task; corun_timeout seen; int first;)) {
    CORUN_BEGIN();
    for (my->first = 0; my->first < 2; my->first++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(limited, .seconds = my->first ? 0 : 10, .foreign = true, .seen = &my->seen),
                                &my->task), 0);
        CORUN_AWAIT(corun_yield());
        if (my->first)
            CORUN_AWAIT(corun_yield()); /* it expires meanwhile */
        corun_task_cancel(my->task, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK_EQ(corun_task_cancelling(my->task), 1);
        CHECK_EQ(corun_timeout_expired(&my->seen), my->first);
        corun_task_release(my->task);
    }
    CORUN_END();
}

/* O4: what was there before it was opened does not count */
TEST_LOOP(an_earlier_cancellation_is_none_of_its_business, ()) {
    CORUN_BEGIN();
    corun_task_cancel(me(), NULL);
    CORUN_CATCH_ALL_AWAIT(corun_yield());
    CORUN_CATCH_AWAIT(CORUN_CALL(limited, .seconds = 0.001));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_EQ(corun_task_uncancel(me()), 0);
    CORUN_END();
}

CORUN_ASYNC(inner_of_two, (double time;), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open_at(&my->timeout, my->time), 0);
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    test_log(corun_timeout_expired(&my->timeout) ? "inner-expired" : "inner");
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(outer_of_two, (double first, second;), (corun_timeout timeout; double now;)) {
    CORUN_BEGIN();
    my->now = corun_loop_time(corun_current_loop());
    CHECK_ERROR(corun_timeout_open_at(&my->timeout, my->now + my->first), 0);
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(inner_of_two, .time = my->now + my->second));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    test_log(corun_timeout_expired(&my->timeout) ? "outer-expired" : "outer");
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

/* O5 */
TEST_LOOP(of_nested_ones_with_one_deadline_the_outermost_fails, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(outer_of_two, .first = 0.002, .second = 0.002));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_LOG("inner-expired CORUN_CANCELLED outer-expired CORUN_TIMEOUT");
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_CATCH_AWAIT(CORUN_CALL(outer_of_two, .first = 10, .second = 0.002));
    CHECK_LOG("inner-expired CORUN_TIMEOUT outer CORUN_TIMEOUT");
    CORUN_CATCH_AWAIT(CORUN_CALL(outer_of_two, .first = 0.002, .second = 10));
    CHECK_LOG("inner CORUN_CANCELLED outer-expired CORUN_TIMEOUT");
    CORUN_END();
}

CORUN_ASYNC(one_frame_with_two, (), (corun_timeout outer, inner;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->outer, 10), 0);
    CHECK_ERROR(corun_timeout_open(&my->inner, 0.001), 0);
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    CORUN_CATCH_AWAIT(corun_timeout_close(&my->inner)); /* dealt with: the exit is none any more */
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_ERROR(CORUN_EXIT_ERROR(), 0);
    CORUN_AWAIT(corun_timeout_close(&my->outer));
    CORUN_END();
}

TEST_LOOP(a_close_that_catches_leaves_no_error, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(one_frame_with_two));
    CORUN_END();
}

/* TO-07, O1 */
TEST_LOOP(it_is_rescheduled_while_it_is_active, (corun_timeout timeout; double now;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, 1), CORUN_TIMEOUT_NOT_ENTERED);
    CHECK_ERROR(corun_timeout_open(&my->timeout, NAN), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.001), 0);
    CHECK_ERROR(corun_timeout_open(&my->timeout, 1), CORUN_TIMEOUT_ENTERED);
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, NAN), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, INFINITY), 0);
    CHECK(isinf(corun_timeout_when(&my->timeout)));
    CORUN_AWAIT(corun_sleep(0.005));
    my->now = corun_loop_time(corun_current_loop());
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, my->now + 100), 0);
    CHECK(fabs(corun_timeout_when(&my->timeout) - my->now - 100) < 1e-6);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, my->now - 1), 0);
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, my->now - 2), 0);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, 1), CORUN_TIMEOUT_EXPIRING);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, 1), CORUN_TIMEOUT_EXPIRED);
    CORUN_AWAIT(corun_timeout_close(&my->timeout)); /* nothing happens */
    my->timeout = (corun_timeout)CORUN_TIMEOUT_INIT;
    CHECK_ERROR(corun_timeout_open(&my->timeout, INFINITY), 0); /* O6 */
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, 1), CORUN_TIMEOUT_FINISHED);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

CORUN_ASYNC(set_limit, (corun_timeout *timeout; double seconds;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_reschedule(my->timeout, corun_loop_time(corun_current_loop()) + my->seconds), 0);
    CORUN_END();
}

/* O1 */
static void stubborn_start(void *self, corun_waiter *waiter)
{
    (void)self, (void)waiter;
}

static void reschedule_when_cancelled(void *timeout, corun_waiter *waiter)
{
    test_log(corun_error_name(corun_timeout_reschedule(timeout, 1e9)));
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type stubborn_type = {"stubborn", stubborn_start, reschedule_when_cancelled};

CORUN_ASYNC(wait_stubbornly, (), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.001), 0);
    CORUN_TRY();
    CORUN_AWAIT(corun_awaitable_of(&stubborn_type, &my->timeout));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

/* O1, by what its own cancellation calls */
TEST_LOOP(one_that_is_expiring_is_not_rescheduled, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(wait_stubbornly));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_LOG("CORUN_TIMEOUT_EXPIRING");
    CORUN_END();
}

TEST_LOOP(a_limit_that_another_coroutine_sets_stays, (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, INFINITY), 0);
    CORUN_AWAIT(CORUN_CALL(set_limit, .timeout = &my->timeout, .seconds = 0.002));
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_timeout_expired(&my->timeout));
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

/* O1 */
TEST(a_timeout_needs_a_task)
{
    corun_timeout timeout = CORUN_TIMEOUT_INIT;
    CHECK_ERROR(corun_timeout_open(&timeout, 1), CORUN_NO_TASK);
}

CORUN_ASYNC(forgets_to_close, (), (corun_timeout timeout, other;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 0.001), 0);
    CHECK_ERROR(corun_timeout_open(&my->other, 0), 0);
    CORUN_END();
}

TEST_LOOP(a_forgotten_one_ends_with_its_frame, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(forgets_to_close));
    CORUN_AWAIT(corun_sleep(0.005));
    CORUN_END();
}

CORUN_ASYNC(opens_only, (corun_timeout *timeout;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(my->timeout, 0.001), 0);
    CORUN_END();
}

TEST_LOOP(one_that_outlives_its_frame_is_finished, (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(opens_only, .timeout = &my->timeout));
    CHECK_ERROR(corun_timeout_reschedule(&my->timeout, 1), CORUN_TIMEOUT_FINISHED);
    CORUN_AWAIT(corun_sleep(0.005));
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK(!corun_timeout_expired(&my->timeout));
    CORUN_END();
}

/* In a generator, which goes from task to task. */
CORUN_ASYNC(yields_with_a_limit, (double seconds;), (corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, my->seconds), 0);
    CORUN_TRY();
    CORUN_YIELD(.i = 1);
    CORUN_AWAIT(corun_sleep(10));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

TEST_LOOP(a_timeout_in_a_generator, (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yields_with_a_limit, .seconds = 0.002), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CORUN_CATCH_AWAIT(corun_generator_next(my->generator));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    corun_generator_release(my->generator);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yields_with_a_limit, .seconds = 10), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_AWAIT(corun_generator_close(my->generator));
    corun_generator_release(my->generator);
    CORUN_END();
}

/* Dropped in any round, with a loop that is closed by hand. */
CORUN_ASYNC(two_generators, (), (corun_generator *generator; corun_timeout timeout;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, 3), 0);
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yields_with_a_limit, .seconds = 10), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    corun_generator_release(my->generator);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(5));
    CORUN_AWAIT(corun_sleep(5));
    CORUN_END();
}

TEST(a_loop_that_is_closed_drops_its_timeouts)
{
    end_with_the_loop(CORUN_CALL(two_generators), 0, 7);
}

TEST(each_interrupted_step_leaves_nothing)
{
    end_before_each_step(CORUN_CALL(outer_of_two, .first = 2, .second = 2), CORUN_TIMEOUT, 1, 50);
}

CORUN_ASYNC(opens_without_memory, (), (corun_timeout timeout; int rc;)) {
    CORUN_BEGIN();
    my->rc = corun_timeout_open(&my->timeout, 1);
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(2));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_CALL(opens_without_memory), CORUN_TIMEOUT, 100);
}

/* Of a timeout that is due, and so is not in the heap, which must grow. */
CORUN_ASYNC(reschedules_without_memory, (), (corun_timeout timeout, many[40]; int i, rc;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_timeout_open(&my->timeout, -1), 0); /* due, so not in the heap */
    for (my->i = 0; my->i < 40; my->i++) {
        test_fail_allocation(1);
        my->rc = corun_timeout_reschedule(&my->timeout, 1000);
        test_fail_allocation(0);
        if (my->rc == -ENOMEM)
            break;
        CHECK_ERROR(my->rc, 0);
        CHECK_ERROR(corun_timeout_reschedule(&my->timeout, -1), 0);
        CHECK_ERROR(corun_timeout_open(&my->many[my->i], 1000), 0);
    }
    CHECK_ERROR(my->rc, -ENOMEM);
    CHECK_EQ(corun_timeout_when(&my->timeout), -1);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CORUN_END();
}

TEST(without_memory_the_limit_stays)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(reschedules_without_memory), NULL), 0);
}
