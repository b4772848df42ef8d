#include "scene.h"

#if !defined(__wasm__)
#include <signal.h>
#include <time.h>
#endif

struct scene scene;

enum { BUDGET_NS = 1000000, LONGEST_WAIT_NS = 2000000 };

/* ------------------------------------------------------------------- play */

void scene_play(void (*script)(void), int kind)
{
    scene.kind = kind;
    script();
    CHECK_EQ(scene.at, -1);
}

/* A loop that only the outside can wake is looked at again soon: the outside may be a signal. */
static int64_t drive(void)
{
    int64_t next = corun_loop_turn(scene.loop, BUDGET_NS);
    if (!scene.runner && next == -2)
        scene.loop = NULL;
    return next < 0 || next > LONGEST_WAIT_NS ? LONGEST_WAIT_NS : next;
}

int64_t scene_turn(void (*script)(void))
{
    int64_t next = 0;
    scene.kind = SCENE_TURN;
    if (scene.loop)
        next = drive();
    if (!scene.loop)
        script();
    return scene.at < 0 ? -1 : next;
}

/* --------------------------------------------------------------------- run */

static void keep(int error, corun_value value)
{
    scene.error = error;
    scene.value = error == 0 || error == CORUN_SYSTEM_EXIT ? value : CORUN_VALUE();
}

static void has_ended(corun_runner *runner, int error, const corun_value *value, void *unused)
{
    (void)runner, (void)unused;
    keep(error, *value);
    scene.loop = NULL;
    scene.runner = NULL;
}

/* What has been started is over, or refused, or to be driven. */
static bool started(corun_runner *runner, corun_loop *loop, int rc)
{
    if (rc < 0) {
        keep(rc, CORUN_VALUE());
        scene.runner = NULL;
    }
    if (!scene.runner)
        return true;
    scene.runner = runner;
    scene.loop = loop;
    return false;
}

static bool start(corun_runner *runner, corun_awaitable main, corun_context *context, corun_run_done *done)
{
    corun_loop *loop = NULL;
    int rc = corun_runner_loop(runner, &loop);
    scene.runner = runner;
    if (rc == 0)
        rc = corun_runner_start(runner, main, context, done, NULL);
    return started(runner, loop, rc);
}

static bool start_close(corun_runner *runner, corun_run_done *done)
{
    corun_loop *loop = runner->private_.loop;
    scene.runner = runner;
    return started(runner, loop, corun_runner_close_start(runner, done, NULL));
}

bool scene_run(corun_runner *runner, corun_awaitable main, corun_context *context)
{
    corun_value value = CORUN_VALUE();
    int error;
    if (scene.kind == SCENE_TURN)
        return start(runner, main, context, has_ended);
    error = corun_runner_run(runner, main, context, &value);
    keep(error, value);
    return true;
}

bool scene_close(corun_runner *runner)
{
    if (scene.kind == SCENE_TURN)
        return start_close(runner, has_ended);
    keep(corun_runner_close(runner), CORUN_VALUE());
    return true;
}

static corun_runner once;
static int main_error;
static corun_value main_value;

/* The error of the close is the run's, as in corun_run. */
static void once_has_closed(corun_runner *runner, int error, const corun_value *value, void *unused)
{
    has_ended(runner, error ? error : main_error, error ? value : &main_value, unused);
}

static void once_has_run(corun_runner *runner, int error, const corun_value *value, void *unused)
{
    (void)unused;
    main_error = error;
    main_value = *value;
    CHECK_ERROR(corun_runner_close_start(runner, once_has_closed, NULL), 0);
}

bool scene_run_once(corun_awaitable main, const corun_run_options *options)
{
    corun_run_options here = options ? *options : (corun_run_options){0};
    corun_value value = CORUN_VALUE();
    if (!here.loop_factory)
        here.loop_factory = scene_loop;
    if (scene.kind == SCENE_TURN) {
        corun_runner_open(&once, &here);
        if (!start(&once, main, NULL, once_has_run))
            return false;
        CHECK_ERROR(corun_runner_close(&once), 0); /* refused: there is nothing to wait for */
        return true;
    }
    scene.error = corun_run(main, &here, &value);
    keep(scene.error, value);
    return true;
}

bool scene_run_loop(corun_loop *loop)
{
    if (scene.kind != SCENE_TURN) {
        keep(corun_loop_run(loop), CORUN_VALUE());
        return true;
    }
    keep(0, CORUN_VALUE());
    scene.loop = loop;
    return false;
}

/* ------------------------------------------------------------------ loops */

int scene_loop(corun_loop **out_loop)
{
    return scene.kind == SCENE_SIM ? corun_loop_sim(out_loop) : corun_loop_default(out_loop);
}

corun_loop *scene_open(corun_runner *runner)
{
    corun_run_options options = {.loop_factory = scene_loop};
    corun_loop *loop = NULL;
    corun_runner_open(runner, &options);
    CHECK_ERROR(corun_runner_loop(runner, &loop), 0);
    test_log_reports(loop);
    return loop;
}

/* -------------------------------------------------------------- interrupts */

void scene_interrupt_call(void *unused)
{
    (void)unused;
    scene_interrupt();
}

#if defined(__wasm__)

void scene_interrupt(void)
{
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
}

static void signal_after(corun_loop *loop, double seconds)
{
    CHECK_ERROR(corun_loop_call_later(loop, seconds, scene_interrupt_call, NULL, NULL), 0);
}

#else

void scene_interrupt(void)
{
    if (scene.kind == SCENE_SIM)
        CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    else
        CHECK_EQ(raise(SIGINT), 0);
}

/* From the kernel, so that the loop may be waiting. */
static void signal_after(corun_loop *loop, double seconds)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGINT};
    struct itimerspec when = {.it_value.tv_nsec = (long)(seconds * 1e9)};
    timer_t timer;
    (void)loop;
    CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    CHECK_EQ(timer_settime(timer, 0, &when, NULL), 0);
}

#endif

void scene_interrupt_after(corun_loop *loop, double seconds)
{
    if (scene.kind == SCENE_SIM)
        CHECK_ERROR(corun_sim_interrupt_at(loop, corun_loop_time(loop) + seconds), 0);
    else
        signal_after(loop, seconds);
}
