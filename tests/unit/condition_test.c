/* Conditions: waiting with a lock, being told, and having the lock again whatever happens. */
#include "test.h"

static corun_condition condition;
static corun_lock outer_lock;

CORUN_ASYNC(wait_for_news, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CORUN_CATCH_ALL_AWAIT(corun_condition_wait(&condition));
    CHECK(corun_condition_locked(&condition)); /* K3: in any case */
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_END();
}

static corun_task *spawn_listener(const char *name)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(wait_for_news, .name = name), &task), 0);
    return task;
}

CORUN_ASYNC(notify, (size_t n;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CHECK_ERROR(corun_condition_notify(&condition, my->n), 0);
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_END();
}

/* Lets a number of rounds pass. */
CORUN_ASYNC(pause, (int rounds;), ()) {
    CORUN_BEGIN();
    while (my->rounds-- > 0)
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}

enum { ABC = 3 };
static const char *const abc[ABC] = {"a", "b", "c"};

CORUN_ASYNC(with_listeners, (corun_task **tasks;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < ABC; my->i++)
        my->tasks[my->i] = spawn_listener(abc[my->i]);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    CORUN_END();
}

CORUN_ASYNC(join_listeners, (corun_task **tasks;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < ABC; my->i++) {
        CORUN_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    CHECK(!corun_condition_locked(&condition));
    CHECK(!condition.private_.waiters.last);
    CORUN_END();
}

/* K3 */
TEST_LOOP(both_need_the_lock, ()) {
    CORUN_BEGIN();
    condition = (corun_condition)CORUN_CONDITION_INIT;
    CHECK_ERROR(corun_condition_notify(&condition, 1), CORUN_NOTIFY_NEEDS_LOCK);
    CHECK_ERROR(corun_condition_notify_all(&condition), CORUN_NOTIFY_NEEDS_LOCK);
    CORUN_CATCH_AWAIT(corun_condition_wait(&condition));
    CHECK_ERROR(CORUN_ERROR(), CORUN_WAIT_NEEDS_LOCK);
    CHECK_ERROR(corun_condition_release(&condition), CORUN_NOT_ACQUIRED);
    CORUN_END();
}

/* K3 */
TEST_LOOP(so_many_are_notified_in_order, (corun_task *tasks[ABC];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(notify, .n = 5)); /* lost: nobody waits yet */
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(CORUN_CALL(notify, .n = 2));
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 5));
    CHECK_LOG("a b");
    CORUN_AWAIT(CORUN_CALL(notify, .n = 1));
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("c");
    CORUN_END();
}

/* K3: they have the lock one after another */
TEST_LOOP(all_are_notified, (corun_task *tasks[ABC];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CHECK_ERROR(corun_condition_notify_all(&condition), 0);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 3));
    CHECK_LOG("");
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("a b c");
    CORUN_END();
}

TEST_LOOP(a_lock_can_be_shared, (corun_condition other; corun_task *tasks[ABC];)) {
    CORUN_BEGIN();
    my->other = (corun_condition)CORUN_CONDITION_WITH(&outer_lock);
    corun_condition_init(&condition, &outer_lock);
    CHECK(corun_condition_lock(&my->other) == &outer_lock);
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(corun_lock_acquire(&outer_lock));
    CHECK(corun_condition_locked(&my->other));
    CHECK_ERROR(corun_condition_notify_all(&my->other), 0); /* nobody waits for that one */
    CHECK_ERROR(corun_condition_notify_all(&condition), 0);
    CHECK_ERROR(corun_condition_release(&my->other), 0);
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("a b c");
    CORUN_END();
}

/* ------------------------------------------------------------ cancellation */

/* K3: it waits for the lock first */
TEST_LOOP(a_cancelled_wait_ends_when_it_has_the_lock, (corun_task *tasks[ABC]; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(corun_condition_acquire(&condition));
    for (my->i = 0; my->i < 4; my->i++) {
        corun_task_cancel(my->tasks[0], NULL); /* absorbed, again and again */
        CORUN_AWAIT(corun_yield());
    }
    CHECK(!corun_task_done(my->tasks[0]));
    CHECK_LOG("");
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 4));
    CHECK_LOG("a CORUN_CANCELLED b"); /* one notify is passed on */
    CHECK_EQ(corun_task_cancelling(my->tasks[0]), 4);
    CORUN_AWAIT(CORUN_CALL(notify, .n = 1));
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("c");
    CORUN_END();
}

/* K3 */
TEST_LOOP(a_notified_task_that_is_cancelled_passes_it_on, (corun_task *tasks[ABC];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(CORUN_CALL(notify, .n = 1));
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 4));
    CHECK_LOG("a CORUN_CANCELLED b");
    CORUN_AWAIT(CORUN_CALL(notify, .n = 1));
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("c");
    CORUN_END();
}

/* K3: while it waits for the lock it loses its place there, and goes on as cancelled */
TEST_LOOP(cancelled_while_it_waits_for_the_lock_again, (corun_task *tasks[ABC];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CHECK_ERROR(corun_condition_notify(&condition, 2), 0);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2)); /* both wait for the lock now */
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("b a CORUN_CANCELLED c");
    CORUN_END();
}

/* K3: also in the round in which the lock is given to it */
TEST_LOOP(cancelled_when_the_lock_is_about_to_be_its_own, (corun_task *tasks[ABC];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CHECK_ERROR(corun_condition_notify(&condition, 2), 0);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    CHECK_ERROR(corun_condition_release(&condition), 0);
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(CORUN_CALL(join_listeners, .tasks = my->tasks));
    CHECK_LOG("b a CORUN_CANCELLED c");
    CORUN_END();
}

CORUN_ASYNC(listen_and_fail, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CORUN_TRY();
    CORUN_AWAIT(corun_condition_wait(&condition));
    CORUN_FINALLY();
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_END();
}

/* K3: of the cancellations that were absorbed the last one counts */
TEST_LOOP(the_last_message_arrives, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(listen_and_fail), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_condition_acquire(&condition));
    corun_task_cancel(my->task, "first");
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    corun_task_cancel(my->task, "last");
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    CHECK_ERROR(corun_condition_release(&condition), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_failure(my->task) != NULL);
    if (corun_task_failure(my->task))
        CHECK_TEXT(corun_task_failure(my->task)->message, "last");
    corun_task_release(my->task);
    CORUN_END();
}

/* ------------------------------------------------------------------- loops */

CORUN_ASYNC(listen_once, (), (corun_task *task;)) {
    CORUN_BEGIN();
    my->task = spawn_listener("x");
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(CORUN_CALL(notify, .n = 1));
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

/* K8: it fails before it lets go of the lock */
TEST(a_condition_belongs_to_the_loop_on_which_somebody_waited)
{
    corun_runner first, second;
    test_open_sim(&first);
    test_open_sim(&second);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(listen_once), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(listen_once), NULL, NULL), 0);
    CHECK_LOG("x x CORUN_OTHER_LOOP");
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
}

CORUN_ASYNC(stop_with_listeners, (int how;), (corun_task *tasks[ABC]; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_listeners, .tasks = my->tasks));
    CORUN_AWAIT(corun_condition_acquire(&condition));
    if (my->how > 0)
        CHECK_ERROR(corun_condition_notify(&condition, 2), 0);
    if (my->how > 1)
        CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    if (my->how > 2)
        corun_task_cancel(my->tasks[0], NULL);
    if (my->how > 3)
        CHECK_ERROR(corun_condition_release(&condition), 0);
    for (my->i = 0; my->i < ABC; my->i++)
        corun_task_release(my->tasks[my->i]);
    corun_loop_stop(corun_current_loop());
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

/* B65 */
TEST(a_loop_that_closes_unlinks_who_waits_for_a_condition)
{
    for (int how = 0; how < 5; how++) {
        corun_loop *loop = NULL;
        corun_condition_init(&condition, NULL);
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(stop_with_listeners, .how = how), NULL), 0);
        CHECK_ERROR(corun_loop_run(loop), 0);
        CHECK_ERROR(corun_loop_close(loop), 0);
        CHECK(!condition.private_.waiters.last && !condition.private_.own.private_.waiters.last);
        CHECK_EQ(condition.private_.own.private_.live, 0);
    }
}

CORUN_ASYNC(acquire_outer, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&outer_lock));
    CORUN_END();
}

/* One waits for the lock, which so belongs to this loop, and it stays locked. */
CORUN_ASYNC(contend_for_outer, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(acquire_outer));
    CHECK_ERROR(corun_spawn(CORUN_CALL(acquire_outer), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_lock_release(&outer_lock), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(listen_in_vain, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_condition_acquire(&condition));
    CORUN_CATCH_AWAIT(corun_condition_wait(&condition));
    test_log(my->name);
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(let_two_listen, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(listen_in_vain, .name = "a"), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(listen_in_vain, .name = "b"), NULL), 0);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 2));
    CORUN_END();
}

CORUN_ASYNC(notify_one, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_condition_notify(&condition, 1), 0);
    CORUN_AWAIT(CORUN_CALL(pause, .rounds = 3));
    CORUN_END();
}

/* K3 K8: who cannot have the lock again fails without it, and passes the notification on */
TEST(a_lock_that_has_become_another_loops_cannot_be_had_again)
{
    corun_runner first, second;
    test_open_sim(&first);
    test_open_sim(&second);
    outer_lock = (corun_lock)CORUN_LOCK_INIT;
    corun_condition_init(&condition, &outer_lock);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(let_two_listen), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(contend_for_outer), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(notify_one), NULL, NULL), 0);
    CHECK_LOG("a CORUN_OTHER_LOOP b CORUN_OTHER_LOOP");
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
}
