/* The orderly close: who is cancelled, waited for, reported, and when what is left is abandoned. */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(clean_up, (const char *word; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 1);
    CORUN_AWAIT(corun_sleep(my->seconds));
    test_log(my->word);
    CORUN_END();
}

CORUN_DROP(clean_up) {
    test_log("drop");
    test_log(my->word);
}

static corun_runner runner; /* of the case that runs */

/* Runs one round with `task` left behind, then closes. */
static int close_with(corun_awaitable task)
{
    corun_loop *loop = test_open_sim(&runner);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, task, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    return corun_runner_close(&runner);
}

/* ------------------------------------------------------------ cancelled, waited for */

CORUN_ASYNC(leave_three, (), (int n;)) {
    static const char *const words[] = {"a", "b", "c"};
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(clean_up, .word = words[my->n], .seconds = 3 - my->n), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 123);
    CORUN_END();
}

/* B58 B60, run_cancels_hanging_tasks */
TEST(what_main_leaves_behind_is_cancelled_and_waited_for)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(leave_three), &value), 0);
    CHECK_EQ(value.i, 123);
    CHECK_LOG("c b a"); /* all at once: each as long as its cleanup takes */
}

CORUN_ASYNC(swallow, (), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
        test_log(corun_error_name(CORUN_ERROR()));
    }
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* B60 B61 */
TEST(a_task_that_swallows_its_cancellation_is_waited_for)
{
    CHECK_ERROR(close_with(CORUN_CALL(swallow)), 0);
    CHECK_LOG("CORUN_CANCELLED OK OK");
}

CORUN_ASYNC(fail_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CORUN_RAISE(MY_ERROR, "in its cleanup");
    CORUN_END();
}

CORUN_ASYNC(leave_a_failing_one, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_when_cancelled), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 123);
    CORUN_END();
}

/* B61, run_reports_hanging_tasks_errors */
TEST(an_error_during_close_is_reported_and_changes_nothing)
{
    corun_value value = CORUN_VALUE();
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_a_failing_one), NULL, &value), 0);
    CHECK_EQ(value.i, 123);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("[unhandled exception during corun_run() shutdown] CORUN_USER-1");
}

CORUN_ASYNC(join_it, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* B60: cancelled once each, also the one that is joined */
TEST(a_task_and_the_one_it_joins_are_both_cancelled)
{
    corun_task *task = NULL;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(swallow), &task), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(join_it, .task = task), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("CORUN_CANCELLED OK OK OK");
    CHECK_EQ(corun_task_cancelling(task), 2); /* by close, and through the join */
    corun_task_release(task);
}

/* B60: never stepped */
TEST(a_task_that_never_began_is_dropped)
{
    corun_loop *loop = test_open_sim(&runner);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(clean_up, .word = "unborn"), NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("drop unborn");
}

static void log_word(void *word)
{
    test_log(word);
}

CORUN_ASYNC(use_the_loop_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CHECK_ERROR(corun_loop_call_later(corun_current_loop(), 1, log_word, "timer", NULL), 0);
    CORUN_AWAIT(corun_sleep(2));
    CHECK_ERROR(corun_loop_call_later(corun_current_loop(), 1, log_word, "dropped with the loop", NULL), 0);
    CORUN_END();
}

/* B58 B65: timers and callbacks live during close, and end with the loop */
TEST(the_loop_works_while_tasks_clean_up)
{
    CHECK_ERROR(close_with(CORUN_CALL(use_the_loop_in_cleanup)), 0);
    CHECK_LOG("timer");
}

static void log_done(corun_task *task, void *unused)
{
    (void)unused;
    CHECK(corun_task_done(task));
    test_log("done");
    CHECK_ERROR(corun_spawn(CORUN_CALL(clean_up, .word = "late"), NULL), 0);
}

/* F2 B58: also of the last one; and what it spawns is waited for as any late task */
TEST(done_callbacks_are_called_during_close)
{
    corun_task *task = NULL;
    corun_loop *loop = test_open_sim(&runner);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(clean_up, .word = "clean", .seconds = 1), &task), 0);
    CHECK_ERROR(corun_task_add_done_callback(task, log_done, NULL), 0);
    corun_task_release(task);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("clean done drop late");
}

/* ------------------------------------------------------------------- late tasks */

CORUN_ASYNC(spawn_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(clean_up, .word = "late"), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(swallow), NULL), 0);
    CORUN_END();
}

/* where Corun decides: cancelled once and awaited, so that nothing runs on unseen */
TEST(tasks_that_are_spawned_during_close_are_cancelled)
{
    CHECK_ERROR(close_with(CORUN_CALL(spawn_in_cleanup)), 0);
    CHECK_LOG("drop late");
}

CORUN_ASYNC(use_a_helper_in_cleanup, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CHECK_ERROR(corun_spawn(CORUN_CALL(swallow), &my->task), 0);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    test_log(corun_error_name(CORUN_ERROR()));
    corun_task_release(my->task);
    CORUN_END();
}

TEST(a_cleanup_that_joins_a_late_task_ends)
{
    CHECK_ERROR(close_with(CORUN_CALL(use_a_helper_in_cleanup)), 0);
    CHECK_LOG("CORUN_CANCELLED");
}

static int spawned;

static int reports;

static void count_report(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)loop, (void)argument;
    CHECK_TEXT(report->message, "Task was destroyed but it is pending!");
    reports++;
}

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(spawn_without_end, (), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_yield());
        if (CORUN_ERROR() || spawned > 0) {
            CHECK_ERROR(corun_spawn(CORUN_CALL(nothing), NULL), 0);
            spawned++;
        }
    }
    CORUN_END();
}

/* where Corun decides */
TEST(a_program_that_never_stops_spawning_is_abandoned_after_a_thousand)
{
    corun_loop *loop = test_open_sim(&runner);
    spawned = reports = 0;
    corun_loop_set_exception_handler(loop, count_report, NULL);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(spawn_without_end), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_EQ(spawned, 1001);
    CHECK_EQ(reports, 2); /* the spawner, and the last of its children */
}

static int dropped;

CORUN_ASYNC(fail_at_once, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(-ENOENT);
    CORUN_END();
}
CORUN_DROP(fail_at_once) {
    (void)my;
    dropped++;
}

CORUN_ASYNC(spawn_eagerly_in_cleanup, (int count;), (int i;)) {
    static const corun_spawn_options eager = {.start = CORUN_START_EAGER};
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    for (my->i = 0; my->i < my->count; my->i++)
        CHECK_ERROR(corun_loop_spawn_with(NULL, CORUN_CALL(fail_at_once), &eager, NULL), 0);
    CORUN_END();
}

/* Those beyond the thousand are cancelled too, so that none begins. */
TEST(eager_tasks_of_the_close_never_begin)
{
    corun_loop *loop = test_open_sim(&runner);
    dropped = 0;
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(spawn_eagerly_in_cleanup, .count = 1002), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_EQ(dropped, 1002);
    CHECK_LOG("");
}

/* ------------------------------------------------------------------- time limit */

CORUN_ASYNC(never_die, (), (int n;)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(1));
        my->n++;
    }
    CORUN_END();
}

CORUN_DROP(never_die) {
    (void)my;
    test_log("drop");
}

static corun_loop *open_with_timeout(double seconds)
{
    corun_run_options options = {.loop_factory = corun_loop_sim, .close_timeout = seconds};
    corun_loop *loop = NULL;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    test_log_reports(loop);
    return loop;
}

/* where Corun decides */
TEST(closing_takes_no_longer_than_its_limit)
{
    corun_loop *loop = open_with_timeout(2.5);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(never_die), NULL), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(clean_up, .word = "clean", .seconds = 2), NULL), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(clean_up, .word = "slow", .seconds = 3), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("clean [Task was destroyed but it is pending!] [Task was destroyed but it is pending!] drop");
}

TEST(a_limit_that_is_not_reached_changes_nothing)
{
    corun_loop *loop = open_with_timeout(10);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(clean_up, .word = "clean", .seconds = 2), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("clean");
}

/* The interrupt ends the close in the round in which the limit is due, and would have its turn. */
TEST(a_limit_that_is_due_as_the_close_ends_goes_with_it)
{
    corun_loop *loop = open_with_timeout(2);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 2), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(never_die), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_INTERRUPTED);
    CHECK_LOG("[Task was destroyed but it is pending!] drop");
}

CORUN_ASYNC(wait_without_timer, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    test_log("not reached");
    CORUN_END();
}

CORUN_DROP(wait_without_timer) {
    (void)my;
    test_log("drop");
}

/* Neither for what is kept of it nor, with the second, for its timer: nothing is waited for then. */
TEST(without_memory_for_its_limit_a_close_abandons_all)
{
    for (int k = 1; k <= 2; k++) {
        corun_loop *loop = open_with_timeout(2);
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_without_timer), NULL), 0);
        CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
        test_fail_allocation(k);
        CHECK_ERROR(corun_runner_close(&runner), 0);
        CHECK(test_allocation_failed());
        test_fail_allocation(0);
        CHECK_EQ(test_allocations_in_use(), 0);
        CHECK_LOG("[Task was destroyed but it is pending!] drop");
    }
}

/* ---------------------------------------------------------------------- exit */

CORUN_ASYNC(exit_when_cancelled, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(10));
    CORUN_EXIT(9);
    CORUN_END();
}

CORUN_ASYNC(leave_an_exiting_one, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(exit_when_cancelled), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(clean_up, .word = "skipped", .seconds = 1), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* B62 B59 */
TEST(an_exit_during_close_abandons_the_rest)
{
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(leave_an_exiting_one), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_SYSTEM_EXIT);
    CHECK_LOG("[Task was destroyed but it is pending!] drop skipped");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST(run_gives_the_status_of_an_exit_during_close)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(leave_an_exiting_one), &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.tag, CORUN_INTEGER);
    CHECK_EQ(value.i, 9);
}

/* ------------------------------------------------------------------- abandoned */

CORUN_ASYNC(inner, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_END();
}

CORUN_DROP(inner) {
    (void)my;
    test_log("inner");
}

CORUN_ASYNC(outer, (int how; corun_future *future;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    if (my->how == 0)
        CORUN_AWAIT(CORUN_CALL(inner));
    if (my->how == 1)
        CORUN_AWAIT(corun_wait_future(my->future));
    if (my->how == 2)
        CORUN_AWAIT(corun_forever());
    if (my->how == 3)
        CORUN_RAISE(MY_ERROR, "kept during the cleanup");
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR() == MY_ERROR)
        CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log("not reached");
    CORUN_END();
}

CORUN_DROP(outer) {
    test_log("outer");
    test_log_number(my->how);
}

/* B51 B65: innermost first; whatever they waited for forgets them */
TEST(drops_run_when_a_loop_is_closed_under_its_tasks)
{
    corun_loop *loop = NULL;
    corun_future *future = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    for (int how = 0; how < 4; how++)
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(outer, .how = how, .future = future), NULL), 0);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_LOG("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]"
              " [Task was destroyed but it is pending!] [Task was destroyed but it is pending!]"
              " inner outer 0 outer 1 outer 2"); /* the fourth's own cleanup had begun */
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.i = 1)), 0);
    corun_future_release(future);
}

static void log_call(void *word)
{
    test_log(word);
}

CORUN_ASYNC(call_and_exit, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), log_call, "called", NULL), 0);
    CORUN_EXIT(2);
    CORUN_END();
}

/* B58: the later phases run the loop */
TEST(what_is_ready_when_close_begins_is_called)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(call_and_exit), NULL), CORUN_SYSTEM_EXIT);
    CHECK_LOG("called");
}

CORUN_ASYNC(close_an_empty_one, (corun_runner *other;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_runner_close(my->other), CORUN_RUNNING);
    CHECK_ERROR(corun_runner_close(my->other), 0);
    CORUN_END();
}

/* B66 */
TEST(closing_inside_another_loop_is_an_error_even_with_nothing_to_wait_for)
{
    corun_runner other;
    test_open_sim(&other);
    CHECK_ERROR(test_run_sim(CORUN_CALL(close_an_empty_one, .other = &other), NULL), 0);
}
