/* The poll(2) loop beside the usual one: it is in every native build. */
#include "test.h"

static corun_loop *loop; /* of the case that runs */

#if defined(__wasm__)

TEST(there_is_none)
{
    CHECK_ERROR(corun_loop_poll(&loop), CORUN_UNSUPPORTED);
}

#else

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 100 };

static int pairs[MANY][2]; /* of pipes */
static int count;

static void open_pipes(void)
{
    CHECK_ERROR(corun_loop_poll(&loop), 0);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(pipe(pairs[i]), 0);
    count = 0;
}

static void close_pipes(void)
{
    for (int i = 0; i < MANY; i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static void turn(void)
{
    while (corun_loop_turn(loop, 0) == 0)
        continue;
}

static void count_and_remove(void *end)
{
    count++;
    CHECK_EQ(corun_loop_remove_reader(loop, *(int *)end), 1);
}

/* Each of those that are ready at once leaves its place to another one. */
TEST(many_that_are_ready_at_once_are_each_told_once)
{
    open_pipes();
    for (int i = 0; i < MANY; i++)
        CHECK_ERROR(corun_loop_add_reader(loop, pairs[i][0], count_and_remove, &pairs[i][0]), 0);
    turn();
    CHECK_EQ(count, 0);
    for (int i = 0; i < MANY; i += 3)
        CHECK_EQ(write(pairs[i][1], "x", 1), 1);
    turn();
    CHECK_EQ(count, (MANY + 2) / 3);
    for (int i = 0; i < MANY; i++)
        if (i % 3)
            CHECK_EQ(write(pairs[i][1], "x", 1), 1);
    turn();
    CHECK_EQ(count, MANY);
    turn();
    CHECK_EQ(count, MANY);
    close_pipes();
}

static void remove_all(void *unused)
{
    (void)unused;
    count++;
    for (int i = 0; i < MANY; i++)
        corun_loop_remove_reader(loop, pairs[i][0]);
}

TEST(one_may_remove_all_others_that_are_ready)
{
    open_pipes();
    for (int i = 0; i < MANY; i++) {
        CHECK_ERROR(corun_loop_add_reader(loop, pairs[i][0], remove_all, NULL), 0);
        CHECK_EQ(write(pairs[i][1], "x", 1), 1);
    }
    turn();
    CHECK_EQ(count, 1);
    close_pipes();
}

CORUN_ASYNC(read_first, (), (char byte;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_read(pairs[0][0], &my->byte, 1));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* epoll would never tell. */
TEST(who_waits_for_a_number_that_is_closed_sees_it)
{
    open_pipes();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(read_first), NULL), 0);
    turn();
    CHECK_LOG("");
    close(pairs[0][0]);
    turn();
    CHECK_LOG("EBADF");
    CHECK_EQ(pipe(pairs[0]), 0);
    close_pipes();
}

static void count_only(void *unused)
{
    (void)unused;
    count++;
}

TEST(a_reader_of_a_number_that_is_closed_is_called_once)
{
    open_pipes();
    CHECK_ERROR(corun_loop_add_reader(loop, pairs[0][0], count_only, NULL), 0);
    close(pairs[0][0]);
    for (int i = 0; i < 10; i++)
        turn();
    CHECK_EQ(count, 1);
    CHECK_EQ(corun_loop_remove_reader(loop, pairs[0][0]), 1);
    CHECK_EQ(pipe(pairs[0]), 0);
    close_pipes();
}

TEST(it_refuses_what_epoll_refuses)
{
    int null, file = open(".", O_RDONLY);
    CHECK_ERROR(corun_loop_poll(&loop), 0);
    null = open("/dev/null", O_RDWR);
    CHECK_ERROR(corun_loop_add_reader(loop, null, count_only, NULL), -EPERM);
    CHECK_ERROR(corun_loop_add_reader(loop, file, count_only, NULL), -EPERM);
    close(null);
    CHECK_ERROR(corun_loop_add_reader(loop, null, count_only, NULL), -EBADF);
    CHECK_ERROR(corun_loop_fd(loop), CORUN_UNSUPPORTED);
    close(file);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* ----------------------------------------------------------------- waking */

enum { WAKES = 100000 }; /* more than a pipe holds */

static void stop(void *unused)
{
    (void)unused;
    corun_loop_stop(loop);
}

static void stop_at_last(void *unused)
{
    (void)unused;
    if (++count == WAKES)
        corun_loop_stop(loop);
}

static void *call_often(void *unused)
{
    for (int i = 0; i < WAKES; i++)
        CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, stop_at_last, NULL, NULL), 0);
    return unused;
}

TEST(a_flood_of_wakes_loses_no_call)
{
    pthread_t thread;
    CHECK_ERROR(corun_loop_poll(&loop), 0);
    count = 0;
    CHECK_ERROR(corun_loop_call_later(loop, 3600, stop, NULL, NULL), 0); /* or it is a deadlock */
    CHECK_EQ(pthread_create(&thread, NULL, call_often, NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(count, WAKES);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

static int64_t processor_time(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* Rounding down would spin for the rest of the last millisecond. */
TEST(a_timer_is_never_early_and_waiting_costs_nothing)
{
    double begin;
    int64_t used;
    CHECK_ERROR(corun_loop_poll(&loop), 0);
    begin = corun_loop_time(loop);
    used = processor_time();
    CHECK_ERROR(corun_loop_call_later(loop, 0.1005, stop, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK(corun_loop_time(loop) - begin >= 0.1005);
    CHECK(processor_time() - used < 50000000);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* -------------------------------------------------------------- without memory */

static bool open_without_memory(long k)
{
    bool failed;
    int rc;
    test_fail_allocation(k);
    rc = corun_loop_poll(&loop);
    if (rc == 0) {
        rc = corun_loop_add_reader(loop, 200, count_only, NULL);
        CHECK_ERROR(corun_loop_close(loop), 0);
    }
    failed = test_allocation_failed();
    test_fail_allocation(0);
    CHECK_ERROR(rc, failed ? -ENOMEM : 0);
    return failed;
}

TEST(without_memory_nothing_is_kept)
{
    CHECK_EQ(pipe(pairs[0]), 0);
    CHECK_EQ(dup2(pairs[0][0], 200), 200); /* its table must grow */
    for (long k = 1; open_without_memory(k); k++)
        continue;
    close(200);
    close(pairs[0][0]);
    close(pairs[0][1]);
}

#endif
