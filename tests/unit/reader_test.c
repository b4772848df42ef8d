/* Readers and writers: functions that are called while a descriptor is ready. */
#include "test.h"

#include <errno.h>

enum { FD = 30, OTHER_FD = 31 };

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

static void open_sim(void)
{
    loop = test_open_sim(&runner);
}

static void close_sim(void)
{
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void feed(int fd, double time, const char *text)
{
    CHECK_ERROR(corun_sim_feed(loop, fd, time, text, strlen(text)), 0);
}

static void run(corun_awaitable main)
{
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
}

static void log_word(void *word)
{
    test_log(word);
}

static void log_and_remove(void *word)
{
    test_log(word);
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 1);
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 0);
}

static int left; /* how often count_down is still to be called */

static void count_down(void *word)
{
    test_log(word);
    if (--left == 0)
        CHECK_EQ(corun_loop_remove_reader(loop, FD), 1);
}

static void add(void (*function)(void *), char *word)
{
    CHECK_ERROR(corun_loop_add_reader(loop, FD, function, word), 0);
}

/* -------------------------------------------------------------------- calling */

TEST(a_reader_is_called_when_there_is_something_to_read)
{
    open_sim();
    feed(FD, 1.5, "x");
    add(log_and_remove, "ready");
    run(corun_sleep(1));
    CHECK_LOG("");
    run(corun_sleep(1));
    CHECK_LOG("ready");
    run(corun_sleep(1));
    CHECK_LOG(""); /* removed */
    close_sim();
}

CORUN_ASYNC(log_rounds, (int count;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->count; my->n++) {
        test_log_number(my->n);
        CORUN_AWAIT(corun_wait_fd(FD, CORUN_READABLE));
    }
    CORUN_END();
}

/* Level-triggered: what is not read is told again, once a look of the loop's */
TEST(it_is_called_once_a_round_as_long_as_it_is_ready)
{
    open_sim();
    feed(FD, 0, "x");
    left = 3;
    add(count_down, "call");
    run(CORUN_CALL(log_rounds, .count = 5));
    CHECK_LOG("0 call 1 call 2 call 3 4");
    close_sim();
}

static void add_in_a_call(void *word)
{
    test_log(word);
    add(log_and_remove, "second");
}

TEST(adding_again_replaces_also_from_the_function_itself)
{
    open_sim();
    feed(FD, 1, "x");
    add(log_word, "never");
    add(add_in_a_call, "first");
    run(corun_sleep(2));
    CHECK_LOG("first second");
    close_sim();
}

static void remove_fd(void *unused)
{
    (void)unused;
    test_log_number(corun_loop_remove_reader(loop, FD));
}

/* The handle is skipped, as one that was cancelled after the selector had returned it */
TEST(one_that_is_due_and_removed_is_not_called)
{
    open_sim();
    feed(FD, 0, "x");
    feed(OTHER_FD, 0, "x");
    add(log_word, "never");
    CHECK_ERROR(corun_loop_add_reader(loop, OTHER_FD, remove_fd, NULL), 0); /* the sim tells this first */
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_LOG("1");
    close_sim();
}

TEST(removing_what_is_not_there_is_0)
{
    open_sim();
    feed(FD, 5, "x");
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 0);
    CHECK_EQ(corun_loop_remove_writer(loop, FD), 0);
    CHECK_EQ(corun_loop_remove_reader(loop, -1), 0);
    CHECK_EQ(corun_loop_remove_reader(loop, 1 << 30), 0);
    add(log_word, "never");
    CHECK_EQ(corun_loop_remove_writer(loop, FD), 0);
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 1);
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 0);
    close_sim();
}

/* --------------------------------------------------------- beside tasks */

CORUN_ASYNC(read_one, (), (char byte[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(FD, my->byte, 1));
    test_log(my->byte);
    CORUN_END();
}

TEST(it_comes_before_a_task_that_waits_for_the_same_descriptor)
{
    open_sim();
    feed(FD, 1, "ab");
    add(log_and_remove, "ready");
    run(CORUN_CALL(read_one));
    CHECK_LOG("ready a");
    add(log_and_remove, "again");
    run(corun_sleep(1)); /* for b */
    CHECK_LOG("again");
    close_sim();
}

CORUN_ASYNC(take_two, (), (char bytes[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(FD, my->bytes, 2));
    test_log("taken");
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}

TEST(what_a_task_has_read_does_not_call_it)
{
    open_sim();
    feed(FD, 0, "ab");
    run(CORUN_CALL(take_two)); /* at once, before the loop has looked */
    add(log_word, "never");
    run(corun_sleep(1));
    CHECK_LOG("taken");
    close_sim();
}

/* -------------------------------------------------------------- what can end a wait */

TEST(a_loop_with_a_reader_is_no_deadlock_until_nothing_can_come)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_sim_feed(loop, FD, 3, "x", 1), 0);
    add(log_and_remove, "ready");
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_LOG("ready");
    CHECK(corun_loop_time(loop) == 3);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

CORUN_ASYNC(exit_when_ready, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait_fd(OTHER_FD, CORUN_READABLE));
    CORUN_EXIT(3);
    CORUN_END();
}

TEST(closing_removes_it_also_one_that_is_due)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_sim_feed(loop, FD, 1, "x", 1), 0);
    CHECK_ERROR(corun_sim_feed(loop, OTHER_FD, 1, "x", 1), 0);
    add(log_word, "never");
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(exit_when_ready), NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), CORUN_SYSTEM_EXIT); /* in the middle of the round */
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_LOG("");
}

static void keep_value(void *value)
{
    (void)value;
}

static void remove_both(void *value)
{
    (void)value;
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 0);
    CHECK_EQ(corun_loop_remove_reader(loop, OTHER_FD), 0);
}

static const corun_var held_by_reader = {.name = "held", .retain = keep_value, .release = remove_both};

static void add_other_with_value(void *unused)
{
    CHECK_ERROR(corun_var_set(&held_by_reader, "value", NULL), 0);
    CHECK_ERROR(corun_loop_add_reader(loop, OTHER_FD, log_word, unused), 0);
}

/* What a context has held asks for readers that are gone by then. */
TEST(a_release_at_the_close_may_remove_readers)
{
    corun_context *context;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_sim_feed(loop, FD, 1, "x", 1), 0);
    CHECK_ERROR(corun_sim_feed(loop, OTHER_FD, 1, "x", 1), 0);
    add(log_word, "never");
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_context_run(context, add_other_with_value, NULL), 0);
    corun_context_release(context);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* -------------------------------------------------------------------- refusals */

TEST(what_cannot_be_waited_for_is_refused)
{
    open_sim();
    feed(FD, 1, "x");
    CHECK_ERROR(corun_loop_add_reader(loop, -1, log_word, "never"), -EBADF);
    CHECK_ERROR(corun_loop_add_reader(loop, OTHER_FD, log_word, "never"), -EBADF);
    CHECK_ERROR(corun_loop_add_reader(loop, 1 << 30, log_word, "never"), -EBADF);
    CHECK_ERROR(corun_loop_add_writer(loop, FD, log_word, "never"), -EPERM); /* always ready here */
    close_sim();
}

CORUN_ASYNC(keep_loop, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_runner_close(&runner), CORUN_RUNNING);
    CORUN_END();
}

/* A task keeps the loop's memory */
TEST(a_closed_loop_has_none)
{
    corun_task *task;
    open_sim();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(keep_loop), &task), 0);
    feed(FD, 1, "x");
    add(log_word, "never");
    close_sim();
    CHECK_ERROR(corun_loop_add_reader(loop, FD, log_word, "never"), CORUN_CLOSED);
    CHECK_EQ(corun_loop_remove_reader(loop, FD), 0);
    corun_task_release(task);
}

/* Fails the k-th allocation of adding one. Returns whether there was one. */
static bool add_without_memory(long k, bool replace)
{
    bool failed;
    int rc;
    open_sim();
    feed(FD, 1, "x");
    if (replace)
        add(log_and_remove, "old");
    test_fail_allocation(k);
    rc = corun_loop_add_reader(loop, FD, log_and_remove, "new");
    failed = test_allocation_failed();
    test_fail_allocation(0);
    CHECK_ERROR(rc, failed ? -ENOMEM : 0);
    run(corun_sleep(2));
    test_check_log(!failed ? "new" : replace ? "old" : "", __FILE__, __LINE__);
    close_sim();
    return failed;
}

TEST(without_memory_what_was_there_stays)
{
    for (long k = 1; add_without_memory(k, false); k++)
        continue;
    for (long k = 1; add_without_memory(k, true); k++)
        continue;
}

/* On the host's own loop, which may not have been asked for anything yet */
TEST(a_loop_whose_first_reader_finds_no_memory_is_closed)
{
    bool failed = true;
    for (long k = 1; failed; k++) {
        CHECK_ERROR(corun_loop_default(&loop), 0);
        test_fail_allocation(k);
        (void)corun_loop_add_reader(loop, 0, log_word, "never");
        failed = test_allocation_failed();
        test_fail_allocation(0);
        CHECK_ERROR(corun_loop_close(loop), 0);
    }
}

/* -------------------------------------------------------------------- contexts */

static corun_var mark = {.initial = "unset"};

static void log_mark(void *unused)
{
    (void)unused;
    test_log(corun_var_get(&mark));
    CHECK_ERROR(corun_var_set(&mark, "kept", NULL), 0);
    if (--left == 0)
        CHECK_EQ(corun_loop_remove_reader(loop, FD), 1);
}

CORUN_ASYNC(add_with_mark, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&mark, "mine", NULL), 0);
    left = 2;
    add(log_mark, NULL);
    CHECK_ERROR(corun_var_set(&mark, "later", NULL), 0);
    CORUN_AWAIT(corun_sleep(2));
    test_log(corun_var_get(&mark));
    CORUN_END();
}

/* L8: the context is captured when it is added, and what it sets it finds again */
TEST(it_runs_in_the_context_in_which_it_was_added)
{
    open_sim();
    feed(FD, 1, "x");
    run(CORUN_CALL(add_with_mark));
    CHECK_LOG("mine kept later");
    close_sim();
}

/* -------------------------------------------------------------- on a real host */

static void note_and_remove(void *called)
{
    ++*(int *)called;
    CHECK_EQ(corun_loop_remove_reader(corun_current_loop(), 0), 1);
}

/* Standard input, whatever a test's is: a file that is always ready cannot be had */
TEST_LOOP(standard_input_has_a_reader, (int called; int rc;)) {
    CORUN_BEGIN();
    my->rc = corun_loop_add_reader(corun_current_loop(), 0, note_and_remove, &my->called);
    CHECK(my->rc == 0 || my->rc == -EPERM);
    while (my->rc == 0 && my->called == 0)
        CORUN_AWAIT(corun_sleep(0.001));
    CHECK_ERROR(corun_loop_add_reader(corun_current_loop(), 0x7fffffff, note_and_remove, NULL), -EBADF);
    CORUN_END();
}

#if !defined(__wasm__)

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2]; /* of a pipe or a pair of sockets */

static void open_pipe(void)
{
    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    CHECK_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
}

static void read_byte(void *buffer)
{
    CHECK_EQ(read(ends[0], buffer, 1), 1);
    test_log(buffer);
}

static void stop_writing(void *unused)
{
    (void)unused;
    test_log("writable");
    CHECK_EQ(corun_loop_remove_writer(corun_current_loop(), ends[0]), 1);
    CHECK_EQ(write(ends[1], "ab", 2), 2);
}

TEST_LOOP(one_descriptor_has_a_reader_and_a_writer, (char buffer[2];)) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK_ERROR(corun_loop_add_reader(loop, ends[0], read_byte, my->buffer), 0);
    CHECK_ERROR(corun_loop_add_writer(loop, ends[0], stop_writing, NULL), 0);
    while (my->buffer[0] != 'b')
        CORUN_AWAIT(corun_yield());
    CHECK_LOG("writable a b");
    CHECK_EQ(corun_loop_remove_reader(loop, ends[0]), 1);
    close(ends[0]);
    close(ends[1]);
    CORUN_END();
}

static void log_hang_up(void *unused)
{
    (void)unused;
    test_log("hung up");
    CHECK_EQ(corun_loop_remove_writer(corun_current_loop(), ends[1]), 1);
    corun_loop_stop(loop);
}

/* A full pipe whose reader goes */
TEST(a_hang_up_calls_a_writer)
{
    char bytes[4096] = {0};
    CHECK_ERROR(corun_loop_default(&loop), 0);
    open_pipe();
    while (write(ends[1], bytes, sizeof bytes) > 0)
        continue;
    CHECK_ERROR(corun_loop_add_writer(loop, ends[1], log_hang_up, NULL), 0);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_LOG("");
    close(ends[0]);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_LOG("hung up");
    close(ends[1]);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static void read_and_stop(void *buffer)
{
    read_byte(buffer);
    corun_loop_stop(loop);
}

/* The number was closed and opened anew without a word: adding again is enough, as it is for waits */
TEST(a_number_that_is_opened_anew_is_added_again)
{
    char buffer[2] = {0};
    int moved;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    open_pipe();
    CHECK_ERROR(corun_loop_add_reader(loop, ends[0], log_word, "never"), 0);
    moved = ends[0];
    close(ends[0]);
    close(ends[1]);
    open_pipe();
    CHECK_EQ(ends[0], moved);
    CHECK_ERROR(corun_loop_add_reader(loop, ends[0], read_and_stop, buffer), 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_LOG("x");
    close(ends[0]);
    close(ends[1]);
    CHECK_EQ(corun_loop_remove_reader(loop, moved), 1); /* after the close too */
    CHECK_ERROR(corun_loop_close(loop), 0);
}

CORUN_ASYNC(read_pipe, (), (char byte[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(ends[0], my->byte, 1));
    test_log(my->byte);
    CORUN_END();
}

TEST_LOOP(a_task_may_wait_for_what_has_a_reader, (char buffer[2]; corun_task *task;)) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    open_pipe();
    CHECK_ERROR(corun_loop_add_reader(loop, ends[0], read_byte, my->buffer), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_pipe), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(write(ends[1], "a", 1), 1);
    while (my->buffer[0] != 'a')
        CORUN_AWAIT(corun_yield());
    CHECK(!corun_task_done(my->task)); /* nothing was left for it */
    CHECK_EQ(corun_loop_remove_reader(loop, ends[0]), 1);
    CHECK_EQ(write(ends[1], "b", 1), 1);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("a b");
    corun_task_release(my->task);
    close(ends[0]);
    close(ends[1]);
    CORUN_END();
}

TEST(files_that_are_always_ready_are_refused)
{
    int fd = open("/dev/null", O_RDWR);
    CHECK_ERROR(corun_loop_default(&loop), 0);
    CHECK_ERROR(corun_loop_add_reader(loop, fd, log_word, "never"), -EPERM);
    CHECK_ERROR(corun_loop_add_writer(loop, fd, log_word, "never"), -EPERM);
    close(fd);
    CHECK_ERROR(corun_loop_add_reader(loop, fd, log_word, "never"), -EBADF);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

#endif
