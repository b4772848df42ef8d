#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* pipe2 */
#endif

/* Descriptors of a real process: bad ones, files that never make one wait, numbers that are closed and used again. */
#include "test.h"

#include <errno.h>

CORUN_ASYNC(read_bad, (), (int n; int bad; char byte;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 200; my->n++) {
        CORUN_CATCH_AWAIT(corun_read(-1, &my->byte, 1));
        my->bad += CORUN_ERROR() == -EBADF;
    }
    CHECK_EQ(my->bad, 200);
    CORUN_END();
}

/* More often than a task may complete in a row */
TEST_LOOP(a_negative_descriptor_is_bad_however_often, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(read_bad));
    CORUN_END();
}

#if !defined(__wasm__)

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

CORUN_ASYNC(wait_often, (int fd; int *count;), ()) {
    CORUN_BEGIN();
    while (*my->count < 1000000) {
        CORUN_AWAIT(corun_wait_fd(my->fd, CORUN_READABLE));
        ++*my->count;
    }
    CORUN_END();
}

TEST_LOOP(waiting_for_a_file_that_is_always_ready_lets_others_go_on, (int fd; int count; corun_task *task;)) {
    CORUN_BEGIN();
    my->fd = open("/dev/null", O_RDONLY);
    CHECK_ERROR(corun_spawn(CORUN_CALL(wait_often, .fd = my->fd, .count = &my->count), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(my->count > 0 && my->count < 1000);
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(my->count < 1000);
    corun_task_release(my->task);
    close(my->fd);
    CORUN_END();
}

CORUN_ASYNC(wait_and_interrupt, (int fd;), (int n;)) {
    CORUN_BEGIN();
    corun_interrupt();
    for (my->n = 0; my->n < 100; my->n++)
        CORUN_AWAIT(corun_wait_fd(my->fd, CORUN_READABLE));
    CORUN_END();
}

TEST(waiting_for_such_a_file_sees_interrupts)
{
    int fd = open("/dev/null", O_RDONLY);
    CHECK_ERROR(corun_run(CORUN_CALL(wait_and_interrupt, .fd = fd), NULL, NULL), CORUN_INTERRUPTED);
    close(fd);
}

/* ------------------------------------------------ a copy outlives the number */

CORUN_ASYNC(read_one, (int fd;), (char byte;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_read(my->fd, &my->byte, 1));
    CORUN_END();
}

CORUN_ASYNC(leave_a_copy, (int *in, *copy, *out;), (corun_task *task; int ends[2];)) {
    CORUN_BEGIN();
    CHECK_EQ(pipe2(my->ends, O_NONBLOCK), 0);
    *my->copy = dup(my->ends[0]); /* as a child has one */
    *my->in = my->ends[0];
    *my->out = my->ends[1];
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_one, .fd = my->ends[0]), &my->task), 0);
    CORUN_AWAIT(corun_yield()); /* it waits, so it is registered */
    CHECK_EQ(write(my->ends[1], "a", 1), 1);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    close(my->ends[0]);
    CHECK_EQ(write(my->ends[1], "b", 1), 1); /* the kernel still reports it, under the number that was */
    CORUN_END();
}

TEST_LOOP(what_the_kernel_keeps_of_a_closed_number_is_not_the_next_files,
          (int in, copy, out; int quiet[2]; corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(leave_a_copy, .in = &my->in, .copy = &my->copy, .out = &my->out));
    CHECK_EQ(pipe2(my->quiet, O_NONBLOCK), 0);
    CHECK_EQ(my->quiet[0], my->in); /* the same number again */
    CHECK_ERROR(corun_spawn(corun_wait_fd(my->quiet[0], CORUN_READABLE), &my->task), 0);
    CORUN_AWAIT(corun_sleep(0.005));
    CHECK(!corun_task_done(my->task));
    CHECK_EQ(write(my->quiet[1], "c", 1), 1);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    close(my->quiet[0]);
    close(my->quiet[1]);
    close(my->copy);
    close(my->out);
    CORUN_END();
}

static bool is_readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    CHECK(poll(&wanted, 1, 0) >= 0);
    return wanted.revents != 0;
}

/* The loop would spin for ever. */
TEST(what_the_kernel_keeps_of_a_closed_number_is_dropped)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_loop *loop = NULL;
    int in = -1, copy = -1, out = -1, fd;
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    fd = corun_loop_fd(loop);
    if (fd == CORUN_UNSUPPORTED) {
        CHECK_ERROR(corun_runner_close(&runner), 0);
        test_skip("only epoll has a descriptor for others, and keeps what is closed");
    }
    CHECK(fd >= 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_a_copy, .in = &in, .copy = &copy, .out = &out), NULL, NULL), 0);
    CHECK(is_readable(fd));
    for (int i = 0; i < 4; i++)
        corun_loop_turn(loop, 0);
    CHECK(!is_readable(fd));
    CHECK_EQ(corun_loop_fd(loop), fd); /* and whoever waits for the loop waits for the same number */
    CHECK_ERROR(corun_runner_close(&runner), 0);
    close(copy);
    close(out);
}

#if defined(__linux__)

#include <sys/syscall.h>
#include <time.h>

static bool signal_comes;

/* In the place of the system's: a signal that comes while it looks. */
int poll(struct pollfd *asked, nfds_t count, int limit)
{
    struct timespec left = {limit / 1000, limit % 1000 * 1000000L};
    if (signal_comes) {
        signal_comes = false;
        errno = EINTR;
        return -1;
    }
    return (int)syscall(SYS_ppoll, asked, count, limit < 0 ? NULL : &left, NULL, (size_t)0);
}

/* Else the read would block, and nothing could stop it. */
TEST_LOOP(a_signal_while_a_descriptor_is_looked_at_makes_it_not_ready, (int ends[2]; corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_EQ(pipe(my->ends), 0);
    signal_comes = true;
    CHECK_ERROR(corun_spawn(CORUN_CALL(read_one, .fd = my->ends[0]), &my->task), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    CHECK(!signal_comes);
    CHECK(!corun_task_done(my->task));
    CHECK_EQ(write(my->ends[1], "a", 1), 1);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    close(my->ends[0]);
    close(my->ends[1]);
    CORUN_END();
}

#endif

#endif
