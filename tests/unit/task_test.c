/* Tasks: how they begin, what others see of them, how they end. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(say, (const char *word;), ()) {
    CORUN_BEGIN();
    test_log(my->word);
    CORUN_AWAIT(corun_yield());
    test_log(my->word);
    CORUN_END();
}

CORUN_ASYNC(give, (int value;), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(fail, (int error;), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(my->error);
    CORUN_END();
}

/* ------------------------------------------------------------------- begin */

/* T1 */
TEST_LOOP(a_task_begins_in_the_next_round_in_order, (int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "a"), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "b"), NULL), 0);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("a b");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("a b");
    CORUN_END();
}

TEST_LOOP(arguments_are_copied_when_a_task_is_spawned, (corun_task *tasks[3]; int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = my->n), &my->tasks[my->n]), 0);
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_AWAIT(corun_join(my->tasks[my->n]));
        CHECK_EQ(CORUN_RESULT().i, my->n);
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

TEST(spawning_needs_a_running_loop)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 1), &task), CORUN_NO_LOOP);
    CHECK(task == NULL);
    CHECK(corun_current_task() == NULL);
}

/* T1: no first step before the loop runs */
TEST(a_task_is_spawned_on_a_loop_that_does_not_run_yet)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    static const corun_awaitable empty;
    CHECK_ERROR(corun_loop_spawn(loop, empty, NULL), CORUN_NOT_AWAITABLE);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(say, .word = "early"), NULL), 0);
    CHECK_LOG("");
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_LOG("early early");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST_LOOP(any_awaitable_can_be_a_task, (corun_task *task; corun_task *outer; corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 5), &my->task), 0);
    CHECK_ERROR(corun_spawn(corun_join(my->task), &my->outer), 0);
    CORUN_AWAIT(corun_join(my->outer));
    CHECK_EQ(CORUN_RESULT().i, 5);
    corun_task_release(my->outer);
    corun_task_release(my->task);
    CHECK_ERROR(corun_spawn(corun_sleep(0), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

/* ------------------------------------------------------------- names, lists */

static long number_of(corun_task *task)
{
    const char *name = corun_task_name(task);
    CHECK(strncmp(name, "Task-", 5) == 0);
    return strtol(name + 5, NULL, 10);
}

/* T1 B14: counted over the whole process */
TEST_LOOP(names_are_numbered_unless_set, (corun_task *a; corun_task *b; char name[8];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give), &my->a), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(give), &my->b), 0);
    CHECK(number_of(my->a) > number_of(corun_current_task()));
    CHECK_EQ(number_of(my->b), number_of(my->a) + 1);
    strcpy(my->name, "server");
    CHECK_ERROR(corun_task_set_name(my->a, my->name), 0);
    my->name[0] = 'X';
    CHECK_TEXT(corun_task_name(my->a), "server");
    CHECK_ERROR(corun_task_set_name(my->a, ""), 0);
    CHECK_TEXT(corun_task_name(my->a), "");
    CORUN_AWAIT(corun_join(my->a));
    CHECK_TEXT(corun_task_name(my->a), "");
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

TEST_LOOP(without_memory_a_name_has_no_number, (corun_task *task;)) {
    CORUN_BEGIN();
    for (int k = 1; k <= 2; k++) { /* for the record that has it, for the name itself */
        CHECK_ERROR(corun_spawn(CORUN_CALL(give), &my->task), 0);
        test_fail_allocation(k);
        CHECK_TEXT(corun_task_name(my->task), "Task");
        test_fail_allocation(0);
        CHECK(number_of(my->task) > 0);
        corun_task_release(my->task);
    }
    CORUN_END();
}

CORUN_ASYNC(check_current, (corun_task **other;), (corun_task *self;)) {
    CORUN_BEGIN();
    my->self = corun_current_task();
    CHECK(my->self != NULL && my->self != *my->other);
    CORUN_AWAIT(corun_yield());
    CHECK(my->self == corun_current_task());
    CORUN_END();
}

static void check_no_task(void *unused)
{
    (void)unused;
    CHECK(corun_current_task() == NULL); /* L8 */
    CHECK(corun_current_loop() != NULL);
    test_log("callback");
}

/* T13 L8 */
TEST_LOOP(the_current_task_is_the_one_that_runs, (corun_task *self;)) {
    CORUN_BEGIN();
    my->self = corun_current_task();
    CHECK(my->self != NULL);
    CHECK_ERROR(corun_spawn(CORUN_CALL(check_current, .other = &my->self), NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), check_no_task, NULL, NULL), 0);
    CORUN_AWAIT(CORUN_CALL(give)); /* a call is the same task */
    CHECK(my->self == corun_current_task());
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK(my->self == corun_current_task());
    CHECK_LOG("callback");
    CORUN_END();
}

/* T13 */
TEST_LOOP(all_tasks_are_listed_until_they_are_done, (corun_task *a; corun_task *b; corun_task *all[8];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "a"), &my->a), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(give), &my->b), 0);
    CHECK_EQ(corun_all_tasks(corun_current_loop(), my->all, 8), 3);
    CHECK(my->all[0] == corun_current_task() && my->all[1] == my->a && my->all[2] == my->b);
    CHECK_EQ(corun_all_tasks(corun_current_loop(), NULL, 0), 3);
    my->all[1] = NULL;
    CHECK_EQ(corun_all_tasks(corun_current_loop(), my->all, 1), 3);
    CHECK(my->all[1] == NULL);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_all_tasks(corun_current_loop(), my->all, 8), 2);
    CHECK(my->all[1] == my->a);
    CORUN_AWAIT(corun_join(my->a));
    CHECK_EQ(corun_all_tasks(corun_current_loop(), my->all, 8), 1);
    corun_task_release(my->a);
    corun_task_release(my->b);
    CHECK_LOG("a a");
    CORUN_END();
}

/* --------------------------------------------------------------- end, result */

TEST_LOOP(a_task_is_asked_how_it_ended, (corun_task *task; corun_value value;)) {
    CORUN_BEGIN();
    my->value = CORUN_VALUE(.i = -1);
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 4), &my->task), 0);
    CHECK(!corun_task_done(my->task));
    CHECK_ERROR(corun_task_result(my->task, &my->value), CORUN_INVALID_STATE); /* F1 */
    CHECK(corun_task_failure(my->task) == NULL);
    CHECK_EQ(my->value.i, -1);
    CORUN_AWAIT(corun_yield());
    CHECK(corun_task_done(my->task) && !corun_task_cancelled(my->task));
    CHECK_ERROR(corun_task_result(my->task, &my->value), 0);
    CHECK_EQ(my->value.i, 4);
    CHECK_ERROR(corun_task_result(my->task, NULL), 0);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(a_task_is_joined_again_and_by_several, (corun_task *task; corun_task *others[2]; int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .error = MY_ERROR), &my->task), 0);
    for (my->n = 0; my->n < 2; my->n++)
        CHECK_ERROR(corun_spawn(corun_join(my->task), &my->others[my->n]), 0);
    for (my->n = 0; my->n < 2; my->n++) {
        CORUN_CATCH_AWAIT(corun_join(my->others[my->n]));
        CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
        corun_task_release(my->others[my->n]);
    }
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(join_it, (corun_task *task; const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    test_log(my->word);
    CORUN_END();
}

static void log_done(corun_task *task, void *word)
{
    CHECK(corun_task_done(task));
    test_log(word);
}

/* F2: joins and callbacks in the order in which they came, in a later round */
TEST_LOOP(whoever_waits_is_served_in_order, (corun_task *task; corun_loop *loop;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "task"), &my->task), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .task = my->task, .word = "one"), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_done, "two"), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .task = my->task, .word = "three"), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("task task three"); /* that join came after the end, and did not suspend */
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("one two");
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_done, "late"), 0);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("late");
    corun_task_release(my->task);
    CORUN_END();
}

/* F3 */
TEST_LOOP(joining_what_is_done_does_not_suspend, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 1), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "other"), NULL), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("");
    corun_task_release(my->task);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("other");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("other");
    CORUN_END();
}

/* ------------------------------------------------------------ what is refused */

CORUN_ASYNC(join_self, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(corun_current_task()));
    CORUN_END();
}

/* T11 */
TEST_LOOP(a_task_cannot_await_itself, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_self), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_SELF_AWAIT);
    corun_task_release(my->task);
    CORUN_END();
}

/* T11 */
TEST(a_task_of_another_loop_cannot_be_awaited)
{
    corun_runner runner, other;
    corun_task *task = NULL;
    test_open_sim(&runner);
    CHECK_ERROR(corun_loop_spawn(test_open_sim(&other), CORUN_CALL(give), &task), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_join(task), NULL, NULL), CORUN_OTHER_LOOP);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_runner_close(&other), 0);
    CHECK_ERROR(corun_task_result(task, NULL), CORUN_CANCELLED);
    corun_task_release(task);
}

/* ------------------------------------------------------------------ references */

CORUN_ASYNC(release_first, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(say, .word = "on"), &my->task), 0);
    corun_task_retain(my->task);
    corun_task_release(my->task);
    corun_task_release(my->task);
    corun_task_release(NULL);
    CORUN_AWAIT(corun_sleep(1)); /* the loop keeps it alive */
    CORUN_END();
}

TEST(a_task_outlives_its_references)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(release_first), NULL), 0);
    CHECK_LOG("on on");
}

TEST(a_reference_outlives_the_loop)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_task *task = NULL;
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(give, .value = 2), &task), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_task_result(task, &value), 0);
    CHECK_EQ(value.i, 2);
    CHECK_EQ(corun_task_cancel(task, "late"), 0);
    corun_task_release(task);
}

CORUN_ASYNC(leave_errors, (bool ask; bool join;), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .error = MY_ERROR), &my->task), 0);
    if (my->join)
        CORUN_CATCH_AWAIT(corun_join(my->task));
    else
        CORUN_AWAIT(corun_yield());
    if (my->ask)
        CHECK_ERROR(corun_task_result(my->task, NULL), MY_ERROR);
    test_log("release");
    corun_task_release(my->task);
    CORUN_END();
}

static void run_with_reports(corun_awaitable main)
{
    corun_runner runner;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, main, NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* F5 */
TEST(an_error_that_nobody_asked_for_is_reported_once)
{
    run_with_reports(CORUN_CALL(leave_errors));
    CHECK_LOG("release [Task exception was never retrieved] CORUN_USER-1");
    run_with_reports(CORUN_CALL(leave_errors, .ask = true));
    CHECK_LOG("release");
    run_with_reports(CORUN_CALL(leave_errors, .join = true));
    CHECK_LOG("release");
}

CORUN_ASYNC(leave_an_unwanted_one, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .error = MY_ERROR), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .error = CORUN_CANCELLED), NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 1), NULL), 0);
    CORUN_AWAIT(corun_yield());
    test_log("end");
    CORUN_END();
}

/* F5: as soon as nobody can ask any more; a result or a cancellation is silent */
TEST(without_a_reference_an_error_is_reported_at_once)
{
    run_with_reports(CORUN_CALL(leave_an_unwanted_one));
    CHECK_LOG("[Task exception was never retrieved] CORUN_USER-1 end");
}

static void check_report(corun_loop *loop, const corun_report *report, void *line)
{
    CHECK(loop != NULL && report->task != NULL && report->future == NULL);
    CHECK_TEXT(corun_task_name(report->task), "it");
    CHECK(report->where.file && strstr(report->where.file, "task_test.c"));
    CHECK_EQ(report->where.line, *(int *)line);
    CHECK_TEXT(report->failure->message, "the program's own error");
    test_log("reported");
}

CORUN_ASYNC(fail_by_name, (int *line;), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), check_report, my->line);
    *my->line = __LINE__ + 1;
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .error = MY_ERROR), &my->task), 0);
    CHECK_ERROR(corun_task_set_name(my->task, "it"), 0);
    corun_task_release(my->task);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

TEST(a_report_says_which_task_and_where_it_was_spawned)
{
    int line = 0;
    CHECK_ERROR(test_run_sim(CORUN_CALL(fail_by_name, .line = &line), NULL), 0);
    CHECK_LOG("reported");
}

static void log_word_of_task(corun_task *task, void *word)
{
    (void)task;
    test_log(word);
}

/* F2 */
TEST_LOOP(done_callbacks_of_a_task_are_taken_back, (corun_task *task; char *word;)) {
    CORUN_BEGIN();
    my->word = "done";
    CHECK_ERROR(corun_spawn(corun_yield(), &my->task), 0);
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_word_of_task, my->word), 0);
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_word_of_task, my->word), 0);
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_word_of_task, "other"), 0);
    CHECK_EQ(corun_task_remove_done_callback(my->task, log_word_of_task, my->word), 2);
    CORUN_AWAIT(corun_join(my->task));
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("other");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(give_word, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.bytes = "word", .size = 5);
    CORUN_END();
}

/* The last reference to the joined task is the wait's own. */
TEST_LOOP(bytes_outlive_the_task_that_gave_them, (corun_task *task, *outer; corun_value value;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give_word), &my->task), 0);
    CHECK_ERROR(corun_spawn(corun_join(my->task), &my->outer), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_release(my->task);
    CORUN_AWAIT(corun_join(my->outer));
    CHECK_TEXT(CORUN_RESULT().bytes, "word");
    corun_task_release(my->outer);
    CORUN_END();
}

static void never_ask(void *self, corun_waiter *waiter)
{
    *(corun_waiter **)self = waiter;
}

static void never_cancel(void *self, corun_waiter *waiter)
{
    (void)self, (void)waiter;
}

static const corun_awaitable_type answered_type = {"answered", never_ask, never_cancel};
static corun_waiter *asked;

CORUN_ASYNC(wait_for_answer, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_awaitable_of(&answered_type, &asked));
    CORUN_END();
}

/* What has woken them is given up with them, also the reference to what one has joined. */
TEST(tasks_that_are_woken_when_their_loop_is_closed)
{
    static const corun_value answer = {.tag = CORUN_BYTES, .bytes = "answer", .size = 7};
    corun_loop *loop;
    corun_future *future = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_loop_spawn(loop, corun_wait_future(future), NULL), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(wait_for_answer), NULL), 0);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_ERROR(corun_future_set(future, answer), 0);
    corun_future_release(future);
    corun_waiter_done(asked, 0, &answer);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_EQ(test_allocations_in_use(), 0);
    CHECK_LOG("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}
