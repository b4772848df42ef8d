/* SHD: the orderly close. */
#include "scene.h"

static corun_runner runner; /* of the case that runs */
static corun_task *left;
static corun_future *keeper; /* of the loop's memory */

static void check_closed(void)
{
    static corun_loop *loop;
    CHECK_ERROR(corun_runner_loop(&runner, &loop), CORUN_CLOSED);
    corun_future_release(keeper);
    corun_task_release(left);
}

/* ------------------------------------------------------------------ waited for */

CORUN_ASYNC(swallow_and_work, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_AWAIT(corun_sleep(0.005));
    test_log("worked");
    CORUN_RETURN(.i = 'v');
    CORUN_END();
}

CORUN_ASYNC(leave_a_worker, (), ()) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    CHECK_ERROR(corun_spawn(CORUN_CALL(swallow_and_work), &left), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 123);
    CORUN_END();
}

SCENARIO(SHD_02_task_that_swallows_cancel_is_waited_for)
{
    corun_value value = CORUN_VALUE();
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(leave_a_worker));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 123);
    CHECK_LOG("worked");
    CHECK_ERROR(corun_task_result(left, &value), 0);
    CHECK_EQ(value.i, 'v');
    corun_task_release(left);
    SCENE_END();
}

/* ------------------------------------------------------------------- abandoned */

CORUN_ASYNC(interrupted_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CORUN_RAISE(CORUN_INTERRUPTED);
    CORUN_END();
}

CORUN_ASYNC(refuse, (), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
        test_log("refused");
    }
    CORUN_END();
}

CORUN_ASYNC(leave_two, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(refuse), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(interrupted_when_cancelled), &left), 0);
    CHECK_ERROR(corun_future_create(NULL, &keeper), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

SCENARIO(SHD_04_interruption_of_a_left_over_aborts_close)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    RUN(&runner, CORUN_CALL(leave_two));
    CHECK_ERROR(scene.error, 0);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("refused [Task was destroyed but it is pending!]");
    CHECK(corun_loop_is_closed(loop));
    CHECK_ERROR(corun_task_result(left, NULL), CORUN_INTERRUPTED);
    check_closed();
    SCENE_END();
}

/* ---------------------------------------------------------------- queued calls */

static void log_call(void *word)
{
    test_log(word);
}

SCENARIO(SHD_10_loop_close_drops_queued_callbacks)
{
    static corun_loop *loop;
    static corun_future *another;
    SCENE_BEGIN();
    CHECK_ERROR(scene_loop(&loop), 0);
    CHECK_ERROR(corun_future_create(loop, &keeper), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, log_call, "soon", NULL), 0);
    CHECK_ERROR(corun_loop_call_later(loop, 0.001, log_call, "later", NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, log_call, "soon", NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_later(loop, 0, log_call, "later", NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_at(loop, 0, log_call, "at", NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_call, "threadsafe", NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_run(loop), CORUN_CLOSED);
    CHECK_ERROR(corun_future_create(loop, &another), 0);
    CHECK_LOG("");
    corun_future_release(another);
    corun_future_release(keeper);
    SCENE_END();
}
