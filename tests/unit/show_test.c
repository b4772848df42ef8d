/* SIGQUIT shows the tasks of a run in debug mode: whose handler, when, and what is put back. */
#include "test.h"

static const corun_run_options debug = {.debug = CORUN_DEBUG_ON};

TEST(where_there_are_no_signals_debug_mode_changes_nothing)
{
    corun_run_options options = {.debug = CORUN_DEBUG_ON, .loop_factory = corun_loop_sim};
    CHECK_ERROR(corun_run(corun_sleep(1), &options, NULL), 0);
    CHECK(debug.debug == CORUN_DEBUG_ON);
}

#if !defined(__wasm__)

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void handler(int number);

static handler *disposition_of_quit(void)
{
    struct sigaction now;
    CHECK_EQ(sigaction(SIGQUIT, NULL, &now), 0);
    return now.sa_handler;
}

static handler *seen;

CORUN_ASYNC(note_disposition, (), ()) {
    CORUN_BEGIN();
    seen = disposition_of_quit();
    CORUN_END();
}

static handler *seen_in_run(const corun_run_options *options)
{
    CHECK_ERROR(corun_run(CORUN_CALL(note_disposition), options, NULL), 0);
    return seen;
}

TEST(it_is_taken_in_debug_mode_only_and_put_back)
{
    CHECK(seen_in_run(NULL) == SIG_DFL);
    CHECK(seen_in_run(&debug) != SIG_DFL);
    CHECK(disposition_of_quit() == SIG_DFL);
    CHECK(seen_in_run(NULL) == SIG_DFL);
}

TEST(flags_are_put_back_too)
{
    struct sigaction before, after;
    memset(&before, 0, sizeof before);
    before.sa_handler = SIG_DFL;
    before.sa_flags = SA_NODEFER;
    CHECK_EQ(sigaction(SIGQUIT, &before, NULL), 0);
    CHECK(seen_in_run(&debug) != SIG_DFL);
    CHECK_EQ(sigaction(SIGQUIT, NULL, &after), 0);
    CHECK_EQ(after.sa_flags & (SA_RESTART | SA_NODEFER), SA_NODEFER);
}

static int caught;

static void catch(int number)
{
    (void)number;
    caught++;
}

TEST(what_the_program_does_about_it_stays)
{
    signal(SIGQUIT, catch);
    CHECK(seen_in_run(&debug) == catch);
    signal(SIGQUIT, SIG_IGN);
    CHECK(seen_in_run(&debug) == SIG_IGN);
    CHECK(disposition_of_quit() == SIG_IGN);
    signal(SIGQUIT, SIG_DFL);
}

CORUN_ASYNC(install_catch, (), ()) {
    CORUN_BEGIN();
    signal(SIGQUIT, catch);
    raise(SIGQUIT);
    CORUN_END();
}

TEST(a_handler_that_main_installs_is_left_in_place)
{
    CHECK_ERROR(corun_run(CORUN_CALL(install_catch), &debug, NULL), 0);
    CHECK_EQ(caught, 1);
    CHECK(disposition_of_quit() == catch);
    signal(SIGQUIT, SIG_DFL);
}

static void log_quit(void *word)
{
    test_log(word);
}

CORUN_ASYNC(handle_by_loop, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_add_signal_handler(corun_current_loop(), SIGQUIT, log_quit, "own"), 0);
    raise(SIGQUIT);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

TEST(a_function_of_the_loops_comes_first)
{
    CHECK_ERROR(corun_run(CORUN_CALL(handle_by_loop), &debug, NULL), 0);
    CHECK_LOG("own");
    CHECK(disposition_of_quit() == SIG_DFL);
}

TEST(as_an_interrupt_it_is_one)
{
    static const int wanted[] = {SIGQUIT, 0};
    corun_run_options options = {.debug = CORUN_DEBUG_ON, .interrupt_signals = wanted};
    CHECK_ERROR(corun_run(CORUN_CALL(handle_by_loop), &options, NULL), 0);
    CHECK_LOG("own");
    CHECK(disposition_of_quit() == SIG_DFL);
}

static void *run_in_thread(void *unused)
{
    CHECK(seen_in_run(&debug) == SIG_DFL);
    return unused;
}

TEST(in_another_thread_it_is_left_alone)
{
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, run_in_thread, NULL), 0);
    pthread_join(thread, NULL);
}

/* --------------------------------------------------------------- what is shown */

/* What a child process wrote to standard error, and how it ended. */
static char written[4096];

static int run_child(corun_awaitable main)
{
    int ends[2], status = 0;
    size_t length = 0;
    ssize_t count;
    pid_t child;
    CHECK_EQ(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        _exit(corun_run(main, &debug, NULL) == 0 ? 7 : 8);
    }
    close(ends[1]);
    while ((count = read(ends[0], written + length, sizeof written - 1 - length)) > 0)
        length += (size_t)count;
    written[length] = '\0';
    close(ends[0]);
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

static int trees_written(void)
{
    int count = 0;
    for (const char *at = written; (at = strstr(at, "corun: the tasks\n")); at++)
        count++;
    return count;
}

CORUN_ASYNC(ask_twice, (), ()) {
    CORUN_BEGIN();
    raise(SIGQUIT);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_AWAIT(corun_sleep(0.001));
    raise(SIGQUIT);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

TEST(the_tasks_are_shown_and_the_program_goes_on)
{
    int status = run_child(CORUN_CALL(ask_twice));
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 7);
    CHECK_EQ(trees_written(), 2);
    CHECK(strstr(written, "\n    in ask_twice (") != NULL);
}

static void *send_quit(void *unused)
{
    raise(SIGQUIT); /* to this thread: the handler hands it on */
    return unused;
}

CORUN_ASYNC(ask_from_thread, (), (pthread_t thread;)) {
    CORUN_BEGIN();
    CHECK_EQ(pthread_create(&my->thread, NULL, send_quit, NULL), 0);
    pthread_join(my->thread, NULL);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

TEST(whichever_thread_it_comes_to)
{
    int status = run_child(CORUN_CALL(ask_from_thread));
    CHECK(WIFEXITED(status));
    CHECK_EQ(trees_written(), 1);
}

CORUN_ASYNC(ask_within_a_step, (int times;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->times; my->n++)
        raise(SIGQUIT);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

#define STUCK "corun: the tasks are shown when the present step has ended; once more quits\n"

/* While a step runs nothing can be shown: that is said, and quitting stays possible. */
TEST(a_step_that_does_not_end_can_be_quit)
{
    int status = run_child(CORUN_CALL(ask_within_a_step, .times = 2));
    CHECK(WIFEXITED(status));
    CHECK_EQ(trees_written(), 1);
    CHECK(strncmp(written, STUCK, sizeof STUCK - 1) == 0);
    status = run_child(CORUN_CALL(ask_within_a_step, .times = 3));
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGQUIT);
    CHECK_TEXT(written, STUCK);
}

/* ------------------------------------------------- between the last step and the end */

static void keep_value(void *value)
{
    (void)value;
}

static void interrupt_now(void *value)
{
    (void)value;
    raise(SIGINT);
}

/* Whoever shows the tasks is the last to hold its value, and goes when no step is left. */
static const corun_var late = {.name = "late", .retain = keep_value, .release = interrupt_now};

static int ended_with;

static void note_end(corun_runner *runner, int error, const corun_value *value, void *unused)
{
    (void)runner, (void)value, (void)unused;
    ended_with = error;
}

/* Runs main, or closes, and is interrupted when all is done. */
static void end_late(corun_runner *runner, bool closing)
{
    corun_loop *loop = NULL;
    corun_var_token token;
    CHECK_ERROR(corun_runner_loop(runner, &loop), 0);
    CHECK_ERROR(corun_var_set(&late, "value", &token), 0);
    ended_with = 1;
    if (closing)
        CHECK_ERROR(corun_runner_close_start(runner, note_end, NULL), 0);
    else
        CHECK_ERROR(corun_runner_start(runner, corun_yield(), NULL, note_end, NULL), 0);
    CHECK_ERROR(corun_var_reset(&late, &token), 0);
    while (ended_with > 0)
        corun_loop_turn(loop, 0);
}

/* B47 B51 */
TEST(an_interrupt_that_finds_no_step_left_counts)
{
    corun_runner runner;
    corun_loop *loop;
    corun_runner_open(&runner, &debug);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    end_late(&runner, false);
    CHECK_ERROR(ended_with, CORUN_INTERRUPTED);
    CHECK_ERROR(corun_loop_spawn(loop, corun_forever(), NULL), 0);
    end_late(&runner, true);
    CHECK_ERROR(ended_with, CORUN_INTERRUPTED);
}

#endif
