/* LOOP: the order in which things run, timers, running where something runs already. */
#include "scene.h"

#if !defined(__wasm__)
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#endif

static void log_call(void *word)
{
    test_log(word);
}

/* ----------------------------------------------------------------------- order */

static void log_a(void *loop)
{
    test_log("a");
    CHECK_ERROR(corun_loop_call_soon(loop, log_call, "a2", NULL), 0);
}

SCENARIO_MAIN(LOOP_01_order_inside_one_round, (int n; corun_loop *loop;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    CHECK_ERROR(corun_loop_call_at(my->loop, corun_loop_time(my->loop) - 1, log_call, "t", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(my->loop, log_a, my->loop, NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(my->loop, log_call, "b", NULL), 0);
    for (my->n = 0; my->n < 3; my->n++)
        CORUN_AWAIT(corun_yield());
    CHECK_LOG("a b t a2");
    CORUN_END();
}

SCENARIO_MAIN(LOOP_02_call_later_in_the_past, (corun_loop *loop;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    CHECK_ERROR(corun_loop_call_later(my->loop, -1, log_call, "x", NULL), 0);
    CHECK_ERROR(corun_loop_call_later(my->loop, -2, log_call, "y", NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("y x");
    CORUN_END();
}

static void call_soon_2(void *loop)
{
    CHECK_ERROR(corun_loop_call_soon(loop, log_call, "2", NULL), 0);
}

SCENARIO(LOOP_04_stop_before_run)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    CHECK_ERROR(scene_loop(&loop), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, log_call, "1", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, call_soon_2, loop, NULL), 0);
    corun_loop_stop(loop);
    RUN_LOOP(loop);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("1");
    corun_loop_stop(loop);
    RUN_LOOP(loop);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("2");
    CHECK_ERROR(corun_loop_close(loop), 0);
    SCENE_END();
}

SCENARIO_MAIN(LOOP_05_nested_running, (corun_loop *loop, *other;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    CHECK_ERROR(scene_loop(&my->other), 0);
    CHECK_ERROR(corun_loop_run(my->loop), CORUN_LOOP_RUNNING);
    CHECK_ERROR(corun_loop_run(my->other), CORUN_RUNNING);
    CHECK_ERROR(corun_loop_close(my->loop), CORUN_RUNNING);
    CHECK_EQ(corun_loop_turn(my->loop, 0), CORUN_LOOP_RUNNING);
    CHECK_EQ(corun_loop_turn(my->other, 0), CORUN_RUNNING);
    CHECK(corun_current_loop() == my->loop && corun_loop_is_running(my->loop));
    CHECK(!corun_loop_is_running(my->other));
    CHECK_ERROR(corun_loop_close(my->other), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    CHECK(corun_current_loop() == my->loop);
    CORUN_END();
}

/* ---------------------------------------------------------------------- timers */

static double called_at;

static void note_time(void *loop)
{
    called_at = corun_loop_time(loop);
}

SCENARIO_MAIN(LOOP_10_timers_are_never_early, (corun_loop *loop; double began; int n;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    my->began = corun_loop_time(my->loop);
    CHECK_ERROR(corun_loop_call_at(my->loop, my->began + 0.01, note_time, my->loop, NULL), 0);
    for (my->n = 0; called_at == 0 && my->n < 1000; my->n++)
        CORUN_AWAIT(corun_sleep(0.001));
    CHECK(called_at >= my->began + 0.01 - 1e-9); /* a double's resolution of the clock */
    CHECK(corun_loop_time(my->loop) >= called_at);
    CORUN_END();
}

/* ---------------------------------------------------------------- rounds of a run */

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(yield_once, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(join_new, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(nothing), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(gather_two, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(nothing), CORUN_CALL(nothing)), NULL, 0));
    CORUN_END();
}

CORUN_ASYNC(group_two, (), (corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(nothing)), 0);
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(nothing)), 0);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

CORUN_ASYNC(wait_for_call, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(nothing), 5));
    CORUN_END();
}

static int rounds;

static void count_round(void *loop)
{
    rounds++;
    CHECK_ERROR(corun_loop_call_soon(loop, count_round, loop, NULL), 0);
}

static void check_rounds(int expected)
{
    CHECK_EQ(rounds, expected);
    rounds = 0;
}

SCENARIO(LOOP_11_iteration_counts)
{
    static corun_runner runner;
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    CHECK_ERROR(corun_loop_call_soon(loop, count_round, loop, NULL), 0);
    RUN(&runner, CORUN_CALL(nothing));
    check_rounds(2);
    RUN(&runner, CORUN_CALL(yield_once));
    check_rounds(3);
    RUN(&runner, CORUN_CALL(join_new));
    check_rounds(4);
    RUN(&runner, CORUN_CALL(gather_two));
    check_rounds(5);
    RUN(&runner, CORUN_CALL(group_two));
    check_rounds(5);
    RUN(&runner, CORUN_CALL(wait_for_call));
    check_rounds(2);
    CLOSE(&runner);
    SCENE_END();
}

/* --------------------------------------------------------------------- threads */

#if !defined(__wasm__)

static void set_future(void *future)
{
    test_log("set");
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 1)), 0);
}

struct shared {
    corun_loop *loop;
    corun_future *future;
};

static void *call_from_thread(void *argument)
{
    struct shared *shared = argument;
    usleep(3000); /* the loop is idle by then, or will see it anyhow */
    CHECK_ERROR(corun_loop_call_soon_threadsafe(shared->loop, set_future, shared->future, NULL), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(shared->loop, log_call, "after", NULL), 0);
    return NULL;
}

CORUN_ASYNC(wait_for_thread, (), (struct shared shared; pthread_t thread;)) {
    CORUN_BEGIN();
    my->shared.loop = corun_current_loop();
    CHECK_ERROR(corun_future_create(NULL, &my->shared.future), 0);
    CHECK_EQ(pthread_create(&my->thread, NULL, call_from_thread, &my->shared), 0);
    CORUN_AWAIT(corun_wait_future(my->shared.future));
    pthread_join(my->thread, NULL);
    CORUN_AWAIT(corun_yield()); /* what a thread has queued comes in with the next round, behind what is ready */
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("set after");
    corun_future_release(my->shared.future);
    CHECK_ERROR(corun_loop_call_soon(my->shared.loop, log_call, "1", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(my->shared.loop, log_call, "2", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(my->shared.loop, log_call, "3", NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("1 2 3");
    CORUN_END();
}

/* The sim waits for no thread: to it, an idle loop is a deadlock. */
SCENARIO_ON(LOOP_07_threadsafe_wake_up, SCENE_HOST | SCENE_TURN)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(wait_for_thread));
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

/* ------------------------------------------------------------ other threads */

static corun_callback *callback;
static atomic_int stage; /* of the call: 1 it is under way, 2 it is about to end */

static void linger(void *unused)
{
    (void)unused;
    stage = 1;
    usleep(3000);
    stage = 2;
}

static void never(void *unused)
{
    (void)unused;
    test_log("never");
}

static void *cancel_while_it_runs(void *unused)
{
    (void)unused;
    while (stage == 0)
        usleep(100);
    corun_callback_cancel(callback);
    CHECK_EQ(stage, 2);
    return NULL;
}

static void *cancel_before(void *unused)
{
    (void)unused;
    corun_callback_cancel(callback);
    return NULL;
}

SCENARIO_MAIN(LOOP_08_threadsafe_handle_cancel, (pthread_t thread;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon_threadsafe(corun_current_loop(), never, NULL, &callback), 0);
    CHECK_EQ(pthread_create(&my->thread, NULL, cancel_before, NULL), 0);
    pthread_join(my->thread, NULL);
    corun_callback_release(callback);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(corun_current_loop(), linger, NULL, &callback), 0);
    CHECK_EQ(pthread_create(&my->thread, NULL, cancel_while_it_runs, NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    pthread_join(my->thread, NULL);
    corun_callback_release(callback);
    CHECK_EQ(stage, 2);
    CHECK_LOG("");
    CORUN_END();
}

static void *misuse(void *loop)
{
    CHECK_ERROR(corun_loop_call_soon(loop, never, NULL, NULL), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_loop_call_later(loop, 0.001, never, NULL, NULL), CORUN_WRONG_THREAD);
    return NULL;
}

SCENARIO_MAIN(DBG_02_wrong_thread, (pthread_t thread; corun_loop *loop;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    corun_loop_set_debug(my->loop, true);
    CHECK_EQ(pthread_create(&my->thread, NULL, misuse, my->loop), 0);
    pthread_join(my->thread, NULL);
    corun_loop_set_debug(my->loop, false);
    CORUN_AWAIT(corun_sleep(0.002));
    CHECK_LOG("");
    CORUN_END();
}

#endif
