/* SIG: an interrupt while main has a group, a limit, or something that does not wait. */
#include "scene.h"

enum { VALUE_ERROR = CORUN_USER - 1 };

static corun_runner runner; /* of the case that runs */

/* -------------------------------------------------------- what does not suspend */

CORUN_ASYNC(pass_what_does_not_suspend, (), (corun_future *done; corun_lock lock; corun_queue queue; corun_event event;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_future_create(NULL, &my->done), 0);
    CHECK_ERROR(corun_future_set(my->done, CORUN_VALUE(.i = 5)), 0);
    scene_interrupt();
    CORUN_AWAIT(corun_wait_future(my->done));
    CHECK_EQ(CORUN_RESULT().i, 5);
    CORUN_AWAIT(corun_lock_acquire(&my->lock));
    CHECK(corun_lock_locked(&my->lock));
    CORUN_AWAIT(corun_queue_put(&my->queue, CORUN_VALUE(.i = 1)));
    CHECK_EQ(corun_queue_size(&my->queue), 1);
    test_log("passed");
    CORUN_AWAIT(corun_event_wait(&my->event));
    test_log("not reached");
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    corun_future_release(my->done);
    corun_queue_close(&my->queue);
    CORUN_END();
}

SCENARIO(SIG_10_pending_interrupt_passes_what_does_not_suspend)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(pass_what_does_not_suspend));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("passed CORUN_CANCELLED");
    SCENE_END();
}

/* ------------------------------------------------------------------- in a group */

CORUN_ASYNC(fail_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RAISE(VALUE_ERROR);
    CORUN_END();
}

CORUN_ASYNC(have_a_group, (), (corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(fail_in_cleanup)), 0);
    scene_interrupt_after(corun_current_loop(), 0.004);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

SCENARIO(SIG_27_group_child_fails_in_cleanup)
{
    static const corun_failure *failure;
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(have_a_group));
    CHECK_ERROR(scene.error, CORUN_GROUP);
    failure = corun_runner_failure(&runner);
    CHECK(failure != NULL);
    if (failure) {
        CHECK_TEXT(failure->message, "unhandled errors in a TaskGroup");
        CHECK_EQ(failure->count, 1);
        if (failure->count == 1)
            CHECK_ERROR(failure->errors[0].code, VALUE_ERROR);
    }
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("");
    SCENE_END();
}

/* ----------------------------------------------------------------- in a wait_for */

CORUN_ASYNC(suppress, (), ()) {
    CORUN_BEGIN();
    scene_interrupt_after(corun_current_loop(), 0.004);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RETURN(.i = 42);
    CORUN_END();
}

CORUN_ASYNC(wait_for_one_that_suppresses, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(suppress), 600));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

SCENARIO(SIG_28_wait_for_with_suppressing_inner)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(wait_for_one_that_suppresses));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 42);
    SCENE_END();
}
