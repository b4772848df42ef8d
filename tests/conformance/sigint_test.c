/* SIG: what an interrupt does to a run. A real SIGINT where the host has signals (scene_interrupt). */
#include "scene.h"

enum { OWN_ERROR = CORUN_USER - 1 };

static const double soon = 0.004; /* seconds until an interrupt */

static corun_runner runner; /* of the case that runs */

static void interrupt_soon(void)
{
    scene_interrupt_after(corun_current_loop(), soon);
}

/* -------------------------------------------------------------- the first one */

CORUN_ASYNC(sleep_and_tell, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    interrupt_soon();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_AWAIT(corun_sleep(0.001)); /* the cleanup may wait */
    test_log("clean");
    CORUN_END();
}

/* A cancellation without a message leaves no record of a failure: its context says nothing more. */
SCENARIO(SIG_01_interrupt_while_idle)
{
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(sleep_and_tell));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("CORUN_CANCELLED 1 clean");
    if (corun_runner_failure(&runner)) {
        CHECK_ERROR(corun_runner_failure(&runner)->code, CORUN_CANCELLED);
        CHECK_TEXT(corun_runner_failure(&runner)->message, corun_error_text(CORUN_CANCELLED));
    }
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

CORUN_ASYNC(spin_through_the_loop, (), ()) {
    CORUN_BEGIN();
    interrupt_soon();
    do
        CORUN_CATCH_ALL_AWAIT(corun_yield());
    while (CORUN_ERROR() == 0);
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RAISE(CORUN_CANCELLED);
    CORUN_END();
}

/* Virtual time stands still while work is ready, so the sim interrupts before a step. */
SCENARIO(SIG_02_interrupt_while_spinning_through_the_loop)
{
    SCENE_BEGIN();
    if (scene.kind == SCENE_SIM)
        CHECK_ERROR(corun_sim_interrupt_before_step(scene_open(&runner), 100), 0);
    else
        scene_open(&runner);
    RUN(&runner, CORUN_CALL(spin_through_the_loop));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CLOSE(&runner);
    SCENE_END();
}

CORUN_ASYNC(cancel_then_interrupt, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    scene_interrupt();
    CORUN_END();
}

CORUN_ASYNC(be_cancelled_and_interrupted, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(cancel_then_interrupt, .task = corun_current_task()), NULL), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

SCENARIO(SIG_04_interrupt_of_an_already_cancelled_main)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(be_cancelled_and_interrupted));
    CHECK_ERROR(scene.error, CORUN_CANCELLED);
    SCENE_END();
}

CORUN_ASYNC(swallow, (), ()) {
    CORUN_BEGIN();
    interrupt_soon();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

SCENARIO(SIG_05_swallowed_interrupt)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(swallow));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 1);
    SCENE_END();
}

CORUN_ASYNC(compute, (bool fails;), ()) {
    CORUN_BEGIN();
    scene_interrupt();
    if (my->fails)
        CORUN_RAISE(OWN_ERROR, "own");
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

SCENARIO(SIG_07_interrupt_while_main_computes_then_returns)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(compute));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_EQ(scene.value.tag, CORUN_NO_VALUE);
    SCENE_END();
}

SCENARIO(SIG_08_interrupt_while_main_computes_then_fails)
{
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(compute, .fails = true));
    CHECK_ERROR(scene.error, OWN_ERROR);
    CHECK_TEXT(corun_runner_failure(&runner)->message, "own");
    CLOSE(&runner);
    SCENE_END();
}

/* -------------------------------------------------------------- the second one */

CORUN_ASYNC(swallow_then_wait, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    interrupt_soon();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    test_log("swallowed");
    interrupt_soon();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    test_log(corun_error_name(CORUN_ERROR()));
    test_log_number(corun_task_cancelling(corun_current_task()));
    CORUN_RETURN(.i = 1);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(0.001));
    test_log("finally");
    CORUN_END();
}

SCENARIO(SIG_12_second_interrupt_while_waiting)
{
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(swallow_then_wait));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("swallowed");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("CORUN_CANCELLED 2 finally");
    SCENE_END();
}

/* ------------------------------------------------------------------- in close */

CORUN_ASYNC(refuse_to_die, (bool interrupts;), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
        test_log(my->interrupts ? "main" : "child");
        if (my->interrupts)
            interrupt_soon();
    }
    CORUN_END();
}

CORUN_ASYNC(leave_a_refuser, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(refuse_to_die, .interrupts = true), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

SCENARIO(SIG_14_interrupt_in_close)
{
    static corun_loop *loop;
    static corun_future *keeper;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    CHECK_ERROR(corun_future_create(loop, &keeper), 0);
    RUN(&runner, CORUN_CALL(leave_a_refuser));
    CHECK_ERROR(scene.error, 0);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("main [Task was destroyed but it is pending!]");
    CHECK(corun_loop_is_closed(loop));
    corun_future_release(keeper);
    SCENE_END();
}

CORUN_ASYNC(refuse_both, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(refuse_to_die), NULL), 0);
    interrupt_soon();
    CORUN_AWAIT(CORUN_CALL(refuse_to_die, .interrupts = true));
    CORUN_END();
}

/* The context of the second is the first: the run's own error, which the close does not hide. */
SCENARIO(SIG_15_three_interrupts)
{
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(refuse_both));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("main");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("main child [Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
    SCENE_END();
}

/* ---------------------------------------------------- interrupted, or merely cancelled */

enum { UNCANCEL_AND_PASS_ON, SWALLOW_AND_BE_CANCELLED, SWALLOW_UNCANCEL_AND_BE_CANCELLED };

CORUN_ASYNC(decide, (int how;), ()) {
    CORUN_BEGIN();
    interrupt_soon();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    if (my->how != SWALLOW_AND_BE_CANCELLED)
        CHECK_EQ(corun_task_uncancel(corun_current_task()), 0);
    if (my->how == UNCANCEL_AND_PASS_ON)
        CORUN_RAISE(CORUN_CANCELLED);
    corun_task_cancel(corun_current_task(), NULL);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

SCENARIO(SIG_17_interrupted_or_cancelled)
{
    static const int expected[] = {CORUN_INTERRUPTED, CORUN_CANCELLED, CORUN_INTERRUPTED};
    static int how;
    SCENE_BEGIN();
    for (how = UNCANCEL_AND_PASS_ON; how <= SWALLOW_UNCANCEL_AND_BE_CANCELLED; how++) {
        RUN_ONCE(CORUN_CALL(decide, .how = how));
        CHECK_ERROR(scene.error, expected[how]);
    }
    SCENE_END();
}

CORUN_ASYNC(wait_until_interrupted, (), ()) {
    CORUN_BEGIN();
    interrupt_soon();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(give, (int value;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

SCENARIO(SIG_18_count_is_per_run)
{
    static int i;
    SCENE_BEGIN();
    scene_open(&runner);
    for (i = 0; i < 3; i++) {
        RUN(&runner, CORUN_CALL(wait_until_interrupted));
        CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    }
    RUN(&runner, CORUN_CALL(give, .value = 9));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 9);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

/* ---------------------------------------------------------------------- order */

static void log_call(void *word)
{
    test_log(word);
}

static void interrupt_and_go_on(void *unused)
{
    test_log("cb1");
    scene_interrupt_call(unused);
    test_log("rest");
}

CORUN_ASYNC(have_callbacks_ready, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), interrupt_and_go_on, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_call, "cb2", NULL), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

SCENARIO(SIG_31_ready_callbacks_run_before_the_cancellation)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(have_callbacks_ready));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("cb1 rest cb2 CORUN_CANCELLED");
    SCENE_END();
}
