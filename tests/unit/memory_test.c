/* Memory that runs out: at every allocation of a scenario in turn. The scenario ends well or with -ENOMEM, and
 * nothing leaks and nothing is lost: whatever was handed to a task is cleaned up or dropped, once.
 */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1 };

/* What workers own: raised when one is spawned, lowered by its cleanup or its drop. */
static int owned;
static int calls_made, calls_queued;

static void count_call(void *unused)
{
    (void)unused;
    calls_made++;
}

static void ignore_report(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)loop, (void)argument;
    CHECK(report->message != NULL);
    if (report->task)
        CHECK(corun_task_name(report->task) != NULL);
}

/* Runs a scenario with its k-th allocation failing, for k = 1, 2, ... until none fails. */
static void fail_each_allocation(int (*scenario)(void))
{
    long before = test_allocations_in_use(), k = 0;
    do {
        int rc;
        owned = calls_made = calls_queued = 0;
        test_fail_allocation(++k);
        rc = scenario();
        CHECK(rc == 0 || rc == -ENOMEM);
        CHECK(rc == 0 || test_allocation_failed());
        if (rc != 0 && rc != -ENOMEM)
            CHECK_ERROR(rc, 0);
        CHECK_EQ(owned, 0);
        CHECK_EQ(test_allocations_in_use(), before);
    } while (test_allocation_failed() && k < 10000);
    test_fail_allocation(0);
    CHECK(k > 1 && k < 10000);
}

static int run_silently(corun_awaitable main)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_runner runner;
    corun_loop *loop;
    int error, close_error;
    corun_runner_open(&runner, &options);
    error = corun_runner_loop(&runner, &loop);
    if (error == 0) {
        corun_loop_set_exception_handler(loop, ignore_report, NULL);
        error = corun_runner_run(&runner, main, NULL, NULL);
    }
    close_error = corun_runner_close(&runner);
    CHECK_ERROR(close_error, 0);
    return error;
}

/* ----------------------------------------------------------------------- pieces */

CORUN_ASYNC(descend, (int depth;), (char ballast[100];)) {
    CORUN_BEGIN();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(descend, .depth = my->depth - 1));
    else
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(worker, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(my->n));
    CORUN_AWAIT(CORUN_CALL(descend, .depth = 12));
    CORUN_RETURN(.bytes = "some bytes", .size = 11);
    CORUN_FINALLY();
    owned--;
    CORUN_CATCH_AWAIT(corun_sleep(1));
    CORUN_END();
}

CORUN_DROP(worker) {
    (void)my;
    owned--;
}

static int spawn_worker(int n, corun_task **out_task)
{
    int rc;
    owned++;
    rc = corun_spawn(CORUN_CALL(worker, .n = n), out_task);
    if (rc < 0)
        owned--; /* nothing was started */
    return rc;
}

/* ----------------------------------------------------------------- tasks, joins */

CORUN_ASYNC(join_workers, (), (corun_task *tasks[20]; int n; int rc;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (my->n = 0; my->n < 20; my->n++)
        if ((my->rc = spawn_worker(my->n % 3, &my->tasks[my->n])) < 0)
            CORUN_RAISE(my->rc);
    for (my->n = 0; my->n < 20; my->n++)
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
    CORUN_FINALLY();
    for (my->n = 0; my->n < 20; my->n++)
        corun_task_release(my->tasks[my->n]);
    CORUN_END();
}

static int run_workers(void)
{
    return run_silently(CORUN_CALL(join_workers));
}

TEST(tasks_without_memory)
{
    fail_each_allocation(run_workers);
}

CORUN_ASYNC(leave_workers, (), (int n; int rc;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 5; my->n++) {
        if ((my->rc = spawn_worker(100, NULL)) < 0)
            CORUN_RAISE(my->rc);
        if (my->n == 2)
            CORUN_AWAIT(corun_yield()); /* some have begun, some have not */
    }
    CORUN_END();
}

static int leave_and_close(void)
{
    return run_silently(CORUN_CALL(leave_workers));
}

TEST(closing_without_memory)
{
    fail_each_allocation(leave_and_close);
}

/* ------------------------------------------------------------------- callbacks */

static int queue_calls(corun_loop *loop)
{
    corun_callback *callback = NULL;
    int rc = corun_loop_call_soon(loop, count_call, NULL, NULL);
    calls_queued += rc == 0;
    for (int i = 0; i < 40 && rc == 0; i++) {
        rc = corun_loop_call_later(loop, i % 7, count_call, NULL, i % 2 ? &callback : NULL);
        calls_queued += rc == 0;
        if (callback && i % 4 == 1) {
            corun_callback_cancel(callback);
            calls_queued--;
        }
        corun_callback_release(callback);
        callback = NULL;
    }
    if (rc == 0)
        rc = corun_loop_call_soon_threadsafe(loop, count_call, NULL, NULL);
    return rc;
}

CORUN_ASYNC(make_calls, (), (int rc;)) {
    CORUN_BEGIN();
    my->rc = queue_calls(corun_current_loop());
    calls_queued += my->rc == 0;
    CORUN_AWAIT(corun_sleep(10));
    CHECK_EQ(calls_made, calls_queued);
    if (my->rc)
        CORUN_RAISE(my->rc);
    CORUN_END();
}

static int call(void)
{
    return run_silently(CORUN_CALL(make_calls));
}

TEST(callbacks_without_memory)
{
    fail_each_allocation(call);
}

/* -------------------------------------------------------------------- futures */

static void note_future(corun_future *future, void *count)
{
    CHECK(corun_future_done(future));
    ++*(int *)count;
}

/* Sets what the waiters need; without memory it is still pending, and fails instead. */
static int settle(corun_future *future)
{
    int rc = corun_future_set(future, CORUN_VALUE(.bytes = "result", .size = 7));
    CHECK(rc == 0 || !corun_future_done(future));
    if (rc < 0)
        CHECK_ERROR(corun_future_fail(future, rc, "no memory for the bytes"), 0);
    return rc;
}

CORUN_ASYNC(wait_for, (corun_future *future;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_wait_future(my->future));
    CHECK_TEXT(CORUN_RESULT().bytes, "result");
    CORUN_RETURN(.bytes = CORUN_RESULT().bytes, .size = CORUN_RESULT().size);
    CORUN_END();
}

CORUN_ASYNC(use_futures, (), (corun_future *future; corun_task *task; int called; int expected; int rc;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    if ((my->rc = corun_future_create(NULL, &my->future)) < 0)
        CORUN_RAISE(my->rc);
    if ((my->rc = corun_spawn(CORUN_CALL(wait_for, .future = my->future), &my->task)) < 0)
        CORUN_RAISE(my->rc);
    CORUN_AWAIT(corun_yield());
    my->expected = corun_future_add_done_callback(my->future, note_future, &my->called) == 0;
    my->rc = settle(my->future);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(my->called, my->expected);
    CORUN_RETURN(.i = 1);
    CORUN_FINALLY();
    corun_future_release(my->future);
    corun_task_release(my->task);
    CORUN_END();
}

static int run_futures(void)
{
    return run_silently(CORUN_CALL(use_futures));
}

TEST(futures_without_memory)
{
    fail_each_allocation(run_futures);
}

/* -------------------------------------------------------- errors, cancellation */

CORUN_ASYNC(fail_with_a_message, (int depth;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(fail_with_a_message, .depth = my->depth - 1));
    CORUN_RAISE(MY_ERROR, "at the bottom of %d", my->depth);
    CORUN_FINALLY();
    if (my->depth == 2)
        CORUN_RAISE(MY_ERROR, "in the cleanup");
    CORUN_END();
}

/* The code is never lost, whatever else is. */
CORUN_ASYNC(fail_and_cancel, (), (corun_task *task; int rc;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    if ((my->rc = corun_spawn(CORUN_CALL(fail_with_a_message, .depth = 4), &my->task)) < 0)
        CORUN_RAISE(my->rc);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK(CORUN_ERROR() == MY_ERROR || CORUN_ERROR() == -ENOMEM);
    corun_task_release(my->task);
    my->task = NULL;
    if ((my->rc = spawn_worker(50, &my->task)) < 0)
        CORUN_RAISE(my->rc);
    my->rc = corun_task_set_name(my->task, "a worker with a name");
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, "with a message");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK(CORUN_ERROR() == CORUN_CANCELLED || CORUN_ERROR() == -ENOMEM);
    if (my->rc)
        CORUN_RAISE(my->rc);
    CORUN_FINALLY();
    corun_task_release(my->task);
    CORUN_END();
}

static int run_failing(void)
{
    return run_silently(CORUN_CALL(fail_and_cancel));
}

TEST(failures_without_memory)
{
    fail_each_allocation(run_failing);
}

/* ---------------------------------------------------------------- input, output */

CORUN_ASYNC(read_all, (int fd;), (unsigned char buffer[4]; int total;)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_AWAIT(corun_read(my->fd, my->buffer, sizeof my->buffer));
        if (CORUN_RESULT().i == 0)
            CORUN_RETURN(.i = my->total);
        my->total += (int)CORUN_RESULT().i;
    }
    CORUN_END();
}

static int feed(corun_loop *loop)
{
    int rc = corun_sim_feed(loop, 40, 1, "some text", 9);
    if (rc == 0)
        rc = corun_sim_feed(loop, 40, 2, "more", 4);
    return rc == 0 ? corun_sim_feed(loop, 40, 3, NULL, 0) : rc;
}

static int run_reader(void)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    corun_loop *loop;
    int error;
    corun_runner_open(&runner, &options);
    error = corun_runner_loop(&runner, &loop);
    if (error == 0)
        error = feed(loop);
    if (error == 0)
        error = corun_runner_run(&runner, CORUN_CALL(read_all, .fd = 40), NULL, &value);
    CHECK(error != 0 || value.i == 13);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    return error;
}

TEST(reading_without_memory)
{
    fail_each_allocation(run_reader);
}

/* ----------------------------------------------------------------- the whole run */

CORUN_ASYNC(give_bytes, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RETURN(.bytes = "abc", .size = 4);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}

static int run_for_bytes(void)
{
    corun_value value = CORUN_VALUE();
    int error = test_run_sim(CORUN_CALL(give_bytes), &value);
    CHECK(error == 0 ? value.tag == CORUN_BYTES : value.tag == CORUN_NO_VALUE);
    corun_free_bytes(&value);
    return error;
}

TEST(a_run_without_memory)
{
    fail_each_allocation(run_for_bytes);
}

static int done_error;

static void note_done(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    (void)runner, (void)value, (void)argument;
    done_error = error;
}

static int run_started(void)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_runner runner;
    corun_loop *loop = NULL;
    int error;
    done_error = 1;
    corun_runner_open(&runner, &options);
    error = corun_runner_start(&runner, CORUN_CALL(descend, .depth = 12), NULL, note_done, NULL);
    if (error == 0) {
        CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
        while (corun_loop_turn(loop, 0) >= 0)
            continue;
        error = done_error;
    }
    CHECK_ERROR(corun_runner_close(&runner), 0);
    return error;
}

TEST(a_started_run_without_memory)
{
    fail_each_allocation(run_started);
}

/* --------------------------------------------------------- arguments of a call */

CORUN_ASYNC(owns, (int *count;), (char big[40000];)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_yield());
    CORUN_FINALLY();
    --*my->count;
    CORUN_END();
}

CORUN_DROP(owns) {
    --*my->count;
}

/* Whoever awaits it cannot tell whether the error came from inside, so they are dropped in any case. */
TEST_LOOP(a_call_without_memory_for_its_frame_drops_its_arguments, (int count;)) {
    CORUN_BEGIN();
    my->count = 1;
    test_fail_allocation(1);
    CORUN_CATCH_AWAIT(CORUN_CALL(owns, .count = &my->count));
    CHECK_ERROR(CORUN_ERROR(), -ENOMEM);
    CHECK(test_allocation_failed());
    CHECK_EQ(my->count, 0);
    my->count = 1;
    CORUN_AWAIT(CORUN_CALL(owns, .count = &my->count)); /* the task is none the worse */
    CHECK_EQ(my->count, 0);
    CORUN_END();
}
