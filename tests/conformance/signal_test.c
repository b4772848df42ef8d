/* SIG, second half: whose handler there is when, and interrupts that come too fast. Where a host has no
 * signals, what is left of these scenarios is that runs work without. */
#include "scene.h"

#if !defined(__wasm__)
#include <pthread.h>
#include <stdatomic.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

CORUN_ASYNC(give, (int value;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

/* SIGKILL can have no handler, which is how sigaction fails. */
SCENARIO(SIG_25_handler_installation_failure_is_ignored)
{
    static const int kill_signal[] = {9, 0};
    static const corun_run_options options = {.interrupt_signals = kill_signal};
    SCENE_BEGIN();
    RUN_ONCE_WITH(CORUN_CALL(give, .value = 5), &options);
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 5);
    SCENE_END();
}

#if !defined(__wasm__)

static corun_runner runner; /* of the case that runs */

typedef void handler(int number);

static handler *disposition(void)
{
    struct sigaction now;
    CHECK_EQ(sigaction(SIGINT, NULL, &now), 0);
    return now.sa_handler;
}

static volatile sig_atomic_t caught;

static void catch(int number)
{
    (void)number;
    caught++;
}

/* ---------------------------------------------------------------- whose handler */

CORUN_ASYNC(raise_under_own_handler, (bool installs;), ()) {
    CORUN_BEGIN();
    if (my->installs)
        signal(SIGINT, catch);
    CHECK(disposition() == catch);
    raise(SIGINT);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

static void check_own_handler(void)
{
    CHECK_ERROR(scene.error, 0);
    CHECK_EQ(scene.value.i, 1);
    CHECK_EQ(caught, 1);
    CHECK(disposition() == catch);
}

SCENARIO(SIG_20_user_handler_is_respected)
{
    SCENE_BEGIN();
    signal(SIGINT, catch);
    RUN_ONCE(CORUN_CALL(raise_under_own_handler));
    check_own_handler();
    SCENE_END();
}

SCENARIO(SIG_21_handler_installed_by_main_stays)
{
    SCENE_BEGIN();
    RUN_ONCE(CORUN_CALL(raise_under_own_handler, .installs = true));
    check_own_handler();
    SCENE_END();
}

enum { RETURNS, FAILS, IS_INTERRUPTED };

CORUN_ASYNC(note_handler_in_close, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(disposition() == SIG_DFL ? "default" : "ours");
    CORUN_END();
}

CORUN_ASYNC(end_somehow, (int how;), ()) {
    CORUN_BEGIN();
    CHECK(disposition() != SIG_DFL && disposition() != SIG_IGN);
    CHECK_ERROR(corun_spawn(CORUN_CALL(note_handler_in_close), NULL), 0);
    if (my->how == FAILS)
        CORUN_RAISE(CORUN_USER);
    if (my->how == IS_INTERRUPTED)
        scene_interrupt();
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

/* During close our handler stays, else nothing could be abandoned. */
SCENARIO_ON(SIG_22_restored_on_every_exit_path, SCENE_HOST | SCENE_TURN)
{
    static const int expected[] = {0, CORUN_USER, CORUN_INTERRUPTED};
    static int how;
    SCENE_BEGIN();
    for (how = RETURNS; how <= IS_INTERRUPTED; how++) {
        scene_open(&runner);
        RUN(&runner, CORUN_CALL(end_somehow, .how = how));
        CHECK_ERROR(scene.error, expected[how]);
        CHECK(disposition() == SIG_DFL);
        CLOSE(&runner);
        CHECK_ERROR(scene.error, 0);
        CHECK_LOG("ours");
        CHECK(disposition() == SIG_DFL);
    }
    SCENE_END();
}

/* ---------------------------------------------------------------- other threads */

static handler *seen_by_worker;
static atomic_bool has_begun;

CORUN_ASYNC(note_handler, (), ()) {
    CORUN_BEGIN();
    seen_by_worker = disposition();
    atomic_store(&has_begun, true);
    CORUN_AWAIT(corun_sleep(0.01));
    CORUN_RETURN(.i = 7);
    CORUN_END();
}

static void *work(void *out_value)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_run(CORUN_CALL(note_handler), NULL, &value), 0);
    *(int *)out_value = (int)value.i;
    return NULL;
}

CORUN_ASYNC(work_beside_main, (pthread_t *thread; int *out_value;), ()) {
    CORUN_BEGIN();
    atomic_store(&has_begun, false);
    CHECK_EQ(pthread_create(my->thread, NULL, work, my->out_value), 0);
    while (!atomic_load(&has_begun))
        CORUN_AWAIT(corun_sleep(0.001));
    kill(getpid(), SIGINT);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

SCENARIO_ON(SIG_24_not_in_other_threads, SCENE_HOST | SCENE_TURN)
{
    static pthread_t thread;
    static int value;
    SCENE_BEGIN();
    CHECK_EQ(pthread_create(&thread, NULL, work, &value), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(value, 7);
    CHECK(seen_by_worker == SIG_DFL);
    value = 0;
    RUN_ONCE(CORUN_CALL(work_beside_main, .thread = &thread, .out_value = &value));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED); /* the main thread's run, and only that */
    pthread_join(thread, NULL);
    CHECK_EQ(value, 7);
    CHECK(disposition() == SIG_DFL);
    SCENE_END();
}

/* ------------------------------------------------------------------- tight loops
 * C cannot be unwound from a handler. A step that has been running ever since the first interrupt dies of the
 * second; if the loop has had control in between, the run ends before the next step. */

CORUN_ASYNC(spin, (), ()) {
    CORUN_BEGIN();
    for (;;)
        raise(SIGINT);
    CORUN_END();
}

CORUN_ASYNC(spin_and_ask, (), (int rounds;)) {
    CORUN_BEGIN();
    scene_interrupt();
    while (!corun_interrupted())
        my->rounds++;
    CORUN_RETURN(.i = my->rounds);
    CORUN_END();
}

CORUN_ASYNC(spin_twice, (), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_STUCK);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* Runs main in a child, and gives what that dies of. */
static int signal_that_ends(corun_awaitable main)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        corun_run(main, NULL, NULL);
        _exit(8);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

SCENARIO_ON(SIG_11_second_interrupt_in_a_tight_loop, SCENE_SIM | SCENE_HOST)
{
    SCENE_BEGIN();
    if (scene.kind == SCENE_HOST)
        CHECK_EQ(signal_that_ends(CORUN_CALL(spin)), SIGINT);
    RUN_ONCE(CORUN_CALL(spin_twice));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    RUN_ONCE(CORUN_CALL(spin_and_ask)); /* the way out that a computation has */
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    SCENE_END();
}

static void spin_call(void *unused)
{
    (void)unused;
    for (;;)
        raise(SIGINT);
}

CORUN_ASYNC(wait_beside_a_spinner, (bool in_a_task;), ()) {
    CORUN_BEGIN();
    if (my->in_a_task)
        CHECK_ERROR(corun_spawn(CORUN_CALL(spin), NULL), 0);
    else
        CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), spin_call, NULL, NULL), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

/* Two interrupts, with the loop in control between them. */
CORUN_ASYNC(interrupt_twice, (), ()) {
    CORUN_BEGIN();
    scene_interrupt();
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    scene_interrupt();
    test_log("child");
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(wait_beside_an_interrupter, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(interrupt_twice), NULL), 0);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    test_log("swallowed");
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

SCENARIO(SIG_32_second_interrupt_inside_a_callback_or_child)
{
    SCENE_BEGIN();
    if (scene.kind == SCENE_HOST) {
        CHECK_EQ(signal_that_ends(CORUN_CALL(wait_beside_a_spinner)), SIGINT);
        CHECK_EQ(signal_that_ends(CORUN_CALL(wait_beside_a_spinner, .in_a_task = true)), SIGINT);
    }
    scene_open(&runner);
    RUN(&runner, CORUN_CALL(wait_beside_an_interrupter));
    CHECK_ERROR(scene.error, CORUN_INTERRUPTED);
    CHECK_LOG("swallowed child");
    CLOSE(&runner);
    CHECK_ERROR(scene.error, 0);
    CHECK_LOG("CORUN_CANCELLED");
    SCENE_END();
}

#endif
