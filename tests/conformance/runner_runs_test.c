/* RNR, second half: what lives from run to run, closing at the wrong time, values, the extra round. */
#include "scene.h"

enum { MY_ERROR = CORUN_USER - 1 };

static corun_runner runner; /* of the case that runs */

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(note_end, (const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(my->word);
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(tick, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (;;) {
        test_log("tick");
        CORUN_AWAIT(corun_yield());
    }
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

SCENARIO(RNR_20_background_task_lives_across_runs)
{
    static int i;
    SCENE_BEGIN();
    CHECK_ERROR(corun_loop_spawn(scene_open(&runner), CORUN_CALL(tick), NULL), 0);
    for (i = 0; i < 2; i++) {
        RUN(&runner, CORUN_CALL(nothing));
        CHECK_ERROR(scene.error, 0);
        CHECK_LOG("tick tick");
    }
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("CORUN_CANCELLED");
    SCENE_END();
}

/* ---------------------------------------------------------- close where it must not be */

CORUN_ASYNC(close_own_runner, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(note_end, .word = "other"), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_runner_close(&runner), CORUN_RUNNING);
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 1);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("other CORUN_CANCELLED");
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

SCENARIO(RNR_21_close_from_inside_its_own_run)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(close_own_runner));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 1);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0); /* still initialized */
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), CORUN_CLOSED);
    SCENE_END();
}

CORUN_ASYNC(close_other_runner, (corun_runner *other;), (corun_loop *loop;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_runner_close(my->other), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_loop(my->other, &my->loop), CORUN_CLOSED);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.i = 2);
    CORUN_END();
}

/* With a task in it: without one there is nothing to run, and closing is just that. */
SCENARIO(RNR_22_close_from_inside_another_running_loop)
{
    static corun_runner other;
    static corun_loop *loop;
    static corun_task *left;
    SCENE_BEGIN();
    loop = scene_open(&other);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(note_end), &left), 0);
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(close_other_runner, .other = &other));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 2);
    CHECK(corun_loop_is_closed(loop));
    CHECK(corun_task_done(left));
    CHECK_LOG("[Task was destroyed but it is pending!]");
    corun_task_release(left);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

/* ------------------------------------------------------------- errors, values */

CORUN_ASYNC(exit_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CORUN_EXIT(5);
    CORUN_END();
}

CORUN_ASYNC(fail_and_leave, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(exit_when_cancelled), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(MY_ERROR, "of the body");
    CORUN_END();
}

/* corun_run is the body and the close in one; with a runner both errors are there, the body's first. */
SCENARIO(RNR_24_body_error_and_close_error)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(fail_and_leave));
    CHECK_ERROR(scene.error, CORUN_SYSTEM_EXIT);
    CHECK_EQ(scene.value.i, 5);
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(fail_and_leave));
    CHECK_ERROR(scene.error, MY_ERROR);
    CHECK_TEXT(corun_runner_failure(&runner)->message, "of the body");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, CORUN_SYSTEM_EXIT);
    SCENE_END();
}

CORUN_ASYNC(give_pointer, (void *pointer;), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.p = my->pointer);
    CORUN_END();
}

/* Values have no hooks; whatever looked behind the pointer would be seen by the sanitizers. */
SCENARIO(RNR_25_result_value_is_only_moved)
{
    static char nowhere;
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(give_pointer, .pointer = &nowhere + 1));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.tag, CORUN_POINTER);
    CHECK(scene.value.p == &nowhere + 1);
    SCENE_END();
}

/* --------------------------------------------------------------- the extra round */

static corun_task *grandchild;

CORUN_ASYNC(never_run, (), ()) {
    CORUN_BEGIN();
    test_log("grandchild");
    CORUN_END();
}

CORUN_ASYNC(spawn_grandchild, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    test_log("child");
    CHECK_ERROR(corun_spawn(CORUN_CALL(never_run), &grandchild), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(spawn_child, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(spawn_grandchild), NULL), 0);
    test_log("main");
    CORUN_END();
}

SCENARIO(RNR_27_grandchild_of_the_extra_round_never_starts)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(spawn_child));
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("main child CORUN_CANCELLED");
    CHECK(corun_task_cancelled(grandchild));
    corun_task_release(grandchild);
    SCENE_END();
}
