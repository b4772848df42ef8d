/* Signals that become interrupts, and those that do not: whose handler, when, and what is put back. */
#include "test.h"

#include <errno.h>

static const int no_signals[] = {0};

/* B36: where there are none, or none can be had, runs go on without */
TEST(a_run_without_signals_works)
{
    corun_run_options options = {.loop_factory = corun_loop_sim, .interrupt_signals = no_signals};
    CHECK_ERROR(corun_run(corun_sleep(1), &options, NULL), 0);
}

#if !defined(__wasm__)

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void handler(int number);

static handler *disposition_of(int number)
{
    struct sigaction now;
    CHECK_EQ(sigaction(number, NULL, &now), 0);
    return now.sa_handler;
}

CORUN_ASYNC(raise_and_wait, (int number;), ()) {
    CORUN_BEGIN();
    errno = ERANGE;
    raise(my->number);
    CHECK_EQ(errno, ERANGE); /* the handler leaves no trace */
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* B39 */
TEST(a_signal_interrupts_the_run)
{
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGINT), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGINT), NULL, NULL), CORUN_INTERRUPTED);
}

/* Flags and mask too: whoever had set them finds them as they were */
TEST(what_was_there_is_put_back_exactly)
{
    struct sigaction before, after;
    memset(&before, 0, sizeof before);
    before.sa_handler = SIG_DFL;
    before.sa_flags = SA_NODEFER;
    sigaddset(&before.sa_mask, SIGUSR1);
    CHECK_EQ(sigaction(SIGINT, &before, NULL), 0);
    CHECK_ERROR(corun_run(corun_yield(), NULL, NULL), 0);
    CHECK_EQ(sigaction(SIGINT, NULL, &after), 0);
    CHECK(after.sa_handler == SIG_DFL);
    CHECK_EQ(after.sa_flags & (SA_RESTART | SA_NODEFER), SA_NODEFER);
    CHECK_EQ(sigismember(&after.sa_mask, SIGUSR1), 1);
}

static handler *seen_int, *seen_term;

CORUN_ASYNC(note_dispositions, (), ()) {
    CORUN_BEGIN();
    seen_int = disposition_of(SIGINT);
    seen_term = disposition_of(SIGTERM);
    CORUN_END();
}

/* B37 B56 */
TEST(the_default_is_put_back_after_each_run)
{
    corun_runner runner;
    corun_runner_open(&runner, NULL);
    for (int i = 0; i < 2; i++) {
        CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(note_dispositions), NULL, NULL), 0);
        CHECK(seen_int != SIG_DFL && seen_int != SIG_IGN);
        CHECK(seen_term == SIG_DFL);
        CHECK(disposition_of(SIGINT) == SIG_DFL);
    }
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(other_signals_interrupt_if_asked_for)
{
    static const int wanted[] = {SIGTERM, SIGUSR1, 0};
    corun_run_options options = {.interrupt_signals = wanted};
    CHECK_ERROR(corun_run(CORUN_CALL(note_dispositions), &options, NULL), 0);
    CHECK(seen_int == SIG_DFL && seen_term != SIG_DFL);
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGTERM), &options, NULL), CORUN_INTERRUPTED);
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGUSR1), &options, NULL), CORUN_INTERRUPTED);
    CHECK(disposition_of(SIGTERM) == SIG_DFL && disposition_of(SIGUSR1) == SIG_DFL);
}

static volatile sig_atomic_t caught;

static void catch(int number)
{
    (void)number;
    caught++;
}

/* B35 */
TEST(a_signal_that_is_ignored_stays_ignored)
{
    signal(SIGINT, SIG_IGN);
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGINT), NULL, NULL), 0);
    CHECK(disposition_of(SIGINT) == SIG_IGN);
    signal(SIGINT, SIG_DFL);
}

/* B35 */
TEST(a_handler_of_the_programs_own_is_respected)
{
    signal(SIGINT, catch);
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGINT), NULL, NULL), 0);
    CHECK_EQ(caught, 1);
    CHECK(disposition_of(SIGINT) == catch);
    signal(SIGINT, SIG_DFL);
}

CORUN_ASYNC(install_own_handler, (), ()) {
    CORUN_BEGIN();
    signal(SIGINT, catch);
    raise(SIGINT);
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

/* B37 */
TEST(a_handler_that_main_installs_is_left_in_place)
{
    CHECK_ERROR(corun_run(CORUN_CALL(install_own_handler), NULL, NULL), 0);
    CHECK_EQ(caught, 1);
    CHECK(disposition_of(SIGINT) == catch);
    signal(SIGINT, SIG_DFL);
}

static void *run_in_thread(void *unused)
{
    CHECK_ERROR(corun_run(CORUN_CALL(note_dispositions), NULL, NULL), 0);
    return unused;
}

/* B53 */
TEST(a_run_in_another_thread_leaves_signals_alone)
{
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, run_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    CHECK(seen_int == SIG_DFL);
}

static void *send_to_process(void *unused)
{
    usleep(5000);
    raise(SIGINT); /* to this thread: the handler hands it on */
    return unused;
}

CORUN_ASYNC(wait_for_signal, (pthread_t *thread;), ()) {
    CORUN_BEGIN();
    CHECK_EQ(pthread_create(my->thread, NULL, send_to_process, NULL), 0);
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

/* B54 */
TEST(a_signal_that_comes_to_another_thread_wakes_the_loop)
{
    pthread_t thread;
    CHECK_ERROR(corun_run(CORUN_CALL(wait_for_signal, .thread = &thread), NULL, NULL), CORUN_INTERRUPTED);
    pthread_join(thread, NULL);
}

CORUN_ASYNC(raise_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    raise(SIGINT);
    CORUN_AWAIT(corun_sleep(100));
    CORUN_END();
}

/* B51, and where Corun decides: our handler stays during close */
TEST(a_signal_during_close_abandons_what_is_left)
{
    corun_runner runner;
    corun_loop *loop = NULL;
    corun_runner_open(&runner, NULL);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(raise_in_cleanup), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_INTERRUPTED);
    CHECK_LOG("[Task was destroyed but it is pending!]");
    CHECK(disposition_of(SIGINT) == SIG_DFL);
}

/* What a child process ends with whose run was interrupted like this, and who says so to its host. */
static int status_of_interrupted(int number)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP, 0};
    corun_run_options options = {.interrupt_signals = wanted};
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = number), &options, NULL), CORUN_INTERRUPTED);
        CHECK_EQ(corun_interrupt_signal(), number);
        corun_exit_interrupted();
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

/* B55, for the signals that somebody asked for too */
TEST(an_interrupted_process_dies_of_the_signal_that_interrupted)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int status = status_of_interrupted(numbers[i]);
        CHECK(WIFSIGNALED(status));
        CHECK_EQ(WTERMSIG(status), numbers[i]);
    }
}

CORUN_ASYNC(interrupt_itself, (), ()) {
    CORUN_BEGIN();
    corun_interrupt();
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

TEST(an_interrupt_without_a_signal_is_told_apart)
{
    int status = 0;
    pid_t child;
    CHECK_EQ(corun_interrupt_signal(), 0);
    CHECK_ERROR(corun_run(CORUN_CALL(raise_and_wait, .number = SIGINT), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_EQ(corun_interrupt_signal(), SIGINT);
    CHECK_ERROR(corun_run(CORUN_CALL(interrupt_itself), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_EQ(corun_interrupt_signal(), 0);
    child = fork();
    if (child == 0)
        corun_exit_interrupted();
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGINT);
}

CORUN_ASYNC(never_listen, (int times;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->times; my->n++)
        raise(SIGINT);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* What a child process that raises so often within one step dies of. */
static int status_after(int times)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(corun_run(CORUN_CALL(never_listen, .times = times), NULL, NULL) == CORUN_INTERRUPTED ? 7 : 8);
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

/* where Corun decides: the second one in the same step ends a process that does not listen, as the signal would */
TEST(a_step_that_does_not_listen_dies_of_the_second_signal)
{
    int status = status_after(1);
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 7);
    status = status_after(2);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGINT);
}

#endif
