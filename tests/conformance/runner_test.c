/* RNR: corun_runner against asyncio.Runner. */
#include "scene.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(give_later, (int value;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

static const corun_awaitable empty;
static int loops_made, failures_to_come;
static corun_loop *latest;

static int counting_factory(corun_loop **out_loop)
{
    int rc = failures_to_come > 0 ? -EMFILE : scene_loop(out_loop);
    loops_made++;
    if (failures_to_come > 0)
        failures_to_come--;
    else
        latest = *out_loop;
    return rc;
}

static const corun_run_options counting = {.loop_factory = counting_factory};
static corun_runner runner; /* of the case that runs */

/* ------------------------------------------------------------------- options */

SCENARIO(RNR_01_debug_flag)
{
    static const int arguments[] = {CORUN_DEBUG_OFF, CORUN_DEBUG_ON};
    static corun_loop *loop;
    static int i;
    SCENE_BEGIN();
    for (i = 0; i < 2; i++) {
        corun_runner_open(&runner, &(corun_run_options){.loop_factory = scene_loop, .debug = arguments[i]});
        CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
        CHECK_EQ(corun_loop_get_debug(loop), i);
        CLOSE(&runner);
    }
    SCENE_END();
}

SCENARIO(RNR_02_custom_factory_loop_is_exposed)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    corun_runner_open(&runner, &counting);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    CHECK(loop != NULL && loop == latest);
    CLOSE(&runner);
    SCENE_END();
}

/* ------------------------------------------------------------- order of checks */

SCENARIO(RNR_04_bad_argument_initialises_the_runner)
{
    SCENE_BEGIN();
    corun_runner_open(&runner, &counting);
    RUN(&runner, empty);
    CHECK_ERROR(scene.error, CORUN_NOT_AWAITABLE);
    CHECK_EQ(loops_made, 1);
    RUN(&runner, CORUN_CALL(give_later, .value = 3));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 3);
    CHECK_EQ(loops_made, 1);
    CLOSE(&runner);
    SCENE_END();
}

CORUN_ASYNC(run_another, (), (corun_runner other;)) {
    CORUN_BEGIN();
    corun_runner_open(&my->other, &counting);
    loops_made = 0;
    CHECK_ERROR(corun_runner_run(&my->other, empty, NULL, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_run(&my->other, CORUN_CALL(nothing), NULL, NULL), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_run(&runner, empty, NULL, NULL), CORUN_RUNNING);
    CHECK_EQ(loops_made, 0);
    CORUN_END();
}

SCENARIO(RNR_05_order_of_checks)
{
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(run_another));
    CHECK_ERROR(scene.error, 0);
    CLOSE(&runner);
    RUN(&runner, empty);
    CHECK_ERROR(scene.error, CORUN_CLOSED);
    SCENE_END();
}

/* ------------------------------------------------------------ other awaitables */

CORUN_ASYNC(say_name, (), ()) {
    CORUN_BEGIN();
    test_log(corun_task_name(corun_current_task()));
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 6);
    CORUN_END();
}

SCENARIO(RNR_07_run_a_task)
{
    static corun_task *task;
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(say_name), &task), 0);
    CHECK_ERROR(corun_task_set_name(task, "I"), 0);
    RUN(&runner, corun_join(task));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 6);
    CHECK_LOG("I");
    CHECK_EQ(corun_all_tasks(loop, NULL, 0), 0);
    corun_task_release(task);
    CLOSE(&runner);
    SCENE_END();
}

/* An awaitable of the program's own: a door, which a coroutine opens. */
struct door {
    corun_waiter *waiter;
    int error; /* that starting to wait fails with */
};

CORUN_ASYNC(open_door, (struct door *door;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    if (my->door->waiter)
        corun_waiter_done(my->door->waiter, 0, &CORUN_VALUE(.i = 8));
    CORUN_END();
}

static void begin_door(void *self, corun_waiter *waiter)
{
    struct door *door = self;
    door->waiter = waiter;
    if (door->error)
        corun_waiter_done(waiter, door->error, NULL);
    else
        CHECK_ERROR(corun_spawn(CORUN_CALL(open_door, .door = door), NULL), 0);
}

static void leave_door(void *self, corun_waiter *waiter)
{
    ((struct door *)self)->waiter = NULL;
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type door_type = {"door", begin_door, leave_door};

SCENARIO(RNR_08_run_a_custom_awaitable)
{
    static struct door door;
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, corun_awaitable_of(&door_type, &door));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 8);
    door.error = MY_ERROR;
    RUN(&runner, corun_awaitable_of(&door_type, &door));
    CHECK_ERROR(scene.error, MY_ERROR);
    CLOSE(&runner);
    SCENE_END();
}

static void cancel_future(void *future)
{
    CHECK_EQ(corun_future_cancel(future, NULL), 1);
}

SCENARIO(RNR_10_run_a_future_that_somebody_cancels)
{
    static corun_future *future;
    static corun_loop *loop;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_loop_call_later(loop, 0.002, cancel_future, future, NULL), 0);
    RUN(&runner, corun_wait_future(future));
    CHECK_ERROR(scene.error, CORUN_CANCELLED);
    corun_future_release(future);
    CLOSE(&runner);
    SCENE_END();
}

/* --------------------------------------------------------------------- states */

SCENARIO(RNR_11_close_before_initialisation)
{
    static corun_loop *loop;
    SCENE_BEGIN();
    corun_runner_open(&runner, &counting);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(loops_made, 0);
    RUN(&runner, CORUN_CALL(give_later, .value = 4));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 4);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), CORUN_CLOSED);
    SCENE_END();
}

SCENARIO(RNR_12_close_twice)
{
    static corun_loop *loop;
    static corun_future *future;
    SCENE_BEGIN();
    loop = scene_open(&runner);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK(corun_loop_is_closed(loop));
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    corun_future_release(future);
    SCENE_END();
}

/* Entering is asking for the loop, leaving is closing. */
SCENARIO(RNR_14_nested_enter)
{
    static corun_loop *outer, *inner;
    SCENE_BEGIN();
    corun_runner_open(&runner, &counting);
    CHECK_ERROR(corun_runner_loop(&runner, &outer), 0);
    CHECK_ERROR(corun_runner_loop(&runner, &inner), 0);
    CHECK(outer == inner);
    CLOSE(&runner);
    RUN(&runner, CORUN_CALL(nothing));
    CHECK_ERROR(scene.error, CORUN_CLOSED);
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}

SCENARIO(RNR_18_factory_failure_is_retryable)
{
    SCENE_BEGIN();
    corun_runner_open(&runner, &counting);
    failures_to_come = 1;
    RUN(&runner, CORUN_CALL(nothing));
    CHECK_ERROR(scene.error, -EMFILE);
    CLOSE(&runner); /* nothing was made: it stays usable */
    RUN(&runner, CORUN_CALL(give_later, .value = 2));
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 2);
    CHECK_EQ(loops_made, 2);
    CLOSE(&runner);
    SCENE_END();
}

/* ------------------------------------------------------------------- contexts */

static int numbers[] = {0, 1, 2, 3};
static int minus_one = -1;
static const corun_var variable = {.name = "variable", .initial = &minus_one};

static int current_number(void)
{
    return *(int *)corun_var_get(&variable);
}

CORUN_ASYNC(set_number, (int to; /* 0: only read */), (int before;)) {
    CORUN_BEGIN();
    my->before = current_number();
    if (my->to > 0)
        CHECK_ERROR(corun_var_set(&variable, &numbers[my->to], NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->before);
    CORUN_END();
}

SCENARIO(RNR_15_context_persists_across_runs)
{
    SCENE_BEGIN();
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(set_number, .to = 1));
    CHECK_EQ(scene.value.i, -1);
    RUN(&runner, CORUN_CALL(set_number, .to = 2));
    CHECK_EQ(scene.value.i, 1);
    RUN(&runner, CORUN_CALL(set_number));
    CHECK_EQ(scene.value.i, 2);
    CHECK_EQ(current_number(), -1); /* nothing leaks to the caller */
    CLOSE(&runner);
    SCENE_END();
}

SCENARIO(RNR_17_explicit_context)
{
    static corun_context *context;
    SCENE_BEGIN();
    scene_open(&runner);
    CHECK_ERROR(corun_context_copy(&context), 0);
    RUN_IN(&runner, CORUN_CALL(set_number, .to = 3), context);
    CHECK_EQ(scene.value.i, -1);
    CHECK_EQ(*(int *)corun_context_get(context, &variable), 3);
    RUN(&runner, CORUN_CALL(set_number));
    CHECK_EQ(scene.value.i, -1);
    corun_context_release(context);
    CLOSE(&runner);
    SCENE_END();
}
