/* Loops that somebody else waits for: when they want a turn, and what wakes whoever waits. */
#include "test.h"

static corun_loop *loop; /* of the case that runs */

static void log_word(void *word)
{
    test_log(word);
}

/* Gives turns as long as the loop wants one now. Returns what it wants then. */
static int64_t turn(void)
{
    int64_t next;
    do
        next = corun_loop_turn(loop, 0);
    while (next == 0);
    return next;
}

TEST(a_loop_wants_a_turn_when_its_next_timer_is_due)
{
    corun_callback *callback;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_EQ(corun_loop_deadline(loop), -1);
    CHECK_ERROR(corun_loop_call_later(loop, 2.5, log_word, "never", &callback), 0);
    CHECK_EQ(corun_loop_deadline(loop), 2500000000);
    CHECK_ERROR(corun_loop_call_later(loop, 1, log_word, "late", NULL), 0);
    CHECK_EQ(corun_loop_deadline(loop), 1000000000);
    CHECK_ERROR(corun_loop_call_later(loop, -1, log_word, "due", NULL), 0);
    CHECK_EQ(corun_loop_deadline(loop), 0);
    corun_callback_cancel(callback);
    corun_callback_release(callback);
    CHECK_EQ(corun_loop_turn(loop, 0), 1000000000);
    CHECK_LOG("due");
    CHECK_EQ(corun_loop_deadline(loop), 1000000000);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static int calls_left;

static void call_again(void *unused)
{
    if (--calls_left > 0)
        CHECK_ERROR(corun_loop_call_soon(loop, call_again, unused, NULL), 0);
}

TEST(a_turn_without_end_does_all_there_is)
{
    CHECK_ERROR(corun_loop_default(&loop), 0);
    calls_left = 1000;
    CHECK_ERROR(corun_loop_call_soon(loop, call_again, NULL, NULL), 0);
    CHECK_EQ(corun_loop_turn(loop, INT64_MAX), -1);
    CHECK_EQ(calls_left, 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* What is done between two turns cannot show at a descriptor: it is no event */
TEST(what_is_done_between_turns_wants_one_at_once)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_EQ(turn(), -1);
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "soon", NULL), 0);
    CHECK_EQ(corun_loop_deadline(loop), 0);
    CHECK_EQ(turn(), -1);
    CHECK_EQ(corun_loop_deadline(loop), -1);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "threadsafe", NULL), 0);
    CHECK_EQ(corun_loop_deadline(loop), 0);
    CHECK_EQ(turn(), -1);
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), NULL), 0);
    CHECK_EQ(corun_loop_deadline(loop), 0);
    CHECK_EQ(turn(), -1);
    corun_loop_stop(loop);
    CHECK_EQ(corun_loop_deadline(loop), 0);
    CHECK_EQ(corun_loop_turn(loop, 0), -2);
    CHECK_EQ(corun_loop_deadline(loop), -1);
    CHECK_LOG("soon threadsafe");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static void ended(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    (void)runner, (void)value, (void)argument;
    test_log(corun_error_name(error));
}

TEST(an_interrupt_between_turns_wants_one)
{
    corun_runner runner;
    loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_start(&runner, corun_forever(), NULL, ended, NULL), 0);
    CHECK_EQ(turn(), -1);
    corun_interrupt();
    CHECK_EQ(corun_loop_deadline(loop), 0);
    CHECK_EQ(turn(), -2);
    CHECK_LOG("CORUN_INTERRUPTED");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(a_closed_loop_wants_none)
{
    corun_future *future; /* keeps the loop's memory */
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_loop_fd(loop), CORUN_UNSUPPORTED);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_ERROR((int)corun_loop_deadline(loop), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_fd(loop), CORUN_CLOSED);
    corun_future_release(future);
}

#if defined(__wasm__)

TEST_LOOP(other_backends_have_no_descriptor, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_fd(corun_current_loop()), CORUN_UNSUPPORTED);
    CORUN_END();
}

#else

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* For cases about the descriptor, which not every backend has. */
static void need_descriptor(void)
{
    int fd;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    fd = corun_loop_fd(loop);
    CHECK_ERROR(corun_loop_close(loop), 0);
    if (fd == CORUN_UNSUPPORTED)
        test_skip("poll(2) has no descriptor for others");
}

static bool is_readable(void)
{
    struct pollfd asked = {corun_loop_fd(loop), POLLIN, 0};
    return poll(&asked, 1, 0) == 1;
}

/* The loop of a program that waits by poll(2), for as long as something may come. */
static void wait_and_turn(void)
{
    int64_t next = corun_loop_deadline(loop);
    while (next != -2) {
        struct pollfd asked = {corun_loop_fd(loop), POLLIN, 0};
        CHECK(poll(&asked, 1, next < 0 ? -1 : (int)((next + 999999) / 1000000)) >= 0);
        next = corun_loop_turn(loop, 0);
    }
}

static void *call_from_thread(void *unused)
{
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "called", NULL), 0);
    return unused;
}

TEST(the_descriptor_is_readable_once_something_has_come)
{
    pthread_t thread;
    need_descriptor();
    CHECK_ERROR(corun_loop_default(&loop), 0);
    CHECK_EQ(turn(), -1);
    CHECK(!is_readable());
    CHECK_EQ(pthread_create(&thread, NULL, call_from_thread, NULL), 0);
    pthread_join(thread, NULL);
    CHECK(is_readable());
    CHECK_EQ(turn(), -1);
    CHECK(!is_readable());
    CHECK_LOG("called");
    CHECK_ERROR(corun_loop_add_signal_handler(loop, SIGUSR1, log_word, "signalled"), 0);
    raise(SIGUSR1);
    CHECK(is_readable());
    CHECK_EQ(turn(), -1);
    CHECK(!is_readable());
    CHECK_LOG("signalled");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static int ends[2]; /* of a pipe */

CORUN_ASYNC(read_byte, (), (char byte[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(ends[0], my->byte, 1));
    test_log(my->byte);
    CORUN_END();
}

/* Bytes that nobody waits for any more wake it once: a level would burn the processor of whoever waits */
TEST(the_descriptor_does_not_stay_readable_without_a_reader)
{
    need_descriptor();
    CHECK_ERROR(corun_loop_default(&loop), 0);
    CHECK_EQ(pipe(ends), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(read_byte), NULL), 0);
    CHECK_EQ(turn(), -1);
    CHECK(!is_readable());
    CHECK_EQ(write(ends[1], "abc", 3), 3);
    CHECK(is_readable());
    CHECK_EQ(turn(), -1);
    CHECK_LOG("a");
    CHECK_EQ(turn(), -1);
    CHECK(!is_readable());
    CHECK_ERROR(corun_loop_close(loop), 0);
    close(ends[0]);
    close(ends[1]);
}

static void *write_byte(void *unused)
{
    usleep(2000);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    return unused;
}

CORUN_ASYNC(sleep_and_read, (pthread_t *thread;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.002));
    test_log("slept");
    CHECK_EQ(pthread_create(my->thread, NULL, write_byte, NULL), 0);
    CORUN_AWAIT(CORUN_CALL(read_byte));
    raise(SIGINT);
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_RAISE(CORUN_ERROR());
    CORUN_END();
}

TEST(a_main_runs_in_a_loop_that_waits_by_poll)
{
    corun_runner runner;
    pthread_t thread;
    need_descriptor();
    corun_runner_open(&runner, NULL);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    CHECK_EQ(pipe(ends), 0);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(sleep_and_read, .thread = &thread), NULL, ended, NULL), 0);
    wait_and_turn();
    CHECK_LOG("slept x CORUN_CANCELLED CORUN_INTERRUPTED");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    pthread_join(thread, NULL);
    close(ends[0]);
    close(ends[1]);
}

/* Starts a main that waits for ever, and gives it a turn. */
static void wait_between_turns(corun_runner *runner)
{
    corun_runner_open(runner, NULL);
    CHECK_ERROR(corun_runner_loop(runner, &loop), 0);
    CHECK_ERROR(corun_runner_start(runner, corun_forever(), NULL, ended, NULL), 0);
    CHECK_EQ(turn(), -1);
}

/* The next turn ends the run as interrupted. */
static void end_interrupted(corun_runner *runner)
{
    CHECK_EQ(turn(), -2);
    CHECK_LOG("CORUN_INTERRUPTED");
    CHECK_ERROR(corun_runner_close(runner), 0);
}

/* A service manager may send two signals at once, npm the same one twice: whoever waits had no time for a turn */
TEST(two_signals_at_once_between_turns_end_the_run_not_the_process)
{
    corun_runner runner;
    wait_between_turns(&runner);
    raise(SIGINT);
    raise(SIGINT);
    end_interrupted(&runner);
}

/* It is the first signal, however many others have asked */
TEST(an_interrupt_from_elsewhere_is_no_signal_that_waits)
{
    corun_runner runner;
    wait_between_turns(&runner);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    raise(SIGINT);
    end_interrupted(&runner);
}

#endif
