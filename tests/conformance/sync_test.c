/* LK, EV, CV, SE, BA: lock, event, condition, semaphore, barrier. */
#include "scene.h"

/* Lets a number of rounds pass. */
CORUN_ASYNC(pause, (int rounds;), ()) {
    CORUN_BEGIN();
    while (my->rounds-- > 0)
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}

static corun_task *spawn(corun_awaitable awaitable)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(awaitable, &task), 0);
    return task;
}

/* ------------------------------------------------------------------------ lock */

static corun_lock lock;

CORUN_ASYNC(lock_twice, (const char *first, *second;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 2; my->i++) {
        CORUN_AWAIT(corun_lock_acquire(&lock));
        CHECK(corun_lock_locked(&lock));
        test_log(my->i == 0 ? my->first : my->second);
        CORUN_AWAIT(corun_yield());
        CHECK_ERROR(corun_lock_release(&lock), 0);
        CHECK(!corun_lock_locked(&lock));
    }
    CORUN_END();
}

/* Whoever releases acquires again at once, and is behind the one that waits. */
SCENARIO_MAIN(LK_01_fair_hand_over, (corun_task *a, *b;)) {
    CORUN_BEGIN();
    my->a = spawn(CORUN_CALL(lock_twice, .first = "a0", .second = "a1"));
    my->b = spawn(CORUN_CALL(lock_twice, .first = "b0", .second = "b1"));
    CORUN_AWAIT(corun_join(my->a));
    CORUN_AWAIT(corun_join(my->b));
    CHECK_LOG("a0 b0 a1 b1");
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

CORUN_ASYNC(lock_once, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    test_log(my->name);
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_END();
}

SCENARIO_MAIN(LK_02_woken_waiter_cancelled, (corun_task *b, *c;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->b = spawn(CORUN_CALL(lock_once, .name = "b"));
    my->c = spawn(CORUN_CALL(lock_once, .name = "c"));
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK_EQ(corun_task_cancel(my->b, NULL), 1);
    CORUN_AWAIT(corun_join(my->c));
    CHECK_LOG("c");
    CHECK(corun_task_cancelled(my->b));
    CHECK(!corun_lock_locked(&lock));
    corun_task_release(my->b);
    corun_task_release(my->c);
    CORUN_END();
}

/* ----------------------------------------------------------------------- event */

static corun_event event;

CORUN_ASYNC(wait_for_event, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_event_wait(&event));
    CHECK(!corun_event_is_set(&event));
    test_log("woken");
    CORUN_END();
}

SCENARIO_MAIN(EV_01_set_wakes_even_if_cleared, (corun_task *waiter;)) {
    CORUN_BEGIN();
    my->waiter = spawn(CORUN_CALL(wait_for_event));
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_event_set(&event), 0);
    corun_event_clear(&event);
    CORUN_AWAIT(corun_join(my->waiter));
    CHECK_LOG("woken");
    corun_task_release(my->waiter);
    CORUN_END();
}

/* ------------------------------------------------------------------- condition */

static corun_condition condition;

CORUN_ASYNC(wait_for_news, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CORUN_TRY();
    CORUN_AWAIT(corun_condition_wait(&condition));
    test_log("news");
    CORUN_FINALLY();
    CHECK(corun_condition_locked(&condition));
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_END();
}

/* Cancelled when it has been notified, and when it has not. */
SCENARIO_MAIN(CV_01_cancel_while_reacquiring, (corun_task *waiter; int notified;)) {
    CORUN_BEGIN();
    for (my->notified = 0; my->notified < 2; my->notified++) {
        my->waiter = spawn(CORUN_CALL(wait_for_news));
        CORUN_AWAIT(corun_yield());
        CORUN_AWAIT(corun_condition_acquire(&condition));
        if (my->notified)
            CHECK_ERROR(corun_condition_notify(&condition, 1), 0);
        CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
        CHECK_EQ(corun_task_cancel(my->waiter, NULL), 1);
        CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
        CHECK_EQ(corun_task_cancel(my->waiter, NULL), 1);
        CORUN_AWAIT(CORUN_CALL(pause, .rounds = 5));
        CHECK(!corun_task_done(my->waiter));
        CHECK_LOG("");
        CHECK_ERROR(corun_condition_release(&condition), 0);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->waiter));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK_LOG("CORUN_CANCELLED");
        CHECK_EQ(corun_task_cancelling(my->waiter), 2);
        CHECK(!corun_condition_locked(&condition));
        corun_task_release(my->waiter);
    }
    CORUN_END();
}

/* ------------------------------------------------------------------- semaphore */

static corun_semaphore semaphore;

CORUN_ASYNC(use_semaphore, (int number;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_semaphore_acquire(&semaphore));
    test_log_number(my->number);
    CORUN_AWAIT(corun_yield());
    CHECK(corun_semaphore_locked(&semaphore));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CORUN_END();
}

enum { USERS = 4 };

SCENARIO_MAIN(SE_01_fifo, (corun_task *users[USERS]; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_semaphore_init_bounded(&semaphore, 1), 0);
    for (my->i = 0; my->i < USERS; my->i++)
        my->users[my->i] = spawn(CORUN_CALL(use_semaphore, .number = my->i));
    for (my->i = 0; my->i < USERS; my->i++) {
        CORUN_AWAIT(corun_join(my->users[my->i]));
        corun_task_release(my->users[my->i]);
    }
    CHECK_LOG("0 1 2 3");
    CHECK(!corun_semaphore_locked(&semaphore));
    CHECK_ERROR(corun_semaphore_release(&semaphore), CORUN_RELEASED_TOO_OFTEN);
    CORUN_END();
}

/* --------------------------------------------------------------------- barrier */

enum { PARTIES = 3 };

static corun_barrier barrier;
static corun_task *parties[PARTIES];

/* Meets the others, and logs its number, or the error. */
CORUN_ASYNC(meet, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_barrier_wait(&barrier));
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    CORUN_RETURN(.i = CORUN_ERROR() ? -1 : CORUN_RESULT().i);
    CORUN_END();
}

CORUN_ASYNC(spawn_parties, (int count;), ()) {
    CORUN_BEGIN();
    for (int i = 0; i < my->count; i++)
        parties[i] = spawn(CORUN_CALL(meet));
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(join_parties, (int count;), (int i, sum;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->count; my->i++) {
        CORUN_AWAIT(corun_join(parties[my->i]));
        if (CORUN_RESULT().i >= 0)
            my->sum |= 1 << CORUN_RESULT().i;
        corun_task_release(parties[my->i]);
    }
    CORUN_RETURN(.i = my->sum);
    CORUN_END();
}

/* Trips it: the numbers of all parties are 0, 1 and 2, in whatever order. */
CORUN_ASYNC(trip, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(spawn_parties, .count = PARTIES));
    CORUN_AWAIT(CORUN_CALL(join_parties, .count = PARTIES));
    CHECK_EQ(CORUN_RESULT().i, 7);
    CHECK_LOG("");
    CORUN_END();
}

SCENARIO_MAIN(BA_01_trip_abort_reset_cancel, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, PARTIES), 0);
    CORUN_AWAIT(CORUN_CALL(trip));

    CORUN_AWAIT(CORUN_CALL(spawn_parties, .count = 1));
    CHECK_ERROR(corun_barrier_abort(&barrier), 0);
    CHECK(corun_barrier_broken(&barrier));
    CORUN_AWAIT(CORUN_CALL(join_parties, .count = 1));
    CHECK_LOG("CORUN_BROKEN_BARRIER");
    CORUN_CATCH_AWAIT(corun_barrier_wait(&barrier));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BROKEN_BARRIER);

    CHECK_ERROR(corun_barrier_reset(&barrier), 0);
    CHECK(!corun_barrier_broken(&barrier));
    CORUN_AWAIT(CORUN_CALL(trip));

    CORUN_AWAIT(CORUN_CALL(spawn_parties, .count = 2));
    CHECK_ERROR(corun_barrier_reset(&barrier), 0);
    CORUN_AWAIT(CORUN_CALL(join_parties, .count = 2));
    CHECK_LOG("CORUN_BROKEN_BARRIER CORUN_BROKEN_BARRIER");
    CHECK(!corun_barrier_broken(&barrier));

    CORUN_AWAIT(CORUN_CALL(spawn_parties, .count = 2));
    CHECK_EQ(corun_task_cancel(parties[0], NULL), 1);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("CORUN_CANCELLED");
    CHECK(!corun_barrier_broken(&barrier));
    CHECK_EQ(corun_barrier_waiting(&barrier), 1);
    corun_task_release(parties[0]);
    parties[0] = spawn(CORUN_CALL(meet));
    parties[2] = spawn(CORUN_CALL(meet));
    CORUN_AWAIT(CORUN_CALL(join_parties, .count = PARTIES));
    CHECK_LOG(""); /* all have met. One number comes twice, as in asyncio: it is how many were there before */
    CORUN_AWAIT(CORUN_CALL(trip));
    CORUN_END();
}
