/* Scenarios: a script that is written once and played on every kind of loop.
 *
 *     SCENARIO(RUN_01_returns_the_main_result)
 *     {
 *         SCENE_BEGIN();
 *         RUN_ONCE(CORUN_CALL(give_later, .value = 42));
 *         CHECK_ERROR(scene.error, 0);
 *         CHECK_EQ(scene.value.i, 42);
 *         SCENE_END();
 *     }
 *
 * is the cases NAME@sim, on the sim loop; NAME@host, on the host's own loop, blocking; and NAME@turn, on the
 * host's own loop, started, and driven in turns by whoever drives: a page, Node, or this program's main(). There
 * the script returns at each RUN, CLOSE or RUN_LOOP and is entered anew when that has ended, so that no loop is
 * running while the host waits. **Locals of C do not live across these lines**; static ones do, since each case
 * is a process or an instance of its own. None of these lines may stand in a switch.
 */
#ifndef TESTS_CONFORMANCE_SCENE_H
#define TESTS_CONFORMANCE_SCENE_H

#include "test.h"

enum { SCENE_SIM = 1, SCENE_HOST = 2, SCENE_TURN = 4, SCENE_ALL = 7 };

struct scene {
    int kind;
    int at;            /* where the script goes on; -1: it is over */
    int error;         /* what the latest RUN, CLOSE, RUN_ONCE or RUN_LOOP came to */
    corun_value value; /* its value; none after an error, except SystemExit's status */
    corun_runner *runner; /* in parts: what is waited for, NULL: nothing */
    corun_loop *loop;     /* in parts: what is driven */
};

extern struct scene scene;

/* Defines a scenario; its name begins with its id. SCENARIO_ON says on which kinds, where that is not all;
 * the reason stands in exceptions.json. */
#define SCENARIO(title) SCENARIO_ON(title, SCENE_ALL)
#define SCENARIO_ON(title, kinds) \
    static void title(void); \
    static void title##_sim_(void) { scene_play(title, SCENE_SIM); } \
    static void title##_host_(void) { scene_play(title, SCENE_HOST); } \
    static int64_t title##_turn_(void) { return scene_turn(title); } \
    __attribute__((constructor)) static void title##_register_(void) \
    { \
        static struct test tests[3] = { \
            {.name = #title "@sim", .kind = "sim", .plain = title##_sim_}, \
            {.name = #title "@host", .kind = "host", .plain = title##_host_}, \
            {.name = #title "@turn", .kind = "turn", .part = title##_turn_}, \
        }; \
        for (int i = 0; i < 3; i++) \
            if ((kinds) >> i & 1) \
                test_add(&tests[i]); \
    } \
    static void title(void)

/* Defines a scenario that is a main, with its locals; it must end well. */
#define SCENARIO_MAIN(title, locals) \
    CORUN_FRAME_(title##_main, (), locals) \
    static const corun_coroutine title##_main_coroutine_; \
    SCENARIO(title) \
    { \
        SCENE_BEGIN(); \
        RUN_ONCE(CORUN_CALL(title##_main)); \
        CHECK_ERROR(scene.error, 0); \
        SCENE_END(); \
    } \
    CORUN_BODY_(title##_main, static)

void scene_play(void (*script)(void), int kind);
int64_t scene_turn(void (*script)(void));

/* The first line of every script, and the last. */
#define SCENE_BEGIN() \
    switch (scene.at) { \
    case 0:
#define SCENE_END() \
    scene.at = -1; \
    }

#define SCENE_AWAIT_(is_over, number) \
    do { \
        scene.at = (number); \
        if (!(is_over)) \
            return; \
        __attribute__((fallthrough)); \
    case (number):; \
    } while (0)

/* Runs `main` on a runner, as corun_runner_run does; closes it; both on a runner of its own, as corun_run
 * does. */
#define RUN(runner, main) RUN_IN(runner, main, NULL)
#define RUN_IN(runner, main, context) SCENE_AWAIT_(scene_run(runner, main, context), __LINE__)
#define CLOSE(runner) SCENE_AWAIT_(scene_close(runner), __LINE__)
#define RUN_ONCE(main) SCENE_AWAIT_(scene_run_once(main, NULL), __LINE__)
#define RUN_ONCE_WITH(main, options) SCENE_AWAIT_(scene_run_once(main, options), __LINE__)
/* Runs a loop until it is stopped. */
#define RUN_LOOP(loop) SCENE_AWAIT_(scene_run_loop(loop), __LINE__)

/* Each returns whether it is over already. */
bool scene_run(corun_runner *runner, corun_awaitable main, corun_context *context);
bool scene_close(corun_runner *runner);
bool scene_run_once(corun_awaitable main, const corun_run_options *options);
bool scene_run_loop(corun_loop *loop);

/* The loop factory of the scene's kind. */
int scene_loop(corun_loop **out_loop);

/* Prepares a runner on such a loop, whose reports are logged, and gives the loop. */
corun_loop *scene_open(corun_runner *runner);

/* Ctrl-C, now or later: a real SIGINT on a process's own loop, by script on the sim, else corun_interrupt().
 * One at a time: signals do not queue, so the next is asked for by what has seen the one before. */
void scene_interrupt(void);
void scene_interrupt_after(corun_loop *loop, double seconds);

/* A callback that interrupts. */
void scene_interrupt_call(void *unused);

#endif
