/* Semaphores: so many at a time, in order, and none lost. */
#include "test.h"

#include <limits.h>

static corun_semaphore semaphore;

CORUN_ASYNC(take_one, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_semaphore_acquire(&semaphore));
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

enum { ABCD = 4 };
static const char *const abcd[ABCD] = {"a", "b", "c", "d"};

CORUN_ASYNC(with_takers, (corun_task **tasks; int n;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->n; my->i++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(take_one, .name = abcd[my->i]), &my->tasks[my->i]), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(join_takers, (corun_task **tasks; int n;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->n; my->i++) {
        CORUN_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    CHECK(!semaphore.private_.waiters.last && semaphore.private_.woken == 0);
    CORUN_END();
}

/* K4 */
TEST_LOOP(a_value_below_0_is_refused, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_semaphore_init(&semaphore, -1), CORUN_NEGATIVE_SEMAPHORE);
    CHECK_ERROR(corun_semaphore_init_bounded(&semaphore, -1), CORUN_NEGATIVE_SEMAPHORE);
    CHECK_ERROR(corun_semaphore_init_bounded(&semaphore, 0), 0);
    semaphore = (corun_semaphore)CORUN_SEMAPHORE_INIT(-1);
    CORUN_CATCH_AWAIT(corun_semaphore_acquire(&semaphore));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NEGATIVE_SEMAPHORE);
    CORUN_END();
}

TEST(one_that_is_not_bounded_holds_an_int)
{
    CHECK_ERROR(corun_semaphore_init(&semaphore, INT_MAX), 0);
    CHECK_ERROR(corun_semaphore_release(&semaphore), CORUN_RELEASED_TOO_OFTEN);
    CHECK(!corun_semaphore_locked(&semaphore));
}

/* K4 */
TEST_LOOP(so_many_at_once_the_others_in_order, (corun_task *tasks[ABCD];)) {
    CORUN_BEGIN();
    semaphore = (corun_semaphore)CORUN_SEMAPHORE_INIT(2);
    CHECK(!corun_semaphore_locked(&semaphore));
    CORUN_AWAIT(CORUN_CALL(with_takers, .tasks = my->tasks, .n = ABCD));
    CHECK_LOG("a b");
    CHECK(corun_semaphore_locked(&semaphore));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0); /* not lost before they have run */
    CORUN_AWAIT(CORUN_CALL(join_takers, .tasks = my->tasks, .n = ABCD));
    CHECK_LOG("c d");
    CHECK(corun_semaphore_locked(&semaphore));
    CORUN_END();
}

/* K4: an unbounded one grows */
TEST_LOOP(releases_are_kept, (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    for (my->i = 0; my->i < 3; my->i++)
        CORUN_AWAIT(corun_semaphore_acquire(&semaphore));
    CHECK(corun_semaphore_locked(&semaphore));
    CORUN_END();
}

/* K4 */
TEST_LOOP(a_bounded_one_is_not_released_too_often, ()) {
    CORUN_BEGIN();
    semaphore = (corun_semaphore)CORUN_BOUNDED_SEMAPHORE_INIT(2);
    CHECK_ERROR(corun_semaphore_release(&semaphore), CORUN_RELEASED_TOO_OFTEN);
    CORUN_AWAIT(corun_semaphore_acquire(&semaphore));
    CORUN_AWAIT(corun_semaphore_acquire(&semaphore));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CHECK_ERROR(corun_semaphore_release(&semaphore), CORUN_RELEASED_TOO_OFTEN);
    CORUN_END();
}

/* K4: there is one more, but somebody who was woken has not had its turn */
TEST_LOOP(nobody_overtakes_a_woken_one, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_semaphore_init(&semaphore, 0), 0);
    CORUN_AWAIT(CORUN_CALL(with_takers, .tasks = my->tasks, .n = 1));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CHECK(corun_semaphore_locked(&semaphore));
    CORUN_AWAIT(corun_semaphore_acquire(&semaphore));
    test_log("main");
    CORUN_AWAIT(CORUN_CALL(join_takers, .tasks = my->tasks, .n = 1));
    CHECK_LOG("a main");
    CORUN_END();
}

/* K4 */
TEST_LOOP(a_woken_one_that_is_cancelled_passes_it_on, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_semaphore_init(&semaphore, 0), 0);
    CORUN_AWAIT(CORUN_CALL(with_takers, .tasks = my->tasks, .n = 3));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("a CORUN_CANCELLED");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("b");
    corun_task_cancel(my->tasks[2], NULL);
    CORUN_AWAIT(CORUN_CALL(join_takers, .tasks = my->tasks, .n = 3));
    CHECK_LOG("c CORUN_CANCELLED");
    CHECK_EQ(semaphore.private_.value, 0);
    CORUN_END();
}

/* K4: nobody is left to have it, so it is there */
TEST_LOOP(what_a_cancelled_one_was_to_have_is_there_again, (corun_task *tasks[1];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_semaphore_init_bounded(&semaphore, 1), 0);
    CORUN_AWAIT(corun_semaphore_acquire(&semaphore));
    CORUN_AWAIT(CORUN_CALL(with_takers, .tasks = my->tasks, .n = 1));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(CORUN_CALL(join_takers, .tasks = my->tasks, .n = 1));
    CHECK(!corun_semaphore_locked(&semaphore));
    CHECK_ERROR(corun_semaphore_release(&semaphore), CORUN_RELEASED_TOO_OFTEN);
    CHECK_LOG("a CORUN_CANCELLED");
    CORUN_END();
}

CORUN_ASYNC(take_twice, (), (corun_task *tasks[1];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_takers, .tasks = my->tasks, .n = 1));
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CORUN_AWAIT(CORUN_CALL(join_takers, .tasks = my->tasks, .n = 1));
    CORUN_END();
}

/* K8 */
TEST(a_semaphore_belongs_to_the_loop_on_which_somebody_waited)
{
    corun_runner first, second;
    test_open_sim(&first);
    test_open_sim(&second);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(take_twice), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(take_twice), NULL, NULL), 0);
    CHECK_LOG("a a CORUN_OTHER_LOOP");
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
}

/* B65 */
TEST(a_loop_that_closes_takes_nothing_from_a_semaphore)
{
    corun_loop *loop = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    for (int i = 0; i < 3; i++)
        CHECK_ERROR(corun_loop_spawn(loop, corun_semaphore_acquire(&semaphore), NULL), 0);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_ERROR(corun_semaphore_release(&semaphore), 0);
    CHECK_EQ(semaphore.private_.woken, 1);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_EQ(semaphore.private_.value, 1);
    CHECK(!corun_semaphore_locked(&semaphore));
}
