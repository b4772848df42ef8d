/* DBG-01: what debug mode tells of steps that take long. Virtual time stands still during a step. */
#include "scene.h"

static char told[2][64];
static corun_task *told_task[2];
static int count;

static void note(corun_loop *loop, const corun_report *report, void *unused)
{
    (void)loop, (void)unused;
    if (count == 2)
        return;
    told_task[count] = report->task;
    strncpy(told[count++], report->message, sizeof told[0] - 1);
}

static void spend(double seconds)
{
    double end = corun_loop_time(corun_current_loop()) + seconds;
    while (corun_loop_time(corun_current_loop()) < end)
        continue;
}

static void call_long(void *unused)
{
    (void)unused;
    spend(0.003);
}

CORUN_ASYNC(step_long, (), (corun_loop *loop;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    corun_loop_set_debug(my->loop, true);
    corun_loop_set_slow_callback(my->loop, 0.002);
    corun_loop_set_exception_handler(my->loop, note, NULL);
    CHECK_ERROR(corun_task_set_name(corun_current_task(), "main"), 0);
    CHECK_ERROR(corun_loop_call_soon(my->loop, call_long, NULL, NULL), 0);
    CORUN_AWAIT(corun_yield());
    spend(0.003);
    CORUN_AWAIT(corun_yield());
    corun_loop_set_debug(my->loop, false);
    CHECK_EQ(count, 2);
    CHECK_EQ(strncmp(told[0], "Executing a callback took 0.", 28), 0);
    CHECK(told_task[0] == NULL);
    CHECK_EQ(strncmp(told[1], "Executing main took 0.", 22), 0);
    CHECK(told_task[1] == corun_current_task());
    CORUN_END();
}

SCENARIO_ON(DBG_01_slow_callback, SCENE_HOST | SCENE_TURN)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(step_long));
    CHECK_ERROR(scene.error, 0);
    SCENE_END();
}
