/* The executor, on the sim loop: what becomes of jobs, in virtual time. executor_threads_test.c has threads. */
#include "test.h"

#include <errno.h>
#include <math.h>

enum { MY_ERROR = CORUN_USER - 1 };

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

static void open_sim(double job_seconds, int threads)
{
    loop = test_open_sim(&runner);
    test_log_reports(loop);
    CHECK_ERROR(corun_sim_job_time(loop, job_seconds), 0);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, threads), 0);
}

static void run_and_close(corun_awaitable main)
{
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void log_time(const char *word)
{
    test_log(word);
    test_log_number((long long)(corun_loop_time(loop) * 10));
}

/* ----------------------------------------------------------------------- jobs */

static int double_it(void *argument, corun_value *out_value)
{
    *out_value = CORUN_VALUE(.i = *(int *)argument * 2);
    return 0;
}

static int give_error(void *argument, corun_value *out_value)
{
    *out_value = CORUN_VALUE(.i = 1);
    return *(int *)argument;
}

static int give_bytes(void *argument, corun_value *out_value)
{
    *out_value = CORUN_VALUE(.bytes = argument, .size = strlen(argument) + 1);
    return 0;
}

static int log_it(void *word, corun_value *out_value)
{
    (void)out_value;
    test_log(word);
    return 0;
}

CORUN_ASYNC(use_jobs, (), (int n; char text[6];)) {
    CORUN_BEGIN();
    my->n = 21;
    CORUN_AWAIT_TO(my->n, i, corun_to_thread(double_it, &my->n));
    CHECK_EQ(my->n, 42);
    my->n = MY_ERROR;
    CORUN_CATCH_AWAIT(corun_to_thread(give_error, &my->n));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    my->n = 5;
    CORUN_CATCH_AWAIT(corun_to_thread(give_error, &my->n));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    memcpy(my->text, "bytes", 6);
    CORUN_AWAIT(corun_to_thread(give_bytes, my->text));
    CHECK_TEXT(CORUN_RESULT().bytes, "bytes");
    CORUN_CATCH_AWAIT(corun_to_thread(NULL, my->text));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_AWAITABLE);
    CORUN_END();
}

TEST(a_job_gives_its_value_or_its_error)
{
    open_sim(0, 1);
    run_and_close(CORUN_CALL(use_jobs));
    open_sim(1, 1);
    run_and_close(CORUN_CALL(use_jobs));
}

CORUN_ASYNC(await_job, (const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_to_thread(log_it, (void *)(uintptr_t)my->word));
    log_time(CORUN_ERROR() ? corun_error_name(CORUN_ERROR()) : my->word);
    CORUN_END();
}

static corun_task *spawn_job(const char *word)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(await_job, .word = word), &task), 0);
    return task;
}

/* A job is a hold: waiting for it is no deadlock */
TEST(jobs_begin_in_order_as_threads_are_free)
{
    static const char *const words[] = {"a", "b", "c", "d", "e"};
    open_sim(1, 2);
    for (int i = 0; i < 5; i++)
        corun_task_release(spawn_job(words[i]));
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(10), NULL, NULL), 0);
    CHECK_LOG("a b c d a 10 b 10 e c 20 d 20 e 30");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static int look_around(void *argument, corun_value *out_value)
{
    corun_value inner = CORUN_VALUE();
    (void)argument;
    CHECK(corun_current_loop() == NULL && corun_current_task() == NULL);
    CHECK_ERROR(corun_spawn(corun_yield(), NULL), CORUN_NO_LOOP);
    CHECK_ERROR(test_run_sim(corun_sleep(1), &inner), 0);
    *out_value = CORUN_VALUE(.i = 1);
    return 0;
}

CORUN_ASYNC(await_look_around, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_to_thread(look_around, NULL));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK(corun_current_loop() == loop);
    CORUN_END();
}

TEST(a_job_has_no_loop_but_may_run_one)
{
    open_sim(0, 1);
    run_and_close(CORUN_CALL(await_look_around));
}

/* -------------------------------------------------------------------- contexts */

static char one[] = "1", two[] = "2", initial[] = "-1";
static const corun_var var = {.name = "var", .initial = initial};

static int see_and_set(void *argument, corun_value *out_value)
{
    test_log(corun_var_get(&var));
    *out_value = CORUN_VALUE();
    return corun_var_set(&var, argument, NULL);
}

CORUN_ASYNC(set_in_jobs, (), (corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&var, one, NULL), 0);
    CORUN_AWAIT(corun_to_thread(see_and_set, two));
    CORUN_AWAIT(corun_to_thread(see_and_set, two));
    test_log(corun_var_get(&var));
    CHECK_ERROR(corun_loop_run_in_executor(loop, see_and_set, two, &my->future), 0);
    CORUN_AWAIT(corun_wait_future(my->future));
    corun_future_release(my->future);
    CORUN_END();
}

/* L11 */
TEST(a_job_sees_its_callers_context_and_changes_it_for_itself)
{
    open_sim(0, 1);
    run_and_close(CORUN_CALL(set_in_jobs));
    CHECK_LOG("1 1 1 -1");
}

/* -------------------------------------------------------------- cancellation */

static void cancel_task(void *task)
{
    CHECK_EQ(corun_task_cancel(task, NULL), 1);
}

/* L11, and where Corun decides */
TEST(a_queued_job_is_taken_back_and_a_running_one_waited_for)
{
    corun_task *running, *queued, *last;
    open_sim(1, 1);
    running = spawn_job("running");
    queued = spawn_job("queued");
    last = spawn_job("last");
    CHECK_ERROR(corun_loop_call_later(loop, 0.3, cancel_task, queued, NULL), 0);
    CHECK_ERROR(corun_loop_call_later(loop, 0.4, cancel_task, running, NULL), 0);
    CHECK_ERROR(corun_loop_call_later(loop, 0.5, cancel_task, running, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(10), NULL, NULL), 0);
    CHECK_LOG("running CORUN_CANCELLED 3 last CORUN_CANCELLED 10 last 20");
    CHECK_EQ(corun_task_cancelling(running), 2);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    corun_task_release(running);
    corun_task_release(queued);
    corun_task_release(last);
}

CORUN_ASYNC(await_future, (corun_future *future; const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_wait_future(my->future));
    test_log(my->word);
    log_time(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(cancel_futures, (), (corun_future *running; corun_future *queued; int n;)) {
    CORUN_BEGIN();
    my->n = 4;
    CHECK_ERROR(corun_loop_run_in_executor(loop, double_it, &my->n, &my->running), 0);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "not reached", &my->queued), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(await_future, .future = my->running, .word = "running"), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(await_future, .future = my->queued, .word = "queued"), NULL), 0);
    CORUN_AWAIT(corun_sleep(0.5));
    CHECK_EQ(corun_future_cancel(my->queued, NULL), 1);
    CHECK_EQ(corun_future_cancel(my->running, NULL), 1);
    CORUN_AWAIT(corun_sleep(0.1));
    CHECK_EQ(corun_future_cancel(my->running, NULL), 0);
    corun_future_release(my->queued);
    corun_future_release(my->running);
    CORUN_END();
}

/* L11 */
TEST(cancelling_a_future_ends_it_at_once)
{
    open_sim(1, 1);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(cancel_futures), NULL, NULL), 0);
    CHECK_LOG("queued CORUN_CANCELLED 5 running CORUN_CANCELLED 5");
    CHECK_ERROR(corun_runner_close(&runner), 0); /* waits for the one that runs */
    CHECK_LOG("");
}

/* -------------------------------------------------------------------- detached */

CORUN_ASYNC(detach_jobs, (), (corun_future *future; int n;)) {
    CORUN_BEGIN();
    my->n = 4;
    CHECK_ERROR(corun_loop_run_in_executor(loop, double_it, &my->n, &my->future), 0);
    CORUN_AWAIT(corun_wait_future(my->future));
    CHECK_EQ(CORUN_RESULT().i, 8);
    corun_future_release(my->future);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "lost", &my->future), 0);
    CHECK_ERROR(corun_future_set(my->future, CORUN_VALUE(.i = 3)), 0); /* somebody else was quicker */
    CORUN_AWAIT(corun_sleep(2));
    CHECK_ERROR(corun_future_fail(my->future, MY_ERROR, NULL), CORUN_INVALID_STATE);
    corun_future_release(my->future);
    my->n = MY_ERROR;
    CHECK_ERROR(corun_loop_run_in_executor(loop, give_error, &my->n, &my->future), 0);
    CORUN_CATCH_AWAIT(corun_wait_future(my->future));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    corun_future_release(my->future);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "unseen", NULL), 0);
    CHECK_ERROR(corun_loop_run_in_executor(loop, give_error, &my->n, NULL), 0);
    CORUN_AWAIT(corun_sleep(3));
    CORUN_END();
}

TEST(a_future_gets_what_its_job_gives)
{
    open_sim(1, 1);
    run_and_close(CORUN_CALL(detach_jobs));
    CHECK_LOG("lost unseen [Future exception was never retrieved] CORUN_USER-1");
}

TEST(a_closed_loop_lets_its_jobs_go_on)
{
    corun_future *future = NULL;
    open_sim(1, 1);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "a", &future), 0);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "b", NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_LOG("a b");
    CHECK(!corun_future_done(future));
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "c", NULL), CORUN_CLOSED); /* L5 */
    CHECK_ERROR(corun_loop_run_in_executor(loop, NULL, "c", NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, 1), CORUN_CLOSED);
    CHECK_EQ(corun_future_cancel(future, NULL), 1);
    corun_future_release(future);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_CLOSED); /* B67 */
}

TEST(what_cannot_be_is_refused)
{
    loop = test_open_sim(&runner);
    CHECK_ERROR(corun_loop_run_in_executor(loop, NULL, NULL, NULL), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, 0), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(corun_sim_job_time(loop, -1), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_job_time(loop, NAN), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", NULL), 0);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, 2), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job");
}

/* -------------------------------------------------------------------- shutdown */

CORUN_ASYNC(shut_down, (double timeout; corun_loop *other;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_loop_shutdown_executor(my->other ? my->other : loop, my->timeout));
    log_time(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(submit_and_shut_down, (double timeout; int jobs;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->jobs; my->n++)
        CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", NULL), 0);
    CORUN_AWAIT(CORUN_CALL(shut_down, .timeout = my->timeout));
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "late", NULL), CORUN_EXECUTOR_SHUTDOWN);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, 3), CORUN_INVALID_STATE);
    CORUN_CATCH_AWAIT(corun_to_thread(log_it, "late"));
    CHECK_ERROR(CORUN_ERROR(), CORUN_EXECUTOR_SHUTDOWN);
    CORUN_AWAIT(CORUN_CALL(shut_down, .timeout = my->timeout));
    CORUN_END();
}

static void run_shut_down(double timeout, int jobs)
{
    open_sim(0.3, 1);
    run_and_close(CORUN_CALL(submit_and_shut_down, .timeout = timeout, .jobs = jobs));
}

/* B64 SHD-08 */
TEST(shutting_down_waits_for_all_jobs)
{
    run_shut_down(5, 2);
    CHECK_LOG("job job OK 6 OK 6");
    run_shut_down(INFINITY, 2);
    CHECK_LOG("job job OK 6 OK 6");
    run_shut_down(5, 0);
    CHECK_LOG("OK 0 OK 0");
    run_shut_down(0, 0);
    CHECK_LOG("OK 0 OK 0");
}

/* SHD-07 */
TEST(shutting_down_takes_no_longer_than_its_limit)
{
    run_shut_down(0.05, 1);
    CHECK_LOG("job [The executor did not finishing joining its threads within 0.050 seconds.] OK 0"
              " [The executor did not finishing joining its threads within 0.050 seconds.] OK 1");
    run_shut_down(0.1, 1);
    CHECK_LOG("job [The executor did not finishing joining its threads within 0.100 seconds.] OK 1"
              " [The executor did not finishing joining its threads within 0.100 seconds.] OK 2");
    run_shut_down(-2, 1);
    CHECK_LOG("job [The executor did not finishing joining its threads within 0 seconds.] OK 0"
              " [The executor did not finishing joining its threads within 0 seconds.] OK 0");
}

CORUN_ASYNC(wait_in_many_ways, (corun_loop *other;), (corun_task *tasks[3]; int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(shut_down, .timeout = NAN));
    CORUN_AWAIT(CORUN_CALL(shut_down, .timeout = 1, .other = my->other));
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", NULL), 0);
    for (my->n = 0; my->n < 3; my->n++) {
        double timeout = my->n ? 5 : INFINITY;
        CHECK_ERROR(corun_spawn(CORUN_CALL(shut_down, .timeout = timeout), &my->tasks[my->n]), 0);
    }
    CORUN_AWAIT(corun_sleep(0.1));
    corun_task_cancel(my->tasks[1], NULL);
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

TEST(several_may_wait_for_the_end_and_stop_waiting)
{
    corun_loop *other = NULL;
    CHECK_ERROR(corun_loop_sim(&other), 0);
    open_sim(0.3, 1);
    run_and_close(CORUN_CALL(wait_in_many_ways, .other = other));
    CHECK_LOG("CORUN_INVALID_DELAY 0 CORUN_OTHER_LOOP 0 job CORUN_CANCELLED 1 OK 3 OK 3");
    CHECK_ERROR(corun_loop_close(other), 0);
}

static void cancel_it(void *task)
{
    corun_task_cancel(task, NULL);
}

static void cancel_when_done(corun_future *future, void *task)
{
    (void)future;
    corun_task_cancel(task, NULL);
}

CORUN_ASYNC(cancel_late, (double limit;), (corun_future *future; corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", &my->future), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(shut_down, .timeout = my->limit), &my->task), 0);
    if (my->limit < INFINITY) /* before the limit's timer, which is due with it */
        CHECK_ERROR(corun_loop_call_later(loop, my->limit, cancel_it, my->task, NULL), 0);
    else
        CHECK_ERROR(corun_future_add_done_callback(my->future, cancel_when_done, my->task), 0);
    corun_future_release(my->future);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

/* When its turn is in the ready queue: the limit's, or that of the last job's end */
TEST(a_shutdown_is_cancelled_before_its_turn)
{
    open_sim(0.3, 1);
    run_and_close(CORUN_CALL(cancel_late, .limit = 0.1));
    CHECK_LOG("job CORUN_CANCELLED 1");
    open_sim(0.3, 1);
    run_and_close(CORUN_CALL(cancel_late, .limit = INFINITY));
    CHECK_LOG("job CORUN_CANCELLED 3");
}

/* ------------------------------------------------------------ without memory */

static char lasting[] = "text"; /* what detached jobs are given outlives whoever began them */
static int number;

CORUN_ASYNC(use_everything, (), (corun_future *future; int n; int rc;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_to_thread(double_it, &my->n));
    my->rc = corun_loop_run_in_executor(corun_current_loop(), give_bytes, lasting, &my->future);
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    CORUN_AWAIT(corun_wait_future(my->future));
    CHECK_TEXT(CORUN_RESULT().bytes, "text");
    if ((my->rc = corun_loop_run_in_executor(corun_current_loop(), double_it, &number, NULL)) < 0)
        CORUN_RAISE(my->rc);
    CORUN_AWAIT(corun_loop_shutdown_executor(corun_current_loop(), 5));
    CORUN_FINALLY();
    corun_future_release(my->future);
    CORUN_END();
}

CORUN_ASYNC(use_everything_and_leave, (), (int rc;)) {
    CORUN_BEGIN();
    if ((my->rc = corun_loop_run_in_executor(corun_current_loop(), give_bytes, lasting, NULL)) < 0)
        CORUN_RAISE(my->rc);
    if ((my->rc = corun_spawn(corun_to_thread(give_bytes, lasting), NULL)) < 0)
        CORUN_RAISE(my->rc);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* Runs `main` with its k-th allocation failing, for k = 1, 2, ... until none fails. */
static void fail_each_allocation(corun_awaitable main)
{
    long k = 0;
    int rc;
    do {
        corun_run_options options = {.loop_factory = corun_loop_sim};
        test_fail_allocation(++k);
        corun_runner_open(&runner, &options);
        rc = corun_runner_loop(&runner, &loop);
        if (rc == 0) {
            test_log_reports(loop);
            CHECK_ERROR(corun_sim_job_time(loop, 1), 0);
            rc = corun_runner_run(&runner, main, NULL, NULL);
        }
        CHECK(rc == 0 || (rc == -ENOMEM && test_allocation_failed()));
        CHECK_ERROR(corun_runner_close(&runner), 0);
        CHECK_EQ(test_allocations_in_use(), 0);
    } while (test_allocation_failed() && k < 1000);
    test_fail_allocation(0);
    CHECK(k > 5 && k < 1000);
}

TEST(jobs_without_memory)
{
    fail_each_allocation(CORUN_CALL(use_everything));
}

TEST(closing_over_jobs_without_memory)
{
    fail_each_allocation(CORUN_CALL(use_everything_and_leave));
}
