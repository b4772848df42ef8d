/* TASK: cancellation, joining, what a task may know. */
#include "scene.h"

enum { VALUE_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(say_and_give, (int value;), ()) {
    CORUN_BEGIN();
    test_log("ran");
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

/* ----------------------------------------------------------- before the first step */

SCENARIO_MAIN(TASK_01_cancel_before_start, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say_and_give), &my->task), 0);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_cancelled(my->task));
    CHECK_LOG("");
    corun_task_release(my->task);
    CORUN_END();
}

SCENARIO_MAIN(TASK_02_cancel_and_uncancel_before_start, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say_and_give, .value = 4), &my->task), 0);
    CHECK_EQ(corun_task_cancel(my->task, NULL), 1);
    CHECK_EQ(corun_task_uncancel(my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(CORUN_RESULT().i, 4);
    CHECK_LOG("ran");
    corun_task_release(my->task);
    CORUN_END();
}

/* ---------------------------------------------------------------------- itself */

CORUN_ASYNC(cancel_itself, (bool fails;), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_task_cancel(corun_current_task(), NULL), 1);
    if (my->fails)
        CORUN_RAISE(VALUE_ERROR);
    CORUN_RETURN(.i = 5);
    CORUN_END();
}

SCENARIO_MAIN(TASK_04_cancel_self_then_return, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_itself), &my->task), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_cancelled(my->task));
    CHECK_ERROR(corun_task_result(my->task, NULL), CORUN_CANCELLED);
    corun_task_release(my->task);
    CORUN_END();
}

SCENARIO_MAIN(TASK_05_cancel_self_then_fail, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_itself, .fails = true), &my->task), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), VALUE_ERROR);
    CHECK(!corun_task_cancelled(my->task));
    CHECK_EQ(corun_task_cancelling(my->task), 1);
    corun_task_release(my->task);
    CORUN_END();
}

/* ----------------------------------------------------------------- through joins */

CORUN_ASYNC(sleep_long, (bool swallows;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    if (my->swallows)
        CORUN_RETURN(.i = 8);
    CORUN_AWAIT(corun_sleep(0));
    CORUN_END();
}

CORUN_ASYNC(just_sleep, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(join_it, (corun_task *inner;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->inner));
    test_log_number(CORUN_RESULT().i);
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_AWAIT(corun_yield());
    test_log("on");
    CORUN_END();
}

static void check_message(const corun_task *task, const char *message)
{
    const corun_failure *failure = corun_task_failure(task);
    CHECK(corun_task_cancelled(task));
    CHECK(failure != NULL);
    if (failure)
        CHECK_TEXT(failure->message, message);
}

SCENARIO_MAIN(TASK_07_cancel_propagates_through_awaited_tasks, (corun_task *inner, *outer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(just_sleep), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .inner = my->inner), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->outer, "M"), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    check_message(my->inner, "M");
    check_message(my->outer, "M");
    CHECK_LOG("");
    corun_task_release(my->inner);
    corun_task_release(my->outer);
    CORUN_END();
}

SCENARIO_MAIN(TASK_08_inner_swallows, (corun_task *inner, *outer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_long, .swallows = true), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .inner = my->inner), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_cancel(my->outer, "M"), 1);
    CORUN_AWAIT(corun_join(my->outer));
    CHECK_LOG("8 1 on");
    CHECK_EQ(corun_task_cancelling(my->outer), 1);
    corun_task_release(my->inner);
    corun_task_release(my->outer);
    CORUN_END();
}

SCENARIO_MAIN(TASK_10_self_await_and_wrong_loop, (corun_loop *other; corun_future *future;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_join(corun_current_task()));
    CHECK_ERROR(CORUN_ERROR(), CORUN_SELF_AWAIT);
    CHECK_ERROR(scene_loop(&my->other), 0);
    CHECK_ERROR(corun_future_create(my->other, &my->future), 0);
    CORUN_CATCH_AWAIT(corun_wait_future(my->future));
    CHECK_ERROR(CORUN_ERROR(), CORUN_OTHER_LOOP);
    CHECK(!corun_future_done(my->future));
    corun_future_release(my->future);
    CHECK_ERROR(corun_loop_close(my->other), 0);
    CORUN_END();
}

/* ------------------------------------------------------------------- SystemExit */

static corun_task *exiting;

CORUN_ASYNC(exit_with_3, (), ()) {
    CORUN_BEGIN();
    CORUN_EXIT(3);
    CORUN_END();
}

CORUN_ASYNC(sleep_beside_an_exit, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(exit_with_3), &exiting), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

SCENARIO(TASK_11_system_exit_in_a_child)
{
    static corun_runner runner;
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(sleep_beside_an_exit));
    CHECK_ERROR(scene.error, CORUN_SYSTEM_EXIT);
    CHECK_EQ(scene.value.i, 3);
    CHECK_LOG("");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("CORUN_CANCELLED");
    CHECK_ERROR(corun_task_result(exiting, NULL), CORUN_SYSTEM_EXIT);
    corun_task_release(exiting);
    SCENE_END();
}

/* -------------------------------------------------------------- structured uncancel */

static void time_out(void *task)
{
    corun_task_cancel(task, NULL);
}

/* What asyncio's timeout() is made of. */
CORUN_ASYNC(sleep_at_most, (double limit;), (corun_callback *timer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_later(corun_current_loop(), my->limit, time_out, corun_current_task(),
                                      &my->timer), 0);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    corun_callback_cancel(my->timer);
    corun_callback_release(my->timer);
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    if (corun_task_uncancel(corun_current_task()) == 0)
        CORUN_RAISE(CORUN_TIMEOUT);
    CORUN_RAISE(CORUN_CANCELLED);
    CORUN_END();
}

SCENARIO_MAIN(TASK_12_structured_uncancel, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(sleep_at_most, .limit = 0.002));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

/* --------------------------------------------------------------------- asking */

static void check_no_task(void *unused)
{
    (void)unused;
    CHECK(corun_current_task() == NULL);
    test_log("callback");
}

SCENARIO_MAIN(TASK_14_all_tasks_and_current_task, (corun_loop *loop; corun_task *child, *all[4], *self;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    my->self = corun_current_task();
    CHECK_ERROR(corun_spawn(corun_sleep(0.001), &my->child), 0);
    CHECK_ERROR(corun_loop_call_soon(my->loop, check_no_task, NULL, NULL), 0);
    CHECK_EQ(corun_all_tasks(my->loop, my->all, 4), 2);
    CHECK(my->all[0] == my->self && my->all[1] == my->child);
    CORUN_AWAIT(corun_join(my->child));
    CHECK_LOG("callback");
    CHECK_EQ(corun_all_tasks(my->loop, my->all, 4), 1);
    CHECK(corun_current_task() == my->self);
    corun_task_release(my->child);
    CORUN_END();
}

/* The second half of it: outside of a loop. */
SCENARIO(TASK_14_outside_of_a_loop)
{
    corun_task *task = NULL;
    SCENE_BEGIN();
    CHECK(corun_current_task() == NULL);
    CHECK(corun_current_loop() == NULL);
    CHECK_ERROR(corun_spawn(corun_yield(), &task), CORUN_NO_LOOP);
    CHECK(task == NULL);
    SCENE_END();
}

/* -------------------------------------------------------------------- contexts */

static int numbers[100];
static const corun_var variable = {.name = "v"};

static int get(void)
{
    return (int)((int *)corun_var_get(&variable) - numbers);
}

static void set(int number)
{
    CHECK_ERROR(corun_var_set(&variable, &numbers[number], NULL), 0);
}

static void see_and_set_99(void *unused)
{
    (void)unused;
    test_log_number(get());
    set(99);
}

CORUN_ASYNC(see_and_set_50, (), ()) {
    CORUN_BEGIN();
    test_log_number(get());
    set(50);
    CORUN_END();
}

SCENARIO_MAIN(TASK_15_context_copy, (corun_task *task;)) {
    CORUN_BEGIN();
    set(1);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), see_and_set_99, NULL, NULL), 0);
    set(2);
    CHECK_ERROR(corun_spawn(CORUN_CALL(see_and_set_50), &my->task), 0);
    set(3);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("1 2");
    CHECK_EQ(get(), 3);
    corun_task_release(my->task);
    CORUN_END();
}
