/* How tasks begin: eagerly or later, named, in a context, by a factory. asyncio E1-E5, B21. */
#include "test.h"

#include <errno.h>

static const corun_spawn_options eager = {.start = CORUN_START_EAGER};

CORUN_ASYNC(log_and_wait, (const char *before; corun_awaitable wait; const char *after;), ()) {
    CORUN_BEGIN();
    test_log(my->before);
    if (my->wait.type)
        CORUN_AWAIT(my->wait);
    test_log(my->after);
    CORUN_RETURN(.i = 7);
    CORUN_END();
}

static int spawn_eagerly(corun_awaitable awaitable, corun_task **out_task)
{
    return corun_loop_spawn_with(NULL, awaitable, &eager, out_task);
}

static void log_done(corun_task *task, void *word)
{
    CHECK(corun_task_done(task));
    test_log(word);
}

/* EAG-01 E2 */
TEST_LOOP(an_eager_task_that_never_waits_is_done_at_once, (corun_task *task; corun_value value;)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(log_and_wait, .before = "a", .after = "b"), &my->task), 0);
    CHECK_LOG("a b");
    CHECK(corun_task_done(my->task));
    CHECK_ERROR(corun_task_result(my->task, &my->value), 0);
    CHECK_EQ(my->value.i, 7);
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_done, "done"), 0);
    CHECK_LOG(""); /* scheduled, never called inline */
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("done");
    corun_task_release(my->task);
    CORUN_END();
}

/* EAG-02 */
TEST_LOOP(an_eager_task_that_waits_goes_on_as_others_do, (corun_task *task, *self;)) {
    CORUN_BEGIN();
    my->self = corun_current_task();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(log_and_wait, .before = "a", .wait = corun_yield(), .after = "b"),
                              &my->task),
                0);
    CHECK(corun_current_task() == my->self);
    CHECK(!corun_task_done(my->task));
    CHECK_LOG("a");
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("b");
    corun_task_release(my->task);
    CORUN_END();
}

static corun_task *seen_current;
static size_t seen_tasks;

CORUN_ASYNC(look_round, (), ()) {
    CORUN_BEGIN();
    seen_current = corun_current_task();
    seen_tasks = corun_all_tasks(corun_current_loop(), NULL, 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* E2 E4 */
TEST_LOOP(during_its_first_step_it_is_the_current_task, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(look_round), &my->task), 0);
    CHECK(seen_current == my->task);
    CHECK_EQ(seen_tasks, 2);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

/* E1 */
TEST(nothing_is_eager_before_the_loop_runs)
{
    corun_loop *loop;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    corun_loop_set_task_factory(loop, corun_eager_task_factory, NULL);
    CHECK(corun_loop_get_task_factory(loop) == corun_eager_task_factory);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(log_and_wait, .before = "a", .after = "b"), NULL), 0);
    CHECK_LOG("");
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_LOG("a b");
    corun_loop_close(loop);
}

CORUN_ASYNC(fail_with, (int error;), ()) {
    CORUN_BEGIN();
    if (my->error == CORUN_SYSTEM_EXIT)
        CORUN_EXIT(3);
    CORUN_RAISE(my->error);
    CORUN_END();
}

/* E3 */
TEST_LOOP(an_error_of_the_first_step_is_the_tasks, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(fail_with, .error = -ENOENT), &my->task), 0);
    CHECK_ERROR(corun_task_result(my->task, NULL), -ENOENT);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(spawn_one_that_exits, (), (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(fail_with, .error = CORUN_SYSTEM_EXIT), &my->task), CORUN_SYSTEM_EXIT);
    CHECK(my->task == NULL);
    test_log("goes on to its next await");
    CORUN_AWAIT(corun_yield());
    test_log("never");
    CORUN_END();
}

/* E3 */
TEST(an_exit_of_the_first_step_leaves_the_loop_and_is_told)
{
    corun_value value;
    CHECK_ERROR(test_run_sim(CORUN_CALL(spawn_one_that_exits), &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 3);
    CHECK_LOG("goes on to its next await");
}

CORUN_ASYNC(spawn_after_two_interrupts, (), (corun_task *task;)) {
    CORUN_BEGIN();
    corun_interrupt();
    corun_interrupt();
    CHECK(corun_interrupted()); /* from here on the loop is to be left */
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(fail_with, .error = -ENOENT), &my->task), 0);
    CHECK_ERROR(corun_task_result(my->task, NULL), -ENOENT);
    corun_task_release(my->task);
    CORUN_END();
}

/* E3: an error of its own, whatever else leaves the loop */
TEST(an_error_of_the_first_step_is_the_tasks_also_while_the_loop_is_left)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(spawn_after_two_interrupts), NULL), CORUN_INTERRUPTED);
}

CORUN_ASYNC(cancel_itself, (), ()) {
    CORUN_BEGIN();
    corun_task_cancel(corun_current_task(), NULL);
    test_log("asked");
    CORUN_AWAIT(corun_yield());
    test_log("never");
    CORUN_END();
}

/* E5 */
TEST_LOOP(a_task_that_cancels_itself_is_cancelled_where_it_first_waits, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(cancel_itself), &my->task), 0);
    CHECK_LOG("asked");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("");
    corun_task_release(my->task);
    CORUN_END();
}

static char outer[] = "outer", inner[] = "inner";
static const corun_var var = {.name = "var"};

CORUN_ASYNC(set_inner, (), ()) {
    CORUN_BEGIN();
    test_log(corun_var_get(&var));
    CHECK_ERROR(corun_var_set(&var, inner, NULL), 0);
    CORUN_AWAIT(corun_yield());
    test_log(corun_var_get(&var));
    CORUN_END();
}

/* EAG-04 E2 */
TEST_LOOP(it_runs_in_a_copy_of_the_context, (corun_task *task; corun_context *context;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&var, outer, NULL), 0);
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(set_inner), &my->task), 0);
    CHECK_TEXT(corun_var_get(&var), "outer");
    CHECK_ERROR(corun_task_context(my->task, &my->context), 0);
    CHECK_TEXT(corun_context_get(my->context, &var), "inner");
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("outer inner");
    corun_context_release(my->context);
    corun_task_release(my->task);
    CORUN_END();
}

static void spawn_in_context(void *task)
{
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(set_inner), task), 0);
    CHECK_TEXT(corun_var_get(&var), "outer");
}

TEST_LOOP(it_leaves_the_context_that_is_entered_alone, (corun_task *task; corun_context *context;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&var, outer, NULL), 0);
    CHECK_ERROR(corun_context_copy(&my->context), 0);
    CHECK_ERROR(corun_context_run(my->context, spawn_in_context, &my->task), 0);
    CHECK_TEXT(corun_context_get(my->context, &var), "outer");
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("outer inner");
    corun_context_release(my->context);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(spawn_deeper, (int depth;), (corun_task *task;)) {
    CORUN_BEGIN();
    if (my->depth > 0)
        CHECK_ERROR(spawn_eagerly(CORUN_CALL(spawn_deeper, .depth = my->depth - 1), NULL), 0);
    if (my->depth == 0)
        test_log("deepest");
    CORUN_END();
}

TEST_LOOP(eager_starts_nest_to_a_depth, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(spawn_deeper, .depth = 63), NULL), 0);
    CHECK_LOG("deepest");
    CHECK_ERROR(spawn_eagerly(CORUN_CALL(spawn_deeper, .depth = 64), NULL), 0);
    CHECK_LOG(""); /* begins in the next round */
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("deepest");
    CORUN_END();
}

/* ----------------------------------------------------------------- options */

TEST_LOOP(options_name_a_task_and_give_it_a_context, (corun_task *task; corun_context *context;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_context_copy(&my->context), 0);
    corun_spawn_options options = {.name = "gatherer", .context = my->context};
    CHECK_ERROR(corun_loop_spawn_with(NULL, CORUN_CALL(set_inner), &options, &my->task), 0);
    CHECK_TEXT(corun_task_name(my->task), "gatherer");
    CORUN_AWAIT(corun_join(my->task));
    CHECK_TEXT(corun_context_get(my->context, &var), "inner"); /* itself, not a copy */
    CHECK(corun_var_get(&var) == NULL);
    corun_context_release(my->context);
    corun_task_release(my->task);
    CORUN_END();
}

TEST(options_do_not_replace_the_checks)
{
    corun_loop *loop;
    corun_awaitable empty = {NULL, NULL, {0}, 0};
    CHECK_ERROR(corun_loop_spawn_with(NULL, corun_yield(), &eager, NULL), CORUN_NO_LOOP);
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_spawn_with(loop, empty, &eager, NULL), CORUN_NOT_AWAITABLE);
    corun_loop_close(loop);
}

TEST(a_named_task_without_memory_is_not_made)
{
    corun_loop *loop;
    corun_spawn_options options = {.name = "gatherer"};
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    for (int k = 1; k <= 3; k++) {
        test_fail_allocation(k);
        CHECK_ERROR(corun_loop_spawn_with(loop, corun_yield(), &options, NULL), -ENOMEM);
        CHECK_EQ(corun_all_tasks(loop, NULL, 0), 0);
    }
    test_fail_allocation(0);
    corun_loop_close(loop);
}

/* ----------------------------------------------------------------- factories */

static int count_tasks(corun_loop *loop, corun_awaitable awaitable, const corun_spawn_options *options,
                       void *count, corun_task **out_task)
{
    if (++*(int *)count > 2)
        return -EAGAIN;
    return corun_task_create(loop, awaitable, options, out_task);
}

CORUN_ASYNC(spawn_two, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(corun_yield(), NULL), 0);
    CHECK_ERROR(corun_spawn(corun_yield(), NULL), -EAGAIN); /* the factory's own error */
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

/* B21 */
TEST(the_factory_makes_every_task_main_too)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    int count = 0;
    corun_loop_set_task_factory(loop, count_tasks, &count);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(spawn_two), NULL, NULL), 0);
    CHECK_EQ(count, 3);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(spawn_two), NULL, NULL), -EAGAIN);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(spawn_usual_and_later, (), ()) {
    CORUN_BEGIN();
    corun_spawn_options later = {.start = CORUN_START_LATER};
    corun_spawn(CORUN_CALL(log_and_wait, .before = "a", .after = "b"), NULL);
    corun_loop_spawn_with(NULL, CORUN_CALL(log_and_wait, .before = "c", .after = "d"), &later, NULL);
    test_log("main");
    CORUN_END();
}

/* E4 */
TEST(the_eager_factory_is_overridden_by_options)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_loop_set_task_factory(loop, corun_eager_task_factory, NULL);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(spawn_usual_and_later), NULL, NULL), 0);
    CHECK_LOG("a b main c d");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}
