/* The executor with real threads; elsewhere, that there are none. In virtual time: executor_test.c. */
#define _GNU_SOURCE 1 /* pthread_setattr_default_np */
#include "test.h"

#include <errno.h>

#if defined(__wasm__)

static int never_called(void *argument, corun_value *out_value)
{
    (void)argument, (void)out_value;
    test_log("called");
    return 0;
}

TEST_LOOP(a_host_without_threads_says_so, (int rc;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_to_thread(never_called, NULL));
    CHECK_ERROR(CORUN_ERROR(), CORUN_UNSUPPORTED);
    my->rc = corun_loop_run_in_executor(corun_current_loop(), never_called, NULL, NULL);
    CHECK_ERROR(my->rc, CORUN_UNSUPPORTED);
    CORUN_AWAIT(corun_loop_shutdown_executor(corun_current_loop(), 1)); /* nothing to wait for */
    CORUN_CATCH_AWAIT(corun_to_thread(never_called, NULL));
    CHECK_ERROR(CORUN_ERROR(), CORUN_EXECUTOR_SHUTDOWN);
    CHECK_LOG("");
    CORUN_END();
}

#else

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

static void open_runner(int threads)
{
    corun_runner_open(&runner, NULL);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, threads), 0);
    test_log_reports(loop);
}

static void run_and_close(corun_awaitable main)
{
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* A job that waits to be let go on; then it writes where its caller reads. */
struct gate {
    sem_t begun, open;
    int value;
};

static void gate_init(struct gate *gate)
{
    sem_init(&gate->begun, 0, 0);
    sem_init(&gate->open, 0, 0);
}

static int pass_gate(void *argument, corun_value *out_value)
{
    struct gate *gate = argument;
    sem_post(&gate->begun);
    while (sem_wait(&gate->open) < 0)
        continue;
    *out_value = CORUN_VALUE(.i = ++gate->value);
    return 0;
}

/* ---------------------------------------------------------------------- threads */

static int look_at_thread(void *loops_thread, corun_value *out_value)
{
    sigset_t blocked;
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &blocked), 0);
    CHECK(sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGUSR1));
    CHECK(!pthread_equal(pthread_self(), *(pthread_t *)loops_thread));
    CHECK(corun_current_loop() == NULL);
    *out_value = CORUN_VALUE(.i = 1);
    return 0;
}

TEST_LOOP(jobs_run_in_threads_that_take_no_signals, (pthread_t self; sigset_t blocked;)) {
    CORUN_BEGIN();
    my->self = pthread_self();
    CORUN_AWAIT(corun_to_thread(look_at_thread, &my->self));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &my->blocked), 0);
    CHECK(!sigismember(&my->blocked, SIGINT));
    CORUN_END();
}

enum { JOBS = 4 };

static pthread_barrier_t barrier;

static int meet(void *argument, corun_value *out_value)
{
    (void)argument, (void)out_value;
    pthread_barrier_wait(&barrier);
    return 0;
}

CORUN_ASYNC(join_jobs, (corun_job *job; int count;), (corun_task *tasks[64]; int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->count; my->n++)
        CHECK_ERROR(corun_spawn(corun_to_thread(my->job, NULL), &my->tasks[my->n]), 0);
    for (my->n = 0; my->n < my->count; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

/* Each waits for the others: this only ends if all run at a time. */
TEST(as_many_jobs_run_side_by_side_as_there_may_be_threads)
{
    open_runner(JOBS);
    pthread_barrier_init(&barrier, NULL, JOBS);
    run_and_close(CORUN_CALL(join_jobs, .job = meet, .count = 3 * JOBS));
    pthread_barrier_destroy(&barrier);
}

static atomic_int at_work, most_at_work, jobs_done;

static int count_at_work(void *argument, corun_value *out_value)
{
    int now = ++at_work, most = most_at_work;
    (void)argument, (void)out_value;
    while (now > most && !atomic_compare_exchange_weak(&most_at_work, &most, now))
        continue;
    usleep(200);
    at_work--;
    jobs_done++;
    return 0;
}

TEST(never_more_jobs_run_than_there_may_be_threads)
{
    open_runner(3);
    run_and_close(CORUN_CALL(join_jobs, .job = count_at_work, .count = 64));
    CHECK_EQ(jobs_done, 64);
    CHECK(most_at_work >= 1 && most_at_work <= 3);
}

static int add_one(void *sum, corun_value *out_value)
{
    (*(int *)sum)++;
    *out_value = CORUN_VALUE(.i = *(int *)sum);
    return 0;
}

CORUN_ASYNC(count_in_jobs, (int times;), (int n;)) {
    CORUN_BEGIN();
    while (my->n < my->times) {
        CORUN_AWAIT(corun_to_thread(add_one, &my->n));
        CHECK_EQ(CORUN_RESULT().i, my->n);
    }
    CORUN_RETURN(.i = my->n);
    CORUN_END();
}

CORUN_ASYNC(count_in_tasks, (), (corun_task *tasks[20]; int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 20; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(count_in_jobs, .times = 100), &my->tasks[my->n]), 0);
    for (my->n = 0; my->n < 20; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        CHECK_EQ(CORUN_RESULT().i, 100);
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

TEST(many_jobs_come_back_each_to_its_own)
{
    open_runner(JOBS);
    run_and_close(CORUN_CALL(count_in_tasks));
}

static atomic_int values_held;

static void hold_value(void *value)
{
    (void)value;
    values_held++;
}

static void let_go_value(void *value)
{
    (void)value;
    values_held--;
}

static const corun_var shared = {.name = "shared", .retain = hold_value, .release = let_go_value};
static const corun_var changed = {.name = "changed", .retain = hold_value, .release = let_go_value};

static int set_variable(void *value, corun_value *out_value)
{
    *out_value = CORUN_VALUE(.p = corun_var_get(&shared));
    return corun_var_set(&changed, value, NULL);
}

CORUN_ASYNC(set_in_jobs, (), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 50; my->n++) {
        CORUN_AWAIT(corun_to_thread(set_variable, &my->n));
        CHECK(CORUN_RESULT().p == &barrier);
        CHECK(corun_var_get(&changed) == NULL);
        CHECK_ERROR(corun_var_set(&shared, &barrier, NULL), 0);
    }
    CORUN_END();
}

CORUN_ASYNC(share_a_context, (), (corun_task *tasks[JOBS]; int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&shared, &barrier, NULL), 0);
    for (my->n = 0; my->n < JOBS; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(set_in_jobs), &my->tasks[my->n]), 0);
    for (my->n = 0; my->n < JOBS; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

/* L11: several jobs change what they share with their callers, each for itself */
TEST(jobs_change_their_contexts_side_by_side)
{
    open_runner(JOBS);
    run_and_close(CORUN_CALL(share_a_context));
    CHECK_EQ(values_held, 0);
}

/* ------------------------------------------------------------------ cancellation */

static struct gate gate;

CORUN_ASYNC(pass, (), (struct gate own;)) {
    CORUN_BEGIN();
    gate_init(&my->own);
    sem_post(&my->own.open);
    CORUN_CATCH_ALL_AWAIT(corun_to_thread(pass_gate, &my->own));
    test_log(corun_error_name(CORUN_ERROR()));
    CHECK_EQ(my->own.value, CORUN_ERROR() == 0);
    CORUN_END();
}

CORUN_ASYNC(pass_slowly, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_to_thread(pass_gate, &gate));
    test_log(corun_error_name(CORUN_ERROR()));
    CHECK_EQ(gate.value, 1); /* the function has returned */
    CORUN_END();
}

CORUN_ASYNC(cancel_both, (), (corun_task *running; corun_task *queued;)) {
    CORUN_BEGIN();
    gate_init(&gate);
    CHECK_ERROR(corun_spawn(CORUN_CALL(pass_slowly), &my->running), 0);
    CORUN_AWAIT(corun_yield());
    sem_wait(&gate.begun);
    CHECK_ERROR(corun_spawn(CORUN_CALL(pass), &my->queued), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->running, NULL);
    corun_task_cancel(my->queued, NULL);
    CORUN_AWAIT(corun_join(my->queued));
    CHECK_LOG("CORUN_CANCELLED");
    CORUN_AWAIT(corun_sleep(0.005));
    CHECK(!corun_task_done(my->running));
    sem_post(&gate.open);
    CORUN_AWAIT(corun_join(my->running));
    CHECK_LOG("CORUN_CANCELLED");
    corun_task_release(my->running);
    corun_task_release(my->queued);
    CORUN_AWAIT(CORUN_CALL(pass)); /* the thread is free again */
    CHECK_LOG("OK");
    CORUN_END();
}

/* L11, and where Corun decides */
TEST(a_queued_job_is_taken_back_and_a_running_one_waited_for)
{
    open_runner(1);
    run_and_close(CORUN_CALL(cancel_both));
}

CORUN_ASYNC(cancel_at_random, (unsigned seed;), (corun_task *tasks[8]; int n; int round; unsigned random;)) {
    CORUN_BEGIN();
    my->random = my->seed;
    for (my->round = 0; my->round < 50; my->round++) {
        for (my->n = 0; my->n < 8; my->n++)
            CHECK_ERROR(corun_spawn(CORUN_CALL(count_in_jobs, .times = 3), &my->tasks[my->n]), 0);
        for (my->n = 0; my->n < 8; my->n++) {
            my->random = my->random * 1103515245 + 12345;
            if (my->random >> 16 & 1)
                CORUN_AWAIT(corun_yield());
            if (my->random >> 17 & 1)
                corun_task_cancel(my->tasks[my->n], NULL);
        }
        for (my->n = 0; my->n < 8; my->n++) {
            CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->n]));
            CHECK(CORUN_ERROR() == 0 || CORUN_ERROR() == CORUN_CANCELLED);
            corun_task_release(my->tasks[my->n]);
        }
    }
    CORUN_END();
}

TEST(jobs_may_be_cancelled_at_any_moment)
{
    open_runner(2);
    run_and_close(CORUN_CALL(cancel_at_random, .seed = 1));
}

/* ---------------------------------------------------------------- shutdown, close */

CORUN_ASYNC(shut_down_too_early, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_run_in_executor(loop, pass_gate, &gate, NULL), 0);
    CORUN_AWAIT(corun_loop_shutdown_executor(loop, 0.01));
    CHECK_LOG("[The executor did not finishing joining its threads within 0.010 seconds.]");
    sem_post(&gate.open);
    CORUN_AWAIT(corun_loop_shutdown_executor(loop, 60));
    CHECK_EQ(gate.value, 1);
    CHECK_LOG("");
    CORUN_END();
}

/* SHD-07 */
TEST(shutting_down_takes_no_longer_than_its_limit)
{
    open_runner(2);
    gate_init(&gate);
    run_and_close(CORUN_CALL(shut_down_too_early));
}

/* Memory that threads free when they go. */
static void await_threads(void)
{
    for (int i = 0; i < 1000 && test_allocations_in_use() > 0; i++)
        usleep(1000);
    CHECK_EQ(test_allocations_in_use(), 0);
}

/* B65: shutdown(wait=False) */
TEST(a_loop_that_is_closed_forgets_its_running_jobs)
{
    corun_future *future = NULL;
    CHECK_ERROR(corun_loop_default(&loop), 0);
    CHECK_ERROR(corun_loop_set_executor_threads(loop, 1), 0);
    gate_init(&gate);
    CHECK_ERROR(corun_loop_run_in_executor(loop, pass_gate, &gate, &future), 0);
    CHECK_ERROR(corun_loop_run_in_executor(loop, count_at_work, NULL, NULL), 0);
    sem_wait(&gate.begun);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK(!corun_future_done(future));
    corun_future_release(future);
    CHECK_EQ(jobs_done, 0);
    sem_post(&gate.open);
    await_threads();
    CHECK_EQ(jobs_done, 1); /* what was queued goes on too */
}

static int return_at_once(void *unused, corun_value *out_value)
{
    (void)unused, (void)out_value;
    return 0;
}

/* Results on their way when the loop is closed go with it. */
TEST(a_loop_may_be_closed_at_any_moment)
{
    for (int i = 0; i < 200; i++) {
        CHECK_ERROR(corun_loop_default(&loop), 0);
        for (int k = 0; k < i % 5; k++)
            CHECK_ERROR(corun_loop_run_in_executor(loop, return_at_once, NULL, NULL), 0);
        CHECK_ERROR(corun_loop_close(loop), 0);
    }
    await_threads();
}

/* -------------------------------------------------------------------- interrupts */

static void send_interrupt(void *unused)
{
    (void)unused;
    raise(SIGINT);
}

/* By the loop's thread, since the thread sanitizer holds signals back that come from elsewhere. */
static int interrupt_and_return(void *unused, corun_value *out_value)
{
    (void)out_value;
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, send_interrupt, unused, NULL), 0);
    usleep(2000);
    jobs_done++;
    return 0;
}

/* B40 */
TEST(an_interrupt_waits_for_the_job_and_ends_the_run)
{
    open_runner(1);
    CHECK_ERROR(corun_runner_run(&runner, corun_to_thread(interrupt_and_return, NULL), NULL, NULL),
                CORUN_INTERRUPTED);
    CHECK_EQ(jobs_done, 1);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void send_three(void *unused)
{
    for (int i = 1; i <= 3; i++)
        CHECK_ERROR(corun_loop_call_later(loop, i * 0.002, send_interrupt, unused, NULL), 0);
}

static int write_for_ever(void *argument, corun_value *out_value)
{
    *out_value = CORUN_VALUE();
    if (++at_work == 2) /* so that none can be taken back */
        CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, send_three, NULL, NULL), 0);
    for (;;) {
        memset(argument, 7, 64); /* the frame is there as long as the function runs */
        usleep(1000);
    }
    return 0;
}

CORUN_ASYNC(never_end, (), (char space[64];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_to_thread(write_for_ever, my->space));
    CORUN_END();
}

/* Whose frame is in memory of its own */
CORUN_ASYNC(call_never_end, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(never_end));
    CORUN_END();
}

CORUN_ASYNC(yield_never_end, (), (char space[64];)) {
    CORUN_BEGIN();
    CORUN_YIELD(.i = 1);
    CORUN_AWAIT(corun_to_thread(write_for_ever, my->space));
    CORUN_END();
}

CORUN_ASYNC(await_never_end, (), (corun_generator *generator;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yield_never_end), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CHECK_ERROR(corun_spawn(CORUN_CALL(call_never_end), NULL), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CORUN_END();
}

CORUN_DROP(await_never_end) {
    (void)my;
    _exit(9); /* what a job may be using is not dropped */
}

static int interrupted_status(void)
{
    int error, close_error;
    open_runner(2);
    error = corun_runner_run(&runner, CORUN_CALL(await_never_end), NULL, NULL);
    close_error = corun_runner_close(&runner);
    usleep(5000);
    return error == CORUN_INTERRUPTED && close_error == CORUN_INTERRUPTED ? 7 : 8;
}

/* B51: a job that never ends is left behind, with the memory that it may be using */
TEST(the_third_interrupt_leaves_a_job_that_never_ends)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(interrupted_status());
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 7);
}

/* ------------------------------------------------------------------- left behind */

static pthread_key_t at_thread_end;
static sem_t thread_ended;

static void post_end(void *unused)
{
    (void)unused;
    sem_post(&thread_ended);
}

/* Whose thread tells when it goes, which is after all that becomes of the job. */
static int pass_gate_and_tell(void *argument, corun_value *out_value)
{
    pthread_setspecific(at_thread_end, &gate);
    return pass_gate(argument, out_value);
}

CORUN_ASYNC(wait_at_gate, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_to_thread(pass_gate_and_tell, &gate));
    CORUN_END();
}

CORUN_ASYNC(call_wait_at_gate, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(wait_at_gate));
    CORUN_END();
}

static corun_generator *generator;

CORUN_ASYNC(generate_at_gate, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(wait_at_gate), &generator), 0);
    CORUN_AWAIT(corun_generator_next(generator));
    CORUN_END();
}

/* Closes a loop by hand over a task whose job goes on, which ends then. Returns what stays allocated. */
static int allocations_left_by(corun_awaitable call)
{
    generator = NULL;
    gate_init(&gate);
    sem_init(&thread_ended, 0, 0);
    pthread_key_create(&at_thread_end, post_end);
    if (corun_loop_default(&loop) < 0 || corun_loop_set_executor_threads(loop, 1) < 0)
        return -1;
    test_log_reports(loop);
    corun_loop_spawn(loop, call, NULL);
    corun_loop_stop(loop);
    corun_loop_run(loop);
    sem_wait(&gate.begun);
    corun_loop_close(loop);
    if (generator && corun_generator_ended(generator))
        return -1;
    corun_generator_release(generator);
    sem_post(&gate.open);
    sem_wait(&thread_ended);
    return gate.value == 1 ? (int)test_allocations_in_use() : -1;
}

static int forked_allocations_left_by(corun_awaitable call)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(allocations_left_by(call));
    CHECK_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Also when the job has returned at last: nobody knows what else its function has told of them. */
TEST(the_frames_that_a_job_was_given_stay_for_ever)
{
    CHECK_EQ(forked_allocations_left_by(CORUN_CALL(wait_at_gate)), 3); /* the loop, the task, the job */
    CHECK_EQ(forked_allocations_left_by(CORUN_CALL(call_wait_at_gate)), 4); /* the call's frame */
    CHECK_EQ(forked_allocations_left_by(CORUN_CALL(generate_at_gate)), 4); /* the generator, with its frame */
}

/* ------------------------------------------------------------- what is not to be had */

/* With a stack that no machine has, none can be made. */
static void set_stack_size(size_t size_bytes)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    CHECK_EQ(pthread_attr_setstacksize(&attributes, size_bytes), 0);
    CHECK_EQ(pthread_setattr_default_np(&attributes), 0);
    pthread_attr_destroy(&attributes);
}

CORUN_ASYNC(use_few_threads, (), (int n;)) {
    CORUN_BEGIN();
    set_stack_size((size_t)1 << 48);
    CORUN_CATCH_AWAIT(corun_to_thread(add_one, &my->n));
    CHECK_ERROR(CORUN_ERROR(), -EAGAIN);
    CHECK_ERROR(corun_loop_run_in_executor(loop, add_one, &my->n, NULL), -EAGAIN);
    CHECK_EQ(my->n, 0);
    set_stack_size((size_t)1 << 20);
    CORUN_AWAIT(corun_to_thread(add_one, &my->n));
    set_stack_size((size_t)1 << 48);
    CORUN_AWAIT(CORUN_CALL(join_jobs, .job = count_at_work, .count = 8));
    CHECK_EQ(jobs_done, 8);
    CHECK_EQ(most_at_work, 1);
    CORUN_END();
}

/* The first one that is there does it all. */
TEST(where_the_system_gives_no_thread_those_that_are_there_do_it)
{
    open_runner(JOBS);
    run_and_close(CORUN_CALL(use_few_threads));
}

static int without_memory(long k)
{
    int rc;
    test_fail_allocation(k);
    rc = corun_run(corun_to_thread(add_one, (int[]){0}), NULL, NULL);
    CHECK(rc == 0 || (rc == -ENOMEM && test_allocation_failed()));
    return test_allocation_failed();
}

TEST(threads_without_memory)
{
    long k = 1;
    while (without_memory(k) && k < 100)
        k++;
    test_fail_allocation(0);
    CHECK(k > 5 && k < 100);
    CHECK_EQ(test_allocations_in_use(), 0);
}

#endif
