/* Host calls: answers, errors, cancellation, by the sim's script. */
#include "test.h"

#include <errno.h>
#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

static int add_up(void *argument, const void *bytes, size_t size_bytes, corun_value *out_value)
{
    static unsigned char sum;
    (void)argument;
    sum = 0;
    for (size_t i = 0; i < size_bytes; i++)
        sum = (unsigned char)(sum + ((const unsigned char *)bytes)[i]);
    *out_value = CORUN_VALUE(.bytes = &sum, .size = 1);
    return 0;
}

static int give_nothing(void *argument, const void *bytes, size_t size_bytes, corun_value *out_value)
{
    (void)bytes, (void)out_value;
    CHECK_EQ(size_bytes, 0);
    return *(const int *)argument;
}

static int refuse(void *argument, const void *bytes, size_t size_bytes, corun_value *out_value)
{
    (void)bytes, (void)size_bytes;
    *out_value = CORUN_VALUE(.bytes = "no honey here", .size = 13);
    return *(const int *)argument;
}

static int result; /* what `refuse` and `give_nothing` return */

static void script(double seconds)
{
    CHECK_ERROR(corun_sim_host_call(loop, "sum", add_up, NULL), 0);
    CHECK_ERROR(corun_sim_host_call(loop, "nothing", give_nothing, &result), 0);
    CHECK_ERROR(corun_sim_host_call(loop, "refuse", refuse, &result), 0);
    CHECK_ERROR(corun_sim_host_call_time(loop, seconds), 0);
}

static void open_sim(double seconds)
{
    loop = test_open_sim(&runner);
    test_log_reports(loop);
    result = 0;
    script(seconds);
}

static int run(corun_awaitable main)
{
    return corun_runner_run(&runner, main, NULL, NULL);
}

static void close_sim(void)
{
    CHECK_EQ(corun_sim_open_host_calls(loop), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void run_and_close(corun_awaitable main)
{
    CHECK_ERROR(run(main), 0);
    close_sim();
}

static void log_time(const char *word)
{
    test_log(word);
    test_log_number((long long)(corun_loop_time(loop) * 10));
}

/* -------------------------------------------------------------------- answers */

CORUN_ASYNC(use_answers, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_host_call("sum", "\1\2\3", 3));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_BYTES);
    CHECK_EQ(CORUN_RESULT().size, 1);
    CHECK_EQ(*(const char *)CORUN_RESULT().bytes, 6);
    CORUN_AWAIT(corun_host_call("sum", CORUN_RESULT().bytes, 1)); /* held until this await has ended */
    CHECK_EQ(*(const char *)CORUN_RESULT().bytes, 6);
    CORUN_AWAIT(corun_host_call("nothing", NULL, 0));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_BYTES);
    CHECK_EQ(CORUN_RESULT().size, 0);
    CORUN_END();
}

/* It is a hold: waiting for nothing else is no deadlock. */
TEST(an_answer_is_bytes)
{
    open_sim(0);
    run_and_close(CORUN_CALL(use_answers));
    open_sim(1.5);
    run_and_close(CORUN_CALL(use_answers));
}

CORUN_ASYNC(sum, (const char *bytes;), (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_host_call("sum", my->bytes, strlen(my->bytes)));
    my->n = *(const char *)CORUN_RESULT().bytes;
    log_time("sum");
    test_log_number(my->n);
    CORUN_RETURN(.i = my->n);
    CORUN_END();
}

CORUN_ASYNC(ask_several, (), ()) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(sum, .bytes = "\1\2"), NULL);
    corun_spawn(CORUN_CALL(sum, .bytes = "\3\4"), NULL);
    CORUN_AWAIT(corun_sleep(0.5));
    corun_spawn(CORUN_CALL(sum, .bytes = "\5"), NULL);
    CORUN_AWAIT(corun_sleep(5));
    CORUN_END();
}

TEST(several_are_under_way_at_a_time)
{
    open_sim(1);
    run_and_close(CORUN_CALL(ask_several));
    CHECK_LOG("sum 10 3 sum 10 7 sum 15 5");
}

CORUN_ASYNC(return_answer, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_host_call("sum", "ab", 2));
    CORUN_RETURN(.bytes = CORUN_RESULT().bytes, .size = CORUN_RESULT().size);
    CORUN_END();
}

TEST(an_answer_can_be_returned_and_be_main)
{
    corun_value value = CORUN_VALUE();
    open_sim(1);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(return_answer), NULL, &value), 0);
    CHECK_EQ(value.size, 1);
    CHECK_EQ(*(const unsigned char *)value.bytes, 'a' + 'b');
    CHECK_ERROR(corun_runner_run(&runner, corun_host_call("sum", "ab", 2), NULL, &value), 0);
    CHECK_EQ(value.size, 1);
    CHECK_EQ(*(const unsigned char *)value.bytes, 'a' + 'b');
    close_sim();
}

/* --------------------------------------------------------------------- errors */

CORUN_ASYNC(ask, (const char *name; int error; const char *message;), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_spawn(corun_host_call(my->name, NULL, 0), &my->task);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), my->error);
    CHECK(corun_task_failure(my->task) != NULL);
    if (corun_task_failure(my->task))
        CHECK_TEXT(corun_task_failure(my->task)->message, my->message);
    corun_task_release(my->task);
    CORUN_END();
}

static void check_refusal(int given, int error, const char *message)
{
    result = given;
    CHECK_ERROR(run(CORUN_CALL(ask, .name = "refuse", .error = error, .message = message)), 0);
}

TEST(an_error_has_its_code_and_its_message)
{
    open_sim(1);
    check_refusal(-ENOENT, -ENOENT, "no honey here");
    check_refusal(CORUN_TIMEOUT, CORUN_TIMEOUT, "no honey here");
    check_refusal(MY_ERROR, MY_ERROR, "no honey here");
    check_refusal(CORUN_HOST_ERROR, CORUN_HOST_ERROR, "no honey here");
    close_sim();
}

/* It would end the task as if somebody had cancelled it, or the run. */
TEST(an_error_of_the_loops_own_is_a_host_error)
{
    open_sim(1);
    check_refusal(CORUN_CANCELLED, CORUN_HOST_ERROR, "no honey here");
    check_refusal(CORUN_INTERRUPTED, CORUN_HOST_ERROR, "no honey here");
    check_refusal(CORUN_SYSTEM_EXIT, CORUN_HOST_ERROR, "no honey here");
    check_refusal(CORUN_GENERATOR_EXIT, CORUN_HOST_ERROR, "no honey here");
    close_sim();
}

TEST(an_error_without_a_message_has_its_codes_text)
{
    open_sim(0);
    result = -EIO;
    CHECK_ERROR(run(CORUN_CALL(ask, .name = "nothing", .error = -EIO, .message = corun_error_text(-EIO))), 0);
    close_sim();
}

TEST(a_name_that_nobody_has_is_an_error)
{
    open_sim(0);
    CHECK_ERROR(run(corun_host_call("product", NULL, 0)), CORUN_NO_HOST_CALL);
    CHECK_ERROR(run(corun_host_call("", NULL, 0)), CORUN_NO_HOST_CALL);
    CHECK_ERROR(run(corun_host_call(NULL, NULL, 0)), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(run(corun_host_call("sum", "", (size_t)INT32_MAX + 1)), CORUN_BAD_ARGUMENT);
    close_sim();
}

/* ---------------------------------------------------------------- cancellation */

static int ended_as;

CORUN_ASYNC(ask_until_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_host_call("sum", "\1", 1));
    ended_as = CORUN_ERROR();
    log_time(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(cancel_after, (double seconds;), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(ask_until_cancelled), &my->task);
    CORUN_AWAIT(corun_sleep(my->seconds));
    CHECK_EQ(corun_sim_open_host_calls(loop), my->seconds > 0);
    corun_task_cancel(my->task, NULL);
    CHECK_EQ(corun_sim_open_host_calls(loop), 0);
    CORUN_AWAIT(corun_join(my->task));
    CORUN_AWAIT(corun_sleep(10)); /* the answer that was to come is dropped */
    corun_task_release(my->task);
    CORUN_END();
}

TEST(a_cancelled_call_ends_at_once)
{
    open_sim(2);
    CHECK_ERROR(run(CORUN_CALL(cancel_after, .seconds = 1)), 0);
    CHECK_LOG("CORUN_CANCELLED 10");
    close_sim();
}

/* The answer has come, and the task has not had its turn yet. */
static void cancel_task(void *task)
{
    corun_task_cancel(task, NULL);
}

CORUN_ASYNC(cancel_with_answer, (), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(ask_until_cancelled), &my->task);
    CORUN_AWAIT(corun_yield());
    corun_loop_call_later(loop, 2, cancel_task, my->task, NULL);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

TEST(a_cancellation_may_come_with_the_answer)
{
    bool was_cancelled = false;
    for (uint64_t seed = 0; seed < 20; seed++) {
        open_sim(2);
        CHECK_ERROR(corun_sim_shuffle(loop, seed), 0);
        CHECK_ERROR(run(CORUN_CALL(cancel_with_answer)), 0);
        CHECK_LOG(ended_as == 0 ? "OK 20" : "CORUN_CANCELLED 20");
        was_cancelled = was_cancelled || ended_as != 0;
        close_sim();
    }
    CHECK(was_cancelled);
}

TEST(a_call_that_is_never_answered_can_be_cancelled)
{
    open_sim(0);
    result = 1;
    CHECK_ERROR(run(CORUN_WAIT_FOR(corun_host_call("nothing", NULL, 0), 3)), CORUN_TIMEOUT);
    CHECK_EQ(corun_loop_time(loop) * 10, 30);
    close_sim();
}

/* On the sim nothing else could come. */
TEST(a_call_that_is_never_answered_is_a_deadlock_of_the_sim)
{
    open_sim(0);
    result = 1;
    CHECK_ERROR(run(corun_host_call("nothing", NULL, 0)), CORUN_DEADLOCK);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(leave_open, (), ()) {
    CORUN_BEGIN();
    corun_spawn(corun_host_call("sum", "a", 1), NULL);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_sim_open_host_calls(loop), 1);
    CORUN_END();
}

TEST(closing_cancels_what_is_open)
{
    open_sim(5);
    CHECK_ERROR(run(CORUN_CALL(leave_open)), 0);
    CHECK_EQ(corun_sim_open_host_calls(loop), 1);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(a_loop_that_is_closed_abandons_what_is_open)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    script(5);
    CHECK_ERROR(corun_loop_run_until_complete(loop, CORUN_CALL(leave_open), NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* ---------------------------------------------------------------------- memory */

TEST(each_allocation_may_fail)
{
    bool failed = true;
    for (long k = 1; failed && k < 200; k++) {
        int rc = 0;
        loop = test_open_sim(&runner);
        result = 0;
        script(1);
        test_fail_allocation(k);
        rc = run(CORUN_CALL(use_answers));
        if (rc == 0) {
            result = -EIO;
            rc = run(corun_host_call("refuse", NULL, 0));
            rc = rc == -EIO ? 0 : rc;
        }
        failed = test_allocation_failed();
        test_fail_allocation(0);
        CHECK(rc == 0 || (failed && rc == -ENOMEM));
        CHECK_ERROR(corun_runner_close(&runner), 0);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
    CHECK(!failed);
}

/* ----------------------------------------------------------------------- hosts */

TEST(a_script_of_host_calls_is_checked)
{
    open_sim(0);
    CHECK_ERROR(corun_sim_host_call_time(loop, -1), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_host_call_time(loop, NAN), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_host_call_time(loop, INFINITY), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_host_call(loop, "sum", give_nothing, &result), 0); /* in the place of the former */
    CHECK_ERROR(run(corun_host_call("sum", NULL, 0)), 0);
    close_sim();
}

/* Where there are host calls, nobody has given one: the embedder of these tests is no program's. */
TEST_LOOP(on_the_hosts_own_loop_there_is_no_such_call, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_host_call("sum", "a", 1));
    CHECK(CORUN_ERROR() == CORUN_UNSUPPORTED || CORUN_ERROR() == CORUN_NO_HOST_CALL);
    CHECK_ERROR(corun_sim_host_call(corun_current_loop(), "sum", add_up, NULL), CORUN_UNSUPPORTED);
    CHECK_ERROR(corun_sim_host_call_time(corun_current_loop(), 1), CORUN_UNSUPPORTED);
    CHECK_ERROR(corun_sim_open_host_calls(corun_current_loop()), CORUN_UNSUPPORTED);
    CORUN_END();
}
