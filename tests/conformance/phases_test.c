/* RUN-11, SHD-01, SHD-05, SHD-07, SHD-08: the phases of the close, tasks first, then generators, then the executor. */
#include "scene.h"

enum { FANCY_EXIT = CORUN_USER - 2, DIVISION = CORUN_USER - 3 };

static corun_runner runner; /* of the case that runs */
static corun_generator *generator;
static corun_task *left;

CORUN_ASYNC(numbers, (), (int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (;;) {
        CORUN_AWAIT(corun_yield());
        CORUN_YIELD(.i = my->n++);
    }
    CORUN_FINALLY();
    test_log("generator");
    CORUN_END();
}

/* Suspended between two values when it is cancelled. */
CORUN_ASYNC(consume_and_fail, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_generator_next(generator));
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    test_log("task");
    CORUN_RAISE(DIVISION);
    CORUN_END();
}

CORUN_ASYNC(leave_a_consumer, (), ()) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    CHECK_ERROR(corun_generator_open(CORUN_CALL(numbers), &generator), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(consume_and_fail), &left), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(FANCY_EXIT);
    CORUN_END();
}

SCENARIO(RUN_11_main_error_pending_generator_failing_left_over)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(leave_a_consumer));
    CHECK_ERROR(scene.error, FANCY_EXIT);
    CHECK(corun_task_done(left));
    CHECK(corun_generator_ended(generator));
    CHECK_LOG("task [unhandled exception during corun_run() shutdown] CORUN_USER-3 generator");
    corun_task_release(left);
    corun_generator_release(generator);
    SCENE_END();
}

static int work(void *unused, corun_value *out_value)
{
    (void)unused, (void)out_value;
    return 0;
}

/* Uses the executor, where there are threads, in its cleanup. */
CORUN_ASYNC(clean_in_thread, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_YIELD(.i = 1);
    CORUN_FINALLY();
    test_log("generator");
    CORUN_CATCH_AWAIT(corun_to_thread(work, NULL));
    CHECK(CORUN_ERROR() == 0 || CORUN_ERROR() == CORUN_UNSUPPORTED);
    test_log("job");
    CORUN_END();
}

CORUN_ASYNC(log_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(0.002));
    test_log("task");
    CORUN_END();
}

CORUN_ASYNC(leave_both, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(clean_in_thread), &generator), 0);
    CORUN_AWAIT(corun_generator_next(generator));
    CHECK_ERROR(corun_spawn(CORUN_CALL(log_when_cancelled), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

SCENARIO(SHD_01_order_of_phases)
{
    static corun_future *keeper; /* of the loop's memory */
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    CHECK_ERROR(corun_future_create(loop, &keeper), 0);
    RUN(&runner, CORUN_CALL(leave_both));
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("task generator job");
    CHECK(corun_loop_is_closed(loop));
    corun_generator_release(generator);
    corun_future_release(keeper);
    SCENE_END();
}

/* ------------------------------------------------------ where there are threads */

#if !defined(__wasm__)

#include <unistd.h>

static int give_seven(void *unused, corun_value *out_value)
{
    (void)unused;
    *out_value = CORUN_VALUE(.i = 7);
    return 0;
}

CORUN_ASYNC(work_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_AWAIT(corun_to_thread(give_seven, NULL));
    test_log_number(CORUN_RESULT().i);
    CORUN_END();
}

CORUN_ASYNC(leave_one, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(work_when_cancelled), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

SCENARIO(SHD_05_executor_still_usable_by_cancelled_tasks)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(leave_one));
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("7");
    SCENE_END();
}

static int be_long(void *unused, corun_value *out_value)
{
    (void)unused, (void)out_value;
    usleep(50000);
    return 0;
}

CORUN_ASYNC(shut_down_early, (), (corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_run_in_executor(corun_current_loop(), be_long, NULL, &my->future), 0);
    CORUN_AWAIT(corun_loop_shutdown_executor(corun_current_loop(), 0.005));
    CHECK_LOG("[The executor did not finishing joining its threads within 0.005 seconds.]");
    CHECK(!corun_future_done(my->future)); /* the job was not waited for */
    corun_future_release(my->future);
    CORUN_END();
}

SCENARIO(SHD_07_executor_join_timeout)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    if (scene.kind == SCENE_SIM)
        CHECK_ERROR(corun_sim_job_time(loop, 0.05), 0);
    RUN(&runner, CORUN_CALL(shut_down_early));
    CHECK_ERROR(scene.error, 0);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("");
    SCENE_END();
}

SCENARIO_MAIN(SHD_08_executor_after_shutdown, (corun_future *future;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_loop_shutdown_executor(corun_current_loop(), 1));
    CHECK_ERROR(corun_loop_run_in_executor(corun_current_loop(), give_seven, NULL, &my->future),
                CORUN_EXECUTOR_SHUTDOWN);
    CHECK(my->future == NULL);
    CORUN_CATCH_AWAIT(corun_to_thread(give_seven, NULL));
    CHECK_ERROR(CORUN_ERROR(), CORUN_EXECUTOR_SHUTDOWN);
    CORUN_END();
}

#endif
