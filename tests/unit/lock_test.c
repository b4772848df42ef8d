/* Locks: who gets one and when, who passes it on, what cannot be done with one. */
#include "test.h"

static corun_lock lock;

/* Acquires, says so, holds for some rounds, releases. */
CORUN_ASYNC(use, (const char *name; int rounds;), (int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    test_log(my->name);
    for (my->i = 0; my->i < my->rounds; my->i++)
        CORUN_CATCH_ALL_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_END();
}

static corun_task *spawn_use(const char *name, int rounds)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(use, .name = name, .rounds = rounds), &task), 0);
    return task;
}

CORUN_ASYNC(join_all, (corun_task **tasks; int n;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->n; my->i++) {
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    CORUN_END();
}

TEST_LOOP(a_free_lock_is_had_at_once, (corun_task *other;)) {
    CORUN_BEGIN();
    lock = (corun_lock)CORUN_LOCK_INIT;
    CHECK(!corun_lock_locked(&lock));
    my->other = spawn_use("other", 0);
    CORUN_AWAIT(corun_lock_acquire(&lock));
    test_log("first"); /* without a suspension: the other has not begun */
    CHECK(corun_lock_locked(&lock));
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK(!corun_lock_locked(&lock));
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = &my->other, .n = 1));
    CHECK_LOG("first other");
    CORUN_END();
}

/* K1 */
TEST_LOOP(releasing_what_nobody_has_is_refused, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_lock_release(&lock), CORUN_NOT_ACQUIRED);
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK_ERROR(corun_lock_release(&lock), CORUN_NOT_ACQUIRED);
    CORUN_END();
}

/* K1 */
TEST_LOOP(who_waits_is_served_in_order, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->tasks[0] = spawn_use("a", 2);
    my->tasks[1] = spawn_use("b", 0);
    my->tasks[2] = spawn_use("c", 1);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("");
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = my->tasks, .n = 3));
    CHECK_LOG("a b c");
    CHECK(!corun_lock_locked(&lock));
    CORUN_END();
}

/* K1: released, but not to be had by who comes now */
TEST_LOOP(nobody_overtakes_who_was_woken, (corun_task *waits;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->waits = spawn_use("waits", 1);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK(!corun_lock_locked(&lock));
    CORUN_AWAIT(corun_lock_acquire(&lock));
    test_log("barges");
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = &my->waits, .n = 1));
    CHECK_LOG("waits barges");
    CORUN_END();
}

/* K1 */
TEST_LOOP(a_woken_task_that_is_cancelled_wakes_the_next, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->tasks[0] = spawn_use("a", 0);
    my->tasks[1] = spawn_use("b", 0);
    my->tasks[2] = spawn_use("c", 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK_EQ(corun_task_cancel(my->tasks[0], NULL), 1);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = my->tasks, .n = 3));
    CHECK_LOG("b c");
    CHECK(!corun_lock_locked(&lock));
    CORUN_END();
}

/* K1: a cancelled one at the head wakes nobody until its turn has come, as in asyncio */
TEST_LOOP(a_cancelled_head_keeps_its_place_until_its_turn, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->tasks[0] = spawn_use("a", 0);
    my->tasks[1] = spawn_use("b", 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[0], NULL);
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(corun_task_done(my->tasks[0]) && corun_task_cancelled(my->tasks[0]));
    CHECK_LOG(""); /* b was woken by a's turn only */
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("b");
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = my->tasks, .n = 2));
    CORUN_END();
}

/* K1: those who were cancelled do not count */
TEST_LOOP(cancelled_waiters_do_not_hold_up_who_comes, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->tasks[0] = spawn_use("a", 0);
    my->tasks[1] = spawn_use("b", 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[1], NULL);
    corun_task_cancel(my->tasks[0], NULL);
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CHECK(!corun_task_done(my->tasks[0])); /* their turn is still to come */
    CORUN_AWAIT(corun_yield());
    CHECK(corun_task_cancelled(my->tasks[0]) && corun_task_cancelled(my->tasks[1]));
    CHECK(corun_lock_locked(&lock));
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = my->tasks, .n = 2));
    CHECK_LOG("");
    CORUN_END();
}

/* T4 T9: woken, cancelled, and that taken back */
TEST_LOOP(a_cancellation_taken_back_in_time_takes_nothing_away, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->task = spawn_use("a", 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(corun_task_uncancel(my->task), 0);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = &my->task, .n = 1));
    CHECK_LOG("a");
    CORUN_END();
}

/* B42 */
TEST_LOOP(a_free_lock_delivers_no_cancellation, (corun_task *task;)) {
    CORUN_BEGIN();
    corun_task_cancel(corun_current_task(), NULL);
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK_EQ(corun_task_uncancel(corun_current_task()), 0);
    CORUN_END();
}

CORUN_ASYNC(cancel_before_waiting, (), ()) {
    CORUN_BEGIN();
    corun_task_cancel(corun_current_task(), "early");
    CORUN_AWAIT(corun_lock_acquire(&lock));
    test_log("not reached");
    CORUN_END();
}

static const char *message_of(corun_task *task)
{
    const corun_failure *failure = corun_task_failure(task);
    return failure ? failure->message : "none";
}

/* T3 */
TEST_LOOP(a_cancellation_that_is_due_ends_the_wait, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_before_waiting), &my->task), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_TEXT(message_of(my->task), "early");
    corun_task_release(my->task);
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_END();
}

/* T5: the first message of a wait that was cancelled; the last one of a task that was woken */
TEST_LOOP(messages_of_cancellations_arrive, (corun_task *tasks[2]; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->tasks[0] = spawn_use("a", 0);
    my->tasks[1] = spawn_use("b", 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[1], "first");
    corun_task_cancel(my->tasks[1], "second");
    CHECK_ERROR(corun_lock_release(&lock), 0);
    corun_task_cancel(my->tasks[0], "first");
    corun_task_cancel(my->tasks[0], "second");
    for (my->i = 0; my->i < 2; my->i++)
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->i]));
    CHECK_TEXT(message_of(my->tasks[0]), "second");
    CHECK_TEXT(message_of(my->tasks[1]), "first");
    corun_task_release(my->tasks[0]);
    corun_task_release(my->tasks[1]);
    CORUN_END();
}

/* ---------------------------------------------------------------- moments */

enum { THREE = 3, MOMENTS = 12 };

/* Every moment at which one of three can be cancelled: the others get the lock, in order. */
CORUN_ASYNC(cancel_at, (int victim; int moment;), (corun_task *tasks[THREE]; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < THREE; my->i++)
        my->tasks[my->i] = spawn_use(my->i == 0 ? "a" : my->i == 1 ? "b" : "c", 2);
    for (my->i = 0; my->i < my->moment; my->i++)
        CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[my->victim], NULL);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = my->tasks, .n = THREE));
    CHECK(!corun_lock_locked(&lock));
    CHECK(!lock.private_.waiters.last && lock.private_.live == 0);
    CORUN_END();
}

static const char *const with_one_left_out[THREE] = {"b c", "a c", "a b"};

TEST(one_is_cancelled_at_every_moment)
{
    int first_served[THREE] = {0}; /* the moment from which the victim had had the lock */
    for (int victim = 0; victim < THREE; victim++) {
        for (int moment = 0; moment < MOMENTS; moment++) {
            bool early = moment <= (victim == 0 ? 0 : victim * 3);
            lock = (corun_lock)CORUN_LOCK_INIT;
            CHECK_ERROR(test_run_sim(CORUN_CALL(cancel_at, .victim = victim, .moment = moment), NULL), 0);
            CHECK_LOG(early ? with_one_left_out[victim] : "a b c");
            first_served[victim] += early;
        }
    }
    CHECK(first_served[0] < first_served[1] && first_served[1] < first_served[2]);
}

/* ------------------------------------------------------------------ loops */

CORUN_ASYNC(wait_twice, (), (corun_task *other;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    my->other = spawn_use("waited", 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_CATCH_AWAIT(corun_join(my->other));
    test_log(corun_error_name(CORUN_ERROR()));
    corun_task_release(my->other);
    CORUN_END();
}

CORUN_ASYNC(use_alone, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CORUN_END();
}

/* K8 */
TEST(a_lock_belongs_to_the_loop_on_which_somebody_waited)
{
    corun_runner first = CORUN_RUNNER_INIT, second = CORUN_RUNNER_INIT;
    CHECK(test_open_sim(&first) != test_open_sim(&second));
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(use_alone), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(wait_twice), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(use_alone), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(wait_twice), NULL, NULL), 0);
    CHECK_LOG("waited OK CORUN_OTHER_LOOP");
    CHECK(!corun_lock_locked(&lock));
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
}

/* -------------------------------------------------------------------- ends */

CORUN_ASYNC(want, (corun_lock *lock;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(my->lock));
    test_log("not reached");
    CORUN_END();
}

CORUN_ASYNC(own_a_lock, (), (corun_lock own; int i; corun_task *last;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&my->own));
    for (my->i = 0; my->i < 4; my->i++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(want, .lock = &my->own), my->i ? NULL : &my->last), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&my->own), 0);  /* one is due, */
    corun_task_cancel(my->last, NULL);             /* and cancelled */
    corun_task_release(my->last);
    corun_loop_stop(corun_current_loop());
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

/* B65: whoever waits is taken out of a lock that goes with another task's frame */
TEST(a_loop_that_closes_unlinks_who_waits)
{
    for (int rounds = 0; rounds < 3; rounds++) {
        corun_loop *loop = NULL;
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(own_a_lock), NULL), 0);
        CHECK_ERROR(corun_loop_run(loop), 0);
        for (int i = 0; i < rounds; i++) {
            corun_loop_stop(loop);
            CHECK_ERROR(corun_loop_run(loop), 0);
        }
        CHECK_ERROR(corun_loop_close(loop), 0);
    }
}

static void log_state(void)
{
    CHECK(!corun_lock_locked(&lock));
    CHECK(!lock.private_.waiters.last && lock.private_.live == 0);
}

CORUN_ASYNC(hold_for_ever, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

/* A lock outlives its loop: nobody waits for it then. */
TEST(a_lock_of_a_loop_that_is_gone_has_nobody_waiting)
{
    corun_loop *loop = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(hold_for_ever), NULL), 0);
    for (int i = 0; i < 3; i++)
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(use_alone), NULL), 0);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_EQ(lock.private_.live, 3);
    CHECK_ERROR(corun_lock_release(&lock), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    log_state();
}

CORUN_ASYNC(wait_for_nobody, (), (corun_lock own;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&my->own));
    CORUN_AWAIT(corun_lock_acquire(&my->own));
    CORUN_END();
}

TEST(waiting_for_a_lock_that_nobody_releases_is_a_deadlock)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(wait_for_nobody), NULL), CORUN_DEADLOCK);
}

static long made;

CORUN_ASYNC(count_allocations, (), (corun_task *tasks[THREE]; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    for (my->i = 0; my->i < THREE; my->i++)
        my->tasks[my->i] = spawn_use("x", 1);
    made = test_allocations_made();
    for (my->i = 0; my->i < 4; my->i++)
        CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&lock), 0);
    for (my->i = 0; my->i < 20; my->i++)
        CORUN_AWAIT(corun_yield());
    CHECK_EQ(test_allocations_made(), made);
    CORUN_AWAIT(CORUN_CALL(join_all, .tasks = my->tasks, .n = THREE));
    CORUN_END();
}

TEST(waiting_for_a_lock_allocates_nothing)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(count_allocations), NULL), 0);
    CHECK_LOG("x x x");
}
