/* Closing a runner over jobs: tasks first, then the executor, then the loop. Virtual time. */
#include "test.h"

#include <errno.h>

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

static void open_with(corun_run_options options, double job_seconds)
{
    options.loop_factory = corun_loop_sim;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_sim_job_time(loop, job_seconds), 0);
}

static void open_sim(double job_seconds)
{
    open_with((corun_run_options){.debug = 0}, job_seconds);
}

static int log_it(void *word, corun_value *out_value)
{
    (void)out_value;
    test_log(word);
    return 0;
}

static void log_time(const char *word)
{
    test_log(word);
    test_log_number((long long)corun_loop_time(loop));
}

static void note_future(corun_future *future, void *word)
{
    (void)future;
    log_time(word);
}

/* Begins a job whose end is logged. */
static void detach(const char *word)
{
    corun_future *future = NULL;
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", &future), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, note_future, (void *)(uintptr_t)word), 0);
    corun_future_release(future);
}

CORUN_ASYNC(clean_up_in_a_thread, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    log_time("cancelled");
    CORUN_AWAIT(corun_to_thread(log_it, "cleanup"));
    log_time("clean");
    CORUN_END();
}

static void leave(corun_awaitable task)
{
    CHECK_ERROR(corun_loop_spawn(loop, task, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
}

/* B58 SHD-01 SHD-05 */
TEST(tasks_clean_up_first_and_may_use_threads)
{
    open_sim(5);
    detach("detached");
    leave(CORUN_CALL(clean_up_in_a_thread));
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job cancelled 0 cleanup detached 5 clean 5");
}

CORUN_ASYNC(yield_and_clean_up, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_YIELD(.i = 1);
    CORUN_FINALLY();
    log_time("closed");
    CORUN_AWAIT(corun_to_thread(log_it, "cleanup"));
    log_time("clean");
    CORUN_END();
}

CORUN_ASYNC(leave_everything, (), (corun_generator *generator;)) {
    CORUN_BEGIN();
    detach("detached");
    CHECK_ERROR(corun_generator_open(CORUN_CALL(yield_and_clean_up), &my->generator), 0);
    CORUN_AWAIT(corun_generator_next(my->generator));
    CHECK_ERROR(corun_spawn(CORUN_CALL(clean_up_in_a_thread), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.p = my->generator);
    CORUN_END();
}

/* B58 SHD-01 */
TEST(generators_clean_up_after_the_tasks_and_may_use_threads)
{
    corun_value generator = CORUN_VALUE();
    open_sim(5);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_everything), NULL, &generator), 0);
    CHECK_ERROR(corun_sim_job_time(loop, 7), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job cancelled 0 cleanup detached 5 clean 7 closed 7 cleanup clean 14");
    corun_generator_release(generator.p);
}

/* B58 */
TEST(jobs_alone_are_waited_for)
{
    open_sim(5);
    detach("detached");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job detached 5");
}

/* B64 */
TEST(jobs_are_waited_for_300_seconds)
{
    open_sim(301);
    detach("not reached");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job [The executor did not finishing joining its threads within 300 seconds.]");
    open_sim(299);
    detach("done");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job done 299");
}

/* Rather than not at all */
TEST(without_memory_for_a_limit_jobs_are_waited_for_without_one)
{
    open_sim(301);
    detach("done");
    test_fail_allocation(1);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK(test_allocation_failed());
    test_fail_allocation(0);
    CHECK_LOG("job done 301");
}

/* where Corun decides: the limit of all of it */
TEST(jobs_count_in_the_time_that_closing_may_take)
{
    open_with((corun_run_options){.close_timeout = 3}, 5);
    detach("not reached");
    leave(corun_to_thread(log_it, "task's"));
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job task's [Task was destroyed but it is pending!]");
}

/* ---------------------------------------------------------------------- errors */

/* B51: tasks were done with, only a job is left */
TEST(an_interrupt_ends_the_wait_for_jobs)
{
    open_sim(5);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 2), 0);
    detach("not reached");
    CHECK_ERROR(corun_runner_close(&runner), CORUN_INTERRUPTED);
    CHECK_LOG("job");
}

CORUN_ASYNC(exit_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CORUN_EXIT(9);
    CORUN_END();
}

static void exit_in_callback(corun_future *future, void *unused)
{
    (void)future, (void)unused;
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(exit_when_cancelled), NULL), 0);
}

/* B59 */
TEST(an_exit_while_tasks_end_skips_the_executor)
{
    open_sim(5);
    detach("not reached");
    leave(CORUN_CALL(exit_when_cancelled));
    CHECK_ERROR(corun_runner_close(&runner), CORUN_SYSTEM_EXIT);
    CHECK_LOG("job");
}

/* -------------------------------------------------------------------- late tasks */

CORUN_ASYNC(be_late, (), ()) {
    CORUN_BEGIN();
    test_log("not reached");
    CORUN_END();
}

CORUN_DROP(be_late) {
    (void)my;
    log_time("late");
}

static void spawn_late(corun_future *future, void *unused)
{
    exit_in_callback(future, unused);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(be_late), NULL), 0);
}

/* where Corun decides: cancelled before they begin, also while only jobs are waited for */
TEST(tasks_that_a_jobs_end_spawns_are_cancelled)
{
    corun_future *future = NULL;
    open_sim(5);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", &future), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, spawn_late, NULL), 0);
    corun_future_release(future);
    detach("other");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job job other 5 late 5");
}

static void submit_late(corun_future *future, void *unused)
{
    (void)future, (void)unused;
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "late", NULL), CORUN_EXECUTOR_SHUTDOWN);
    test_log("refused");
}

/* B64 */
TEST(no_job_begins_once_jobs_are_waited_for)
{
    corun_future *future = NULL;
    open_sim(5);
    CHECK_ERROR(corun_loop_run_in_executor(loop, log_it, "job", &future), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, submit_late, NULL), 0);
    corun_future_release(future);
    detach("other");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("job job refused other 5");
}

/* -------------------------------------------------------------------- interrupts */

CORUN_ASYNC(await_job, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_to_thread(log_it, "job"));
    CORUN_FINALLY();
    log_time(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_END();
}

CORUN_DROP(await_job) {
    (void)my;
    test_log("drop");
}

/* B40: the job is waited for, and the run is interrupted */
TEST(an_interrupt_while_main_waits_for_a_job)
{
    open_sim(5);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 2), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(await_job), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_LOG("job CORUN_CANCELLED 5");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B43 B51: the second ends the run, the third the close */
TEST(the_third_interrupt_leaves_a_job_behind)
{
    open_sim(1000);
    for (int i = 1; i <= 3; i++)
        CHECK_ERROR(corun_sim_interrupt_at(loop, i), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(await_job), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_INTERRUPTED);
    CHECK_LOG("job [Task was destroyed but it is pending!] drop");
}

/* ------------------------------------------------------------------------ in turns */

static void note_closed(corun_runner *closed, int error, const corun_value *value, void *word)
{
    (void)value;
    CHECK(closed == &runner);
    test_log(word);
    test_log(corun_error_name(error));
}

/* The host's turns go on from phase to phase */
TEST(closing_in_turns_waits_for_jobs_too)
{
    open_sim(0);
    leave(CORUN_CALL(clean_up_in_a_thread));
    detach("detached");
    CHECK_ERROR(corun_runner_close_start(&runner, note_closed, "closed"), 0);
    for (int i = 0; i < 1000 && runner.private_.loop; i++)
        corun_loop_turn(loop, 0);
    CHECK_LOG("job cancelled 0 cleanup detached 0 clean 0 closed OK");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(closing_in_turns_ends_at_once_if_nothing_is_left)
{
    open_sim(5);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(await_job), NULL, NULL), 0);
    CHECK_LOG("job OK 5");
    CHECK_ERROR(corun_runner_close_start(&runner, note_closed, "closed"), 0);
    CHECK_LOG("closed OK");
}
