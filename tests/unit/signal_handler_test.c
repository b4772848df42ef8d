/* Functions that the loop calls when a signal has come. */
#include "test.h"

#include <errno.h>

static corun_loop *loop; /* of the case that runs */

static void log_word(void *word)
{
    test_log(word);
}

TEST(the_sim_has_no_signals)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_add_signal_handler(loop, 2, log_word, "never"), CORUN_UNSUPPORTED);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, 2), 0);
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK); /* nothing was added that could wake it */
    CHECK_ERROR(corun_loop_close(loop), 0);
}

#if defined(__wasm__)

TEST_LOOP(there_are_signals_in_processes_only, ()) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    CHECK_ERROR(corun_loop_add_signal_handler(loop, 2, log_word, "never"), CORUN_UNSUPPORTED);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, 2), 0);
    CORUN_END();
}

#else

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static corun_runner runner;

static void open_native(void)
{
    corun_runner_open(&runner, NULL);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
}

static void close_native(void)
{
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void run(corun_awaitable main)
{
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
}

static void add(int number, void (*function)(void *), char *word)
{
    CHECK_ERROR(corun_loop_add_signal_handler(loop, number, function, word), 0);
}

static bool is_default(int number)
{
    struct sigaction now;
    CHECK_EQ(sigaction(number, NULL, &now), 0);
    return now.sa_handler == SIG_DFL;
}

/* Raises the signal, and gives the loop a few looks. */
CORUN_ASYNC(raise_times, (int number; int times;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->times; my->n++) {
        errno = ERANGE;
        raise(my->number);
        CHECK_EQ(errno, ERANGE); /* the handler leaves no trace */
    }
    test_log("raised");
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

static void raise_usr1(int times)
{
    run(CORUN_CALL(raise_times, .number = SIGUSR1, .times = times));
}

/* -------------------------------------------------------------------- calling */

TEST(the_loop_calls_it_not_the_signal)
{
    open_native();
    add(SIGUSR1, log_word, "called");
    raise_usr1(1);
    CHECK_LOG("raised called");
    raise_usr1(1);
    CHECK_LOG("raised called");
    close_native();
    CHECK(is_default(SIGUSR1));
}

TEST(signals_that_come_together_are_one)
{
    open_native();
    add(SIGUSR1, log_word, "called");
    raise_usr1(5);
    CHECK_LOG("raised called");
    close_native();
}

static int left; /* how often raise_again does */

static void raise_again(void *word)
{
    test_log(word);
    if (left-- > 0)
        raise(SIGUSR1);
}

TEST(one_that_comes_during_the_call_is_not_lost)
{
    open_native();
    add(SIGUSR1, raise_again, "called");
    left = 2;
    raise_usr1(1);
    CHECK_LOG("raised called called called");
    close_native();
}

TEST(one_that_comes_between_runs_is_kept_for_the_next)
{
    open_native();
    add(SIGUSR1, log_word, "called");
    raise(SIGUSR1);
    CHECK_LOG("");
    run(corun_yield());
    CHECK_LOG("called");
    close_native();
}

TEST(each_signal_has_its_own)
{
    open_native();
    add(SIGUSR1, log_word, "usr1");
    add(SIGTERM, log_word, "term");
    add(SIGRTMAX, log_word, "rtmax");
    raise_usr1(1);
    run(CORUN_CALL(raise_times, .number = SIGTERM, .times = 1));
    run(CORUN_CALL(raise_times, .number = SIGRTMAX, .times = 1));
    CHECK_LOG("raised usr1 raised term raised rtmax");
    close_native();
    CHECK(is_default(SIGUSR1) && is_default(SIGTERM) && is_default(SIGRTMAX));
}

static corun_var mark = {.initial = "unset"};

static void log_mark(void *unused)
{
    (void)unused;
    test_log(corun_var_get(&mark));
    CHECK_ERROR(corun_var_set(&mark, "kept", NULL), 0);
}

CORUN_ASYNC(add_with_mark, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&mark, "mine", NULL), 0);
    add(SIGUSR1, log_mark, NULL);
    CHECK_ERROR(corun_var_set(&mark, "later", NULL), 0);
    CORUN_AWAIT(CORUN_CALL(raise_times, .number = SIGUSR1, .times = 1));
    CORUN_AWAIT(CORUN_CALL(raise_times, .number = SIGUSR1, .times = 1));
    CORUN_END();
}

/* L8 */
TEST(it_runs_in_the_context_in_which_it_was_added)
{
    open_native();
    run(CORUN_CALL(add_with_mark));
    CHECK_LOG("raised mine raised kept");
    close_native();
}

/* ------------------------------------------------------------ waking the loop */

static void stop(void *word)
{
    test_log(word);
    corun_loop_stop(loop);
}

static void *raise_in_thread(void *unused)
{
    usleep(5000); /* so that the loop waits by then */
    raise(SIGUSR1); /* to this thread: the handler hands it on */
    return unused;
}

/* B54; and who waits for a signal is no deadlock */
TEST(one_that_comes_to_another_thread_wakes_the_loop)
{
    pthread_t thread;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    add(SIGUSR1, stop, "called");
    CHECK_EQ(pthread_create(&thread, NULL, raise_in_thread, NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), 0);
    pthread_join(thread, NULL);
    CHECK_LOG("called");
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR1), 1);
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

enum { MANY = 2000 };

static int called;

static void count(void *unused)
{
    (void)unused;
    called++;
}

static void *raise_many(void *done)
{
    for (int i = 0; i < MANY; i++)
        kill(getpid(), SIGUSR1);
    corun_loop_call_soon_threadsafe(loop, stop, done, NULL);
    return NULL;
}

/* However they meet the loop, a call comes after the last of them */
TEST(a_flood_of_signals_ends_with_a_call)
{
    pthread_t thread;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    add(SIGUSR1, count, NULL);
    CHECK_EQ(pthread_create(&thread, NULL, raise_many, "done"), 0);
    CHECK_ERROR(corun_loop_run(loop), 0);
    pthread_join(thread, NULL);
    CHECK(called > 0 && called <= MANY);
    called = 0;
    kill(getpid(), SIGUSR1);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_EQ(called, 1);
    CHECK_LOG("done");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* ------------------------------------------------------------- beside interrupts */

static void uninstall(void *word)
{
    test_log(word);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGINT), 1);
}

CORUN_ASYNC(install_and_raise, (void (*function)(void *); ), ()) {
    CORUN_BEGIN();
    add(SIGINT, my->function, "called");
    CORUN_AWAIT(CORUN_CALL(raise_times, .number = SIGINT, .times = 1));
    CORUN_AWAIT(CORUN_CALL(raise_times, .number = SIGINT, .times = 1));
    CORUN_END();
}

/* B37, SIG-21: one that main adds takes the runner's place, and is there after the run, until the loop closes */
TEST(a_handler_of_sigint_takes_the_runners_place)
{
    open_native();
    run(CORUN_CALL(install_and_raise, .function = log_word));
    CHECK_LOG("raised called raised called");
    CHECK(!is_default(SIGINT));
    run(CORUN_CALL(raise_times, .number = SIGINT, .times = 1));
    CHECK_LOG("raised called");
    close_native();
    CHECK(is_default(SIGINT));
}

/* B35, SIG-20 */
TEST(one_that_is_there_before_the_run_is_respected)
{
    open_native();
    add(SIGINT, log_word, "called");
    run(CORUN_CALL(raise_times, .number = SIGINT, .times = 2));
    CHECK_LOG("raised called");
    CHECK(!is_default(SIGINT));
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGINT), 1);
    CHECK(is_default(SIGINT));
    close_native();
}

/* Removed during a run, whenever it was added: interrupts are the runner's again, not the kernel's */
TEST(a_run_takes_interrupts_again_once_it_is_removed)
{
    open_native();
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(install_and_raise, .function = uninstall), NULL, NULL),
                CORUN_INTERRUPTED);
    CHECK_LOG("raised called raised");
    CHECK(is_default(SIGINT));
    add(SIGINT, uninstall, "called");
    raise(SIGINT);
    run(corun_yield());
    CHECK_LOG("called");
    CHECK(is_default(SIGINT));
    close_native();
}

CORUN_ASYNC(remove_and_raise, (), ()) {
    CORUN_BEGIN();
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGINT), 1);
    CORUN_AWAIT(CORUN_CALL(raise_times, .number = SIGINT, .times = 1));
    CORUN_END();
}

TEST(one_that_was_there_before_the_run_gives_way_to_interrupts)
{
    open_native();
    add(SIGINT, log_word, "never");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(remove_and_raise), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("raised");
    CHECK(is_default(SIGINT));
    close_native();
}

/* ------------------------------------------------------------ replacing, removing */

TEST(removing_puts_the_default_back)
{
    open_native();
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR1), 0);
    add(SIGUSR1, log_word, "never");
    CHECK(!is_default(SIGUSR1));
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR1), 1);
    CHECK(is_default(SIGUSR1));
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR1), 0);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, -1), 0);
    close_native();
}

TEST(adding_again_replaces_and_loses_no_signal)
{
    open_native();
    add(SIGUSR1, log_word, "never");
    raise(SIGUSR1);
    add(SIGUSR1, log_word, "second");
    run(corun_yield());
    CHECK_LOG("second");
    close_native();
}

static void remove_usr2(void *word)
{
    test_log(word);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR2), 1);
}

TEST(one_that_is_due_and_removed_is_not_called)
{
    open_native();
    add(SIGUSR2, log_word, "never");
    add(SIGUSR1, remove_usr2, "removed");
    raise(SIGUSR1);
    raise(SIGUSR2);
    run(corun_yield());
    CHECK_LOG("removed");
    close_native();
}

static void ignore(int number)
{
    (void)number;
}

TEST(what_somebody_else_has_installed_since_is_left_alone)
{
    struct sigaction now;
    open_native();
    add(SIGUSR1, log_word, "never");
    signal(SIGUSR1, ignore);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR1), 1);
    CHECK_EQ(sigaction(SIGUSR1, NULL, &now), 0);
    CHECK(now.sa_handler == ignore);
    signal(SIGUSR1, SIG_DFL);
    close_native();
}

TEST(of_two_loops_the_latest_has_the_signal)
{
    corun_loop *first;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    add(SIGUSR1, stop, "first");
    first = loop;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    add(SIGUSR1, stop, "second");
    CHECK_EQ(corun_loop_remove_signal_handler(first, SIGUSR1), 1);
    raise(SIGUSR1);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_LOG("second");
    CHECK_ERROR(corun_loop_close(first), 0);
    CHECK(!is_default(SIGUSR1));
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK(is_default(SIGUSR1));
}

/* -------------------------------------------------------------------- refusals */

TEST(signals_that_cannot_be_caught_are_refused)
{
    static const int numbers[] = {0, -1, 65, 1000, SIGKILL, SIGSTOP};
    open_native();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CHECK_ERROR(corun_loop_add_signal_handler(loop, numbers[i], log_word, "never"), -EINVAL);
        CHECK_EQ(corun_loop_remove_signal_handler(loop, numbers[i]), 0);
    }
    close_native();
}

static void *add_in_thread(void *unused)
{
    CHECK_ERROR(corun_loop_add_signal_handler(loop, SIGUSR1, log_word, "never"), CORUN_WRONG_THREAD);
    return unused;
}

static pthread_barrier_t barrier;

static void meet(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    corun_loop_stop(loop);
}

static void *run_in_thread(void *unused)
{
    CHECK_ERROR(corun_loop_run(loop), 0);
    return unused;
}

/* The signal's arrival is told in the main thread: the loop's own could free the handler meanwhile */
TEST(a_loop_that_another_thread_runs_has_no_signals)
{
    pthread_t thread;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, meet, NULL, NULL), 0);
    CHECK_EQ(pthread_barrier_init(&barrier, NULL, 2), 0);
    CHECK_EQ(pthread_create(&thread, NULL, run_in_thread, NULL), 0);
    pthread_barrier_wait(&barrier);
    CHECK_ERROR(corun_loop_add_signal_handler(loop, SIGUSR1, log_word, "never"), CORUN_WRONG_THREAD);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    CHECK(is_default(SIGUSR1));
    CHECK_ERROR(corun_loop_close(loop), 0);
}

TEST(other_threads_have_no_signals)
{
    pthread_t thread;
    open_native();
    CHECK_EQ(pthread_create(&thread, NULL, add_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    CHECK(is_default(SIGUSR1));
    close_native();
}

TEST(a_closed_loop_has_none)
{
    corun_future *future; /* keeps the loop's memory */
    open_native();
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    close_native();
    CHECK_ERROR(corun_loop_add_signal_handler(loop, SIGUSR1, log_word, "never"), CORUN_CLOSED);
    CHECK_EQ(corun_loop_remove_signal_handler(loop, SIGUSR1), 0);
    corun_future_release(future);
}

/* Fails the k-th allocation of adding one. Returns whether there was one. */
static bool add_without_memory(long k)
{
    bool failed;
    int rc;
    open_native();
    add(SIGUSR1, log_word, "old");
    test_fail_allocation(k);
    rc = corun_loop_add_signal_handler(loop, SIGUSR1, log_word, "new");
    failed = test_allocation_failed();
    test_fail_allocation(0);
    CHECK_ERROR(rc, failed ? -ENOMEM : 0);
    raise(SIGUSR1);
    run(corun_yield());
    test_check_log(failed ? "old" : "new", __FILE__, __LINE__);
    close_native();
    return failed;
}

TEST(without_memory_what_was_there_stays)
{
    for (long k = 1; add_without_memory(k); k++)
        continue;
}

#endif
