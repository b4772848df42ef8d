/* Events: who is woken, and by what. */
#include "test.h"

static corun_event event;

CORUN_ASYNC(wait_for_event, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_event_wait(&event));
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

static corun_task *spawn_wait(const char *name)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(wait_for_event, .name = name), &task), 0);
    return task;
}

/* K2 */
TEST_LOOP(a_set_event_lets_through_at_once, (corun_task *other;)) {
    CORUN_BEGIN();
    event = (corun_event)CORUN_EVENT_INIT;
    CHECK(!corun_event_is_set(&event));
    CHECK_ERROR(corun_event_set(&event), 0);
    CHECK_ERROR(corun_event_set(&event), 0);
    CHECK(corun_event_is_set(&event));
    my->other = spawn_wait("other");
    CORUN_AWAIT(corun_event_wait(&event));
    CHECK_LOG("");
    corun_event_clear(&event);
    CHECK(!corun_event_is_set(&event));
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_event_set(&event), 0);
    CORUN_AWAIT(corun_join(my->other));
    corun_task_release(my->other);
    CHECK_LOG("other");
    CORUN_END();
}

/* K2: also if it is cleared at once */
TEST_LOOP(setting_wakes_all_who_wait_in_order, (corun_task *tasks[3]; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        my->tasks[my->i] = spawn_wait(my->i == 0 ? "a" : my->i == 1 ? "b" : "c");
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_event_set(&event), 0);
    corun_event_clear(&event);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("a b c");
    for (my->i = 0; my->i < 3; my->i++)
        corun_task_release(my->tasks[my->i]);
    CORUN_END();
}

/* K2 T2 */
TEST_LOOP(one_is_cancelled_before_and_after_it_is_woken, (corun_task *tasks[3]; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        my->tasks[my->i] = spawn_wait(my->i == 0 ? "a" : my->i == 1 ? "b" : "c");
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[1], NULL);
    CHECK_ERROR(corun_event_set(&event), 0);
    corun_task_cancel(my->tasks[2], NULL);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("b CORUN_CANCELLED a c CORUN_CANCELLED");
    for (my->i = 0; my->i < 3; my->i++)
        corun_task_release(my->tasks[my->i]);
    CHECK(!event.private_.waiters.last);
    CORUN_END();
}

CORUN_ASYNC(set_for_another, (), (corun_task *other;)) {
    CORUN_BEGIN();
    corun_event_clear(&event);
    my->other = spawn_wait("waited");
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_event_set(&event), 0);
    CORUN_AWAIT(corun_event_wait(&event)); /* it need not wait */
    CORUN_AWAIT(corun_join(my->other));
    corun_task_release(my->other);
    CORUN_END();
}

/* K8 */
TEST(an_event_belongs_to_the_loop_on_which_somebody_waited)
{
    corun_runner first, second;
    test_open_sim(&first);
    test_open_sim(&second);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(set_for_another), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(set_for_another), NULL, NULL), 0);
    CHECK_LOG("waited waited CORUN_OTHER_LOOP");
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
}

/* B65 */
TEST(a_loop_that_closes_unlinks_who_waits_for_an_event)
{
    for (int woken = 0; woken < 2; woken++) {
        corun_loop *loop = NULL;
        event = (corun_event)CORUN_EVENT_INIT;
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        for (int i = 0; i < 3; i++)
            CHECK_ERROR(corun_loop_spawn(loop, corun_event_wait(&event), NULL), 0);
        corun_loop_stop(loop);
        CHECK_ERROR(corun_loop_run(loop), 0);
        CHECK(event.private_.waiters.last != NULL);
        if (woken)
            CHECK_ERROR(corun_event_set(&event), 0);
        CHECK_ERROR(corun_loop_close(loop), 0);
        CHECK(event.private_.waiters.last == NULL);
    }
}
