/* Descriptors: reading, writing, readiness, cancellation in between. */
#include "test.h"

#include <errno.h>

enum { FD = 30, OTHER_FD = 31 };

static void log_time(void)
{
    test_log_number((long long)(corun_loop_time(corun_current_loop()) * 10));
}

/* Logs each piece that it reads, and when. */
CORUN_ASYNC(read_pieces, (int fd; size_t size;), (char buffer[64];)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_AWAIT(corun_read(my->fd, my->buffer, my->size));
        my->buffer[CORUN_RESULT().i] = '\0';
        log_time();
        test_log(CORUN_RESULT().i ? my->buffer : "end");
        if (CORUN_RESULT().i == 0)
            break;
    }
    CORUN_END();
}

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

static void feed(int fd, double time, const char *text)
{
    CHECK_ERROR(corun_sim_feed(loop, fd, time, text, strlen(text)), 0);
}

static void open_sim(void)
{
    loop = test_open_sim(&runner);
}

static void run(corun_awaitable main)
{
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
}

static void close_sim(void)
{
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* -------------------------------------------------------------------- reading */

TEST(reading_waits_for_bytes_and_then_for_the_end)
{
    open_sim();
    feed(FD, 1, "hello");
    feed(FD, 2.5, "world");
    feed(FD, 4, "");
    run(CORUN_CALL(read_pieces, .fd = FD, .size = 60));
    CHECK_LOG("10 hello 25 world 40 end");
    close_sim();
}

TEST(a_small_buffer_takes_them_in_pieces)
{
    open_sim();
    feed(FD, 1, "abcdefg");
    feed(FD, 1, "");
    run(CORUN_CALL(read_pieces, .fd = FD, .size = 3));
    CHECK_LOG("10 abc 10 def 10 g 10 end");
    close_sim();
}

TEST(the_end_of_a_file_is_read_again_and_again)
{
    open_sim();
    feed(FD, 0, "");
    for (int i = 0; i < 3; i++)
        run(CORUN_CALL(read_pieces, .fd = FD, .size = 8));
    CHECK_LOG("0 end 0 end 0 end");
    close_sim();
}

CORUN_ASYNC(read_one, (int fd; const char *name;), (char byte[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(my->fd, my->byte, 1));
    test_log(my->name);
    test_log(my->byte);
    CORUN_END();
}

CORUN_ASYNC(read_by_several, (), (corun_task *tasks[3]; int n;)) {
    static const char *const names[] = {"first", "second", "third"};
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(read_one, .fd = FD, .name = names[my->n]), &my->tasks[my->n]), 0);
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

TEST(several_readers_are_served_in_order)
{
    open_sim();
    feed(FD, 1, "ab");
    feed(FD, 2, "c");
    run(CORUN_CALL(read_by_several));
    CHECK_LOG("first a second b third c");
    close_sim();
}

CORUN_ASYNC(both_descriptors, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_pieces, .fd = FD, .size = 8), &my->task), 0);
    CORUN_AWAIT(CORUN_CALL(read_pieces, .fd = OTHER_FD, .size = 8));
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

TEST(descriptors_do_not_wait_for_each_other)
{
    open_sim();
    feed(FD, 2, "slow");
    feed(FD, 3, "");
    feed(OTHER_FD, 1, "fast");
    feed(OTHER_FD, 4, "");
    run(CORUN_CALL(both_descriptors));
    CHECK_LOG("10 fast 20 slow 30 end 40 end");
    close_sim();
}

/* ------------------------------------------------------------------ cancelling */

static corun_task *reader;

static void cancel_reader(void *unused)
{
    (void)unused;
    corun_task_cancel(reader, NULL);
}

/* Cancels a reader at this moment; what it has not read the next one gets. */
CORUN_ASYNC(cancel_and_read_on, (double when;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_pieces, .fd = FD, .size = 2), &reader), 0);
    CHECK_ERROR(corun_loop_call_at(corun_current_loop(), my->when, cancel_reader, NULL, NULL), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(reader));
    test_log(corun_error_name(CORUN_ERROR()));
    corun_task_release(reader);
    CORUN_AWAIT(CORUN_CALL(read_pieces, .fd = FD, .size = 8));
    CORUN_END();
}

static void cancel_at(double when)
{
    open_sim();
    feed(FD, 1, "abc");
    feed(FD, 2, "def");
    feed(FD, 3, "");
    run(CORUN_CALL(cancel_and_read_on, .when = when));
    close_sim();
}

TEST(a_cancelled_reader_takes_no_byte)
{
    cancel_at(0.5); /* long before */
    CHECK_LOG("CORUN_CANCELLED 10 abc 20 def 30 end");
    cancel_at(1.5); /* between two */
    CHECK_LOG("10 ab 10 c CORUN_CANCELLED 20 def 30 end");
}

static int reads, cancels;

/* Counts what it reads; `cancels` is 1 if that was after the cancellation. */
CORUN_ASYNC(read_abc, (), (char buffer[8];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(FD, my->buffer, sizeof my->buffer));
    CHECK_EQ(CORUN_RESULT().i, 3);
    CHECK(memcmp(my->buffer, "abc", 3) == 0);
    reads++;
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}

CORUN_ASYNC(cancel_what_is_due, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_abc), &reader), 0);
    CHECK_ERROR(corun_loop_call_at(corun_current_loop(), 1, cancel_reader, NULL, NULL), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(reader));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(reader);
    if (reads == 0) {
        cancels = 1;
        CORUN_AWAIT(CORUN_CALL(read_abc));
    }
    CORUN_END();
}

/* The bytes and the cancellation come in the same round, in either order: what the reader did not take is
 * there for the next. */
TEST(a_reader_that_is_cancelled_as_the_bytes_come_loses_none)
{
    int taken_before = 0, taken_after = 0;
    for (uint64_t seed = 1; seed < 30; seed++) {
        open_sim();
        feed(FD, 1, "abc");
        feed(FD, 2, "");
        CHECK_ERROR(corun_sim_shuffle(loop, seed), 0);
        reads = cancels = 0;
        run(CORUN_CALL(cancel_what_is_due));
        close_sim();
        CHECK_EQ(reads, 1);
        taken_before += cancels == 0;
        taken_after += cancels == 1;
    }
    CHECK(taken_before > 0 && taken_after > 0);
}

CORUN_ASYNC(cancel_one_of_three, (), (corun_task *tasks[3]; int n;)) {
    static const char *const names[] = {"first", "second", "third"};
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(read_one, .fd = FD, .name = names[my->n]), &my->tasks[my->n]), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[1], NULL);
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

TEST(a_cancelled_reader_leaves_the_queue)
{
    open_sim();
    feed(FD, 1, "xy");
    run(CORUN_CALL(cancel_one_of_three));
    CHECK_LOG("first x third y");
    close_sim();
}

CORUN_ASYNC(read_without_end, (), (char byte; int count;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (;;) {
        if (my->count == 10)
            corun_interrupt();
        CORUN_AWAIT(corun_read(FD, &my->byte, 1));
        my->count++;
    }
    CORUN_FINALLY();
    test_log_number(my->count);
    CORUN_END();
}

/* where Corun decides: reads that are ready at once are stopped too, or upper.c < file would never see Ctrl-C */
TEST(an_interrupt_stops_reads_that_never_wait)
{
    open_sim();
    feed(FD, 0, "");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(read_without_end), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("10");
    close_sim();
}

CORUN_ASYNC(read_many, (int *count; int most;), (char byte;)) {
    CORUN_BEGIN();
    while (*my->count < my->most) {
        CORUN_AWAIT(corun_read(FD, &my->byte, 1));
        ++*my->count;
    }
    CORUN_END();
}

CORUN_ASYNC(beside_a_reader, (), (int count; corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_many, .count = &my->count, .most = 1000), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(my->count > 0 && my->count < 200);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(my->count, 1000);
    corun_task_release(my->task);
    CORUN_END();
}

/* where Corun decides */
TEST(others_get_their_turn_beside_reads_that_never_wait)
{
    open_sim();
    feed(FD, 0, "");
    run(CORUN_CALL(beside_a_reader));
    close_sim();
}

/* ------------------------------------------------------------------- readiness */

CORUN_ASYNC(wait_ready, (), (char byte;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait_fd(FD, CORUN_READABLE));
    CHECK_EQ(CORUN_RESULT().i, CORUN_READABLE);
    log_time();
    CORUN_AWAIT(corun_wait_fd(FD, CORUN_READABLE)); /* still: nothing was read */
    log_time();
    CORUN_AWAIT(corun_read(FD, &my->byte, 1));
    CHECK_EQ(my->byte, 'z');
    CORUN_AWAIT(corun_wait_fd(FD, CORUN_READABLE)); /* the end is something to read */
    log_time();
    CORUN_AWAIT(corun_wait_fd(FD, CORUN_WRITABLE));
    CHECK_EQ(CORUN_RESULT().i, CORUN_WRITABLE);
    log_time();
    CORUN_END();
}

TEST(readiness_is_told_as_long_as_it_lasts)
{
    open_sim();
    feed(FD, 1, "z");
    feed(FD, 2, "");
    run(CORUN_CALL(wait_ready));
    CHECK_LOG("10 10 20 20");
    close_sim();
}

CORUN_ASYNC(wait_for_nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_wait_fd(FD, 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CORUN_CATCH_AWAIT(corun_wait_fd(FD, 4));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CORUN_CATCH_AWAIT(corun_wait_fd(-1, CORUN_READABLE));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_wait_fd(FD + 5, CORUN_READABLE));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_read(FD + 5, NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_write(FD, "x", 1));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

TEST(bad_descriptors_and_events_are_told_apart)
{
    corun_value value = CORUN_VALUE();
    open_sim();
    feed(FD, 1, "a");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(wait_for_nothing), NULL, &value), 0);
    CHECK_EQ(value.i, 1);
    CHECK_ERROR(corun_sim_feed(loop, -1, 0, "x", 1), -EBADF);
    close_sim();
}

/* 01: a wait for a descriptor on which nothing will ever come */
TEST(a_script_without_more_input_is_a_deadlock)
{
    open_sim();
    feed(FD, 1, "a");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(read_pieces, .fd = FD, .size = 8), NULL, NULL), CORUN_DEADLOCK);
    CHECK_LOG("10 a");
    close_sim();
}

/* -------------------------------------------------------------- on a real host */

CORUN_ASYNC(write_all, (int fd; const char *text;), (size_t written;)) {
    CORUN_BEGIN();
    while (my->written < strlen(my->text)) {
        CORUN_AWAIT(corun_write(my->fd, my->text + my->written, strlen(my->text) - my->written));
        CHECK(CORUN_RESULT().i > 0);
        my->written += (size_t)CORUN_RESULT().i;
    }
    CORUN_RETURN(.i = (int64_t)my->written);
    CORUN_END();
}

TEST_LOOP(standard_output_is_written, (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->n, i, CORUN_CALL(write_all, .fd = 1, .text = "written to standard output\n"));
    CHECK_EQ(my->n, 27);
    CORUN_END();
}

TEST_LOOP(a_bad_descriptor_is_an_error, (char byte;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_read(-1, &my->byte, 1));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_write(-1, "x", 1));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_wait_fd(-1, CORUN_READABLE));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_read(900, &my->byte, 1));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_write(900, "x", 1));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_read(0x7fffffff, &my->byte, 1));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(corun_wait_fd(0x7fffffff, CORUN_READABLE));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_END();
}
