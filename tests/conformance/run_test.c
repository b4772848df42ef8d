/* RUN: corun_run against asyncio.run. */
#include "scene.h"

#include <stdlib.h>

#if !defined(__wasm__)
#include <pthread.h>
#endif

enum { KEY_ERROR = CORUN_USER - 1, VALUE_ERROR = CORUN_USER - 2 };

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

/* Keeps a loop's memory beyond its end, so that it can be asked whether it is closed. */
static corun_future *keeper;

static void keep_loop(void)
{
    CHECK_ERROR(corun_future_create(NULL, &keeper), 0);
}

static void check_closed(corun_loop *loop)
{
    CHECK(corun_loop_is_closed(loop));
    CHECK(!corun_loop_is_running(loop));
    corun_future_release(keeper);
}

static corun_loop *seen; /* the loop that ran main */

CORUN_ASYNC(give_later, (int value;), ()) {
    CORUN_BEGIN();
    keep_loop();
    seen = corun_current_loop();
    CHECK(seen != NULL && corun_loop_is_running(seen));
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

SCENARIO(RUN_01_returns_the_main_result)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(give_later, .value = 42));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.tag, CORUN_INTEGER);
    CHECK_EQ(scene.value.i, 42);
    CHECK(corun_current_loop() == NULL);
    CHECK(corun_current_task() == NULL);
    check_closed(seen);
    SCENE_END();
}

CORUN_ASYNC(fail_later, (), ()) {
    CORUN_BEGIN();
    keep_loop();
    seen = corun_current_loop();
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(VALUE_ERROR, "spam");
    CORUN_END();
}

SCENARIO(RUN_02_propagates_the_main_error)
{
    static corun_runner runner;
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(fail_later));
    CHECK_ERROR(scene.error, VALUE_ERROR);
    CHECK_EQ(scene.value.tag, CORUN_NO_VALUE);
    check_closed(seen);
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(fail_later));
    CHECK_ERROR(scene.error, VALUE_ERROR);
    CHECK_TEXT(corun_runner_failure(&runner)->message, "spam");
    CLOSE(&runner);
    check_closed(seen);
    SCENE_END();
}

/* ------------------------------------------------------------------- debug */

CORUN_ASYNC(give_debug, (), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = corun_loop_get_debug(corun_current_loop()));
    CORUN_END();
}

/* The global default is the environment's. */
SCENARIO(RUN_04_debug_argument_versus_global_default)
{
    static const struct { const char *global; int argument, expected; } rows[] = {
        {"", CORUN_DEBUG_ENVIRONMENT, 0}, {"", CORUN_DEBUG_OFF, 0}, {"", CORUN_DEBUG_ON, 1},
        {"1", CORUN_DEBUG_ENVIRONMENT, 1}, {"1", CORUN_DEBUG_OFF, 0}, {"1", CORUN_DEBUG_ON, 1},
    };
    static size_t i;
    SCENE_BEGIN();
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("CORUN_DEBUG", rows[i].global, 1);
        RUN_ONCE_WITH(CORUN_CALL(give_debug), &(corun_run_options){.debug = rows[i].argument});
        CHECK_ERROR(scene.error, 0);
        CHECK_EQ(scene.value.i, rows[i].expected);
    }
    SCENE_END();
}

/* Here "0" is off. */
SCENARIO(RUN_05_environment_switch)
{
    static const char *const texts[] = {NULL, "", "0", "1"};
    static int i;
    SCENE_BEGIN();
    for (i = 0; i < 4; i++) {
        unsetenv("CORUN_DEBUG");
        if (texts[i])
            setenv("CORUN_DEBUG", texts[i], 1);
        RUN_ONCE(CORUN_CALL(give_debug));
        CHECK_ERROR(scene.error, 0);
        CHECK_EQ(scene.value.i, i == 3);
    }
    SCENE_END();
}

/* ------------------------------------------------------------------ nested */

static void run_nested(void *unused)
{
    (void)unused;
    CHECK(corun_current_task() == NULL); /* a plain callback */
    CHECK_ERROR(corun_run(CORUN_CALL(nothing), NULL, NULL), CORUN_RUNNING);
    test_log("refused");
}

static void run_in_another_thread(void);

CORUN_ASYNC(call_run_nested, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), run_nested, NULL, NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("refused");
    run_in_another_thread();
    CORUN_END();
}

SCENARIO(RUN_07_nested_run_refused_from_a_callback)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(call_run_nested));
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

/* --------------------------------------------------------------- left-overs */

static corun_task *left;

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(leave_a_sleeper, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_long), &left), 0);
    CORUN_RETURN(.i = 123);
    CORUN_END();
}

SCENARIO(RUN_08_left_over_task_is_cancelled)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(leave_a_sleeper));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 123);
    CHECK(corun_task_done(left));
    CHECK(corun_task_cancelled(left));
    corun_task_release(left);
    SCENE_END();
}

CORUN_ASYNC(fail_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RAISE(VALUE_ERROR, "of the left-over");
    CORUN_END();
}

CORUN_ASYNC(fail_and_leave_a_failing_one, (), ()) {
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_when_cancelled), &left), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(KEY_ERROR, "of main");
    CORUN_END();
}

SCENARIO(RUN_10_main_error_wins_over_left_over_error)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(fail_and_leave_a_failing_one));
    CHECK_ERROR(scene.error, KEY_ERROR);
    CHECK_LOG("[unhandled exception during corun_run() shutdown] CORUN_USER-2");
    CHECK_ERROR(corun_task_result(left, NULL), VALUE_ERROR);
    corun_task_release(left);
    CHECK_LOG("");
    SCENE_END();
}

/* ------------------------------------------------------------------- loops */

static corun_loop *prepared;
static int factory_calls;

static int give_prepared(corun_loop **out_loop)
{
    factory_calls++;
    *out_loop = prepared;
    return 0;
}

SCENARIO(RUN_12_loop_factory_is_called_once)
{
    SCENE_BEGIN();
    CHECK_ERROR(scene_loop(&prepared), 0);
    RUN_ONCE_WITH(CORUN_CALL(give_later), &(corun_run_options){.loop_factory = give_prepared});
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(factory_calls, 1);
    CHECK(seen == prepared);
    check_closed(prepared);
    SCENE_END();
}

/* There is no settable current loop: only the running one is current, whatever others exist. */
SCENARIO(RUN_14_custom_factory_current_loop_untouched)
{
    static corun_loop *other;
    SCENE_BEGIN();
    CHECK_ERROR(scene_loop(&other), 0);
    CHECK(corun_current_loop() == NULL);
    RUN_ONCE(CORUN_CALL(give_later));
    CHECK_ERROR(scene.error, 0);
    CHECK(seen != other);
    CHECK(corun_current_loop() == NULL);
    CHECK(!corun_loop_is_closed(other) && !corun_loop_is_running(other));
    CHECK_ERROR(corun_loop_close(other), 0);
    check_closed(seen);
    SCENE_END();
}

CORUN_ASYNC(cancel_itself, (), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_task_cancel(corun_current_task(), "why"), 1);
    CORUN_AWAIT(corun_yield());
    CHECK(false); /* not reached */
    CORUN_END();
}

SCENARIO(RUN_15_cancelled_main_without_an_interrupt)
{
    static corun_runner runner;
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(cancel_itself));
    CHECK_ERROR(scene.error, CORUN_CANCELLED);
    CHECK(corun_runner_failure(&runner) != NULL);
    if (corun_runner_failure(&runner))
        CHECK_TEXT(corun_runner_failure(&runner)->message, "why");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

CORUN_ASYNC(stop_and_wait, (double seconds;), ()) {
    CORUN_BEGIN();
    corun_loop_stop(corun_current_loop());
    CORUN_CATCH_ALL_AWAIT(corun_sleep(my->seconds));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

SCENARIO(RUN_17_stop_in_main)
{
    static const double waits[] = {3600, 0}; /* the second needs one more round only */
    static corun_runner runner;
    static int i;
    SCENE_BEGIN();
    for (i = 0; i < 2; i++) {
        scene_open(&runner);
        RUN(&runner, CORUN_CALL(stop_and_wait, .seconds = waits[i]));
        CHECK_ERROR(scene.error, CORUN_STOPPED);
        CHECK_LOG("");
        CLOSE(&runner);
        CHECK_ERROR(scene.error, 0);
        CHECK_LOG("CORUN_CANCELLED");
    }
    SCENE_END();
}

CORUN_ASYNC(close_loop, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_close(corun_current_loop()), CORUN_RUNNING);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

SCENARIO(RUN_18_close_of_the_loop_in_main)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(close_loop));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 1);
    SCENE_END();
}

/* ----------------------------------------------------------------- threads */

#if defined(__wasm__)

static void run_in_another_thread(void)
{
}

#else

static void *run_nothing(void *out_error)
{
    *(int *)out_error = corun_run(corun_sleep(0.001), NULL, NULL);
    return NULL;
}

static void run_in_another_thread(void)
{
    pthread_t thread;
    int error = CORUN_USER;
    CHECK_EQ(pthread_create(&thread, NULL, run_nothing, &error), 0);
    pthread_join(thread, NULL);
    CHECK_ERROR(error, 0);
}

enum { THREADS = 10, TASKS = 100 };

CORUN_ASYNC(count_tasks, (), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < TASKS; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_long), NULL), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.i = (int64_t)corun_all_tasks(corun_current_loop(), NULL, 0));
    CORUN_END();
}

static void *run_and_count(void *out_count)
{
    corun_run_options options = {.loop_factory = scene_loop};
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_run(CORUN_CALL(count_tasks), &options, &value), 0);
    *(int64_t *)out_count = value.i;
    return NULL;
}

SCENARIO_ON(RUN_20_parallel_runs_in_threads, SCENE_SIM | SCENE_HOST)
{
    pthread_t threads[THREADS];
    int64_t counts[THREADS];
    SCENE_BEGIN();
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, run_and_count, &counts[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_EQ(counts[i], TASKS + 1);
    }
    SCENE_END();
}

#endif
