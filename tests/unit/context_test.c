/* Context variables: who sees what, and who holds what. */
#include "test.h"

#include <errno.h>

static char one[] = "1", two[] = "2", three[] = "3", initial[] = "-1";
static const corun_var var = {.name = "var", .initial = initial};

static void log_var(void *unused)
{
    (void)unused;
    test_log(corun_var_get(&var));
}

static void set_var(void *value)
{
    log_var(NULL);
    CHECK_ERROR(corun_var_set(&var, value, NULL), 0);
}

CORUN_ASYNC(set_and_tell, (char *value; corun_awaitable wait;), ()) {
    CORUN_BEGIN();
    set_var(my->value);
    CORUN_AWAIT(my->wait);
    log_var(NULL);
    CORUN_END();
}

/* TASK-15, L8 */
TEST_LOOP(a_task_and_a_callback_begin_with_their_creators_values, (corun_task *task;)) {
    CORUN_BEGIN();
    corun_var_set(&var, one, NULL);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), set_var, three, NULL), 0);
    corun_var_set(&var, two, NULL);
    CHECK_ERROR(corun_spawn(CORUN_CALL(set_and_tell, .value = three, .wait = corun_yield()), &my->task), 0);
    corun_var_set(&var, three, NULL);
    CORUN_AWAIT(corun_join(my->task));
    log_var(NULL);
    CHECK_LOG("1 2 3 3");
    corun_task_release(my->task);
    CORUN_END();
}

static void set_when_done(corun_future *future, void *value)
{
    (void)future;
    set_var(value);
}

/* F2 */
TEST_LOOP(a_done_callback_has_the_context_of_its_registration, (corun_future *future;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    corun_var_set(&var, one, NULL);
    CHECK_ERROR(corun_future_add_done_callback(my->future, set_when_done, three), 0);
    corun_var_set(&var, two, NULL);
    corun_future_set(my->future, CORUN_VALUE());
    CORUN_AWAIT(corun_yield());
    log_var(NULL);
    CHECK_LOG("1 2");
    corun_future_release(my->future);
    CORUN_END();
}

/* RNR-15, B20 */
TEST(a_runner_keeps_its_context_over_its_runs)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_runner runner;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(set_and_tell, .value = one, .wait = corun_yield()), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(set_and_tell, .value = two, .wait = corun_yield()), NULL, NULL), 0);
    CHECK_LOG("-1 1 1 2");
    CHECK_TEXT(corun_var_get(&var), "-1"); /* not the caller's */
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* B20: what the caller sets after the loop was made is not seen inside */
TEST(a_runners_context_is_of_the_moment_its_loop_was_made)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_var_token token;
    corun_loop *loop;
    corun_runner runner;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_var_set(&var, one, &token), 0);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    CHECK_ERROR(corun_var_reset(&var, &token), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(set_and_tell, .value = two, .wait = corun_yield()), NULL, NULL), 0);
    CHECK_LOG("1 2");
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_ERROR(corun_var_set(&var, one, &token), 0);
    CHECK_ERROR(corun_var_reset(&var, &token), 0);
}

/* RNR-17 */
TEST(an_explicit_context_is_used_itself)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_context *context;
    corun_runner runner;
    corun_runner_open(&runner, &options);
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(set_and_tell, .value = three, .wait = corun_yield()), context, NULL), 0);
    CHECK_TEXT(corun_context_get(context, &var), "3");
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(set_and_tell, .value = one, .wait = corun_yield()), NULL, NULL), 0);
    CHECK_LOG("-1 3 -1 1");
    CHECK_TEXT(corun_context_get(context, &var), "3");
    corun_context_release(context);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static void enter_again(void *context)
{
    CHECK_ERROR(corun_context_run(context, log_var, NULL), CORUN_INVALID_STATE);
    set_var(two);
}

TEST(a_context_is_entered_once_at_a_time)
{
    corun_context *context;
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_context_run(context, enter_again, context), 0);
    CHECK_ERROR(corun_context_run(context, log_var, NULL), 0);
    log_var(NULL);
    CHECK_LOG("-1 2 -1");
    corun_context_release(context);
    corun_context_release(NULL);
}

static void run_inside(void *unused)
{
    (void)unused;
    set_var(one);
    CHECK_ERROR(test_run_sim(CORUN_CALL(set_and_tell, .value = two, .wait = corun_yield()), NULL), 0);
    log_var(NULL);
}

TEST(a_loop_inside_a_context_has_its_own)
{
    corun_context *context;
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_context_run(context, run_inside, NULL), 0);
    CHECK_LOG("-1 1 2 1");
    corun_context_release(context);
}

/* ------------------------------------------------------------------- tokens */

TEST(a_token_is_good_once_and_for_its_own_variable)
{
    static const corun_var other = {.name = "other", .initial = initial};
    corun_var_token first, second, never = CORUN_VAR_TOKEN_INIT;
    corun_context *context;
    CHECK_ERROR(corun_context_copy(&context), 0);
    corun_context_release(context);
    CHECK_ERROR(corun_var_set(&var, one, &first), 0);
    CHECK_ERROR(corun_var_set(&var, two, &second), 0);
    CHECK_ERROR(corun_var_reset(&other, &second), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_var_reset(&var, &second), 0);
    CHECK_TEXT(corun_var_get(&var), "1");
    CHECK_ERROR(corun_var_reset(&var, &second), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_var_reset(&var, &never), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_var_reset(&var, &first), 0);
    CHECK_TEXT(corun_var_get(&var), "-1");
}

/* --------------------------------------------------------------- many, counted */

enum { MANY = 200 };
static corun_var many[MANY];
static int held[MANY];

static void hold(void *value)
{
    ++*(int *)value;
}

static void let_go(void *value)
{
    --*(int *)value;
}

static void check_nothing_held(void)
{
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(held[i], 0);
}

static void set_many(void *unused)
{
    int *expected[MANY] = {NULL};
    unsigned seed = 7;
    (void)unused;
    for (int k = 0; k < MANY; k++)
        many[k] = (corun_var){.name = "many", .retain = hold, .release = let_go};
    for (int i = 0; i < 5000; i++) {
        int k = (int)((seed = seed * 1103515245 + 12345) >> 16) % MANY;
        expected[k] = &held[(seed >> 8) % MANY];
        if (corun_var_set(&many[k], expected[k], NULL) < 0)
            return;
    }
    for (int k = 0; k < MANY; k++)
        CHECK(corun_var_get(&many[k]) == expected[k]);
}

static void run_in_copy(void (*function)(void *), void *argument)
{
    corun_context *context;
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_context_run(context, function, argument), 0);
    corun_context_release(context);
}

TEST(five_thousand_sets_against_an_array)
{
    run_in_copy(set_many, NULL);
    check_nothing_held();
}

TEST(a_set_without_memory_changes_nothing)
{
    for (long k = 1; k < 200; k += 7) {
        corun_context *context;
        CHECK_ERROR(corun_context_copy(&context), 0);
        test_fail_allocation(k);
        CHECK_ERROR(corun_context_run(context, set_many, NULL), 0);
        CHECK(test_allocation_failed());
        test_fail_allocation(0);
        corun_context_release(context);
        check_nothing_held();
    }
}

/* Values go and the others stay, whatever the order: what is reset may have others below it, on either side. */
static void reset_many(void *order)
{
    static corun_var_token tokens[2][MANY];
    int step = *(int *)order;
    for (int k = 0; k < MANY; k++)
        many[k] = (corun_var){.name = "many", .retain = hold, .release = let_go};
    for (int turn = 0; turn < 2; turn++)
        for (int k = 0; k < MANY; k++)
            CHECK_ERROR(corun_var_set(&many[k], &held[(k + turn) % MANY], &tokens[turn][k]), 0);
    for (int turn = 1; turn >= 0; turn--) {
        for (int i = 0; i < MANY; i++) {
            CHECK_ERROR(corun_var_reset(&many[i * step % MANY], &tokens[turn][i * step % MANY]), 0);
            for (int at = 0; at < MANY; at++) {
                int k = at * step % MANY;
                int *expected = at > i ? &held[(k + turn) % MANY] : turn == 1 ? &held[k] : NULL;
                CHECK(corun_var_get(&many[k]) == expected);
            }
        }
    }
    check_nothing_held(); /* neither in the tree, which is empty, nor by a token */
}

TEST(variables_are_reset_in_any_order)
{
    static int orders[] = {1, 7, 77, 199};
    for (int i = 0; i < 4; i++)
        run_in_copy(reset_many, &orders[i]);
}

static void set_and_reset_without_memory(void *unused)
{
    corun_var_token token;
    (void)unused;
    many[0] = (corun_var){.name = "one", .retain = hold, .release = let_go};
    CHECK_ERROR(corun_var_set(&many[0], &held[0], NULL), 0);
    test_fail_allocation(1);
    CHECK_ERROR(corun_var_set(&many[0], &held[1], &token), -ENOMEM);
    CHECK(corun_var_get(&many[0]) == &held[0]);
    CHECK_EQ(held[0], 1);
    CHECK_ERROR(corun_var_set(&many[0], &held[1], &token), 0);
    test_fail_allocation(1);
    CHECK_ERROR(corun_var_reset(&many[0], &token), -ENOMEM);
    CHECK(corun_var_get(&many[0]) == &held[1]);
    CHECK_ERROR(corun_var_reset(&many[0], &token), 0); /* it is still good */
    CHECK(corun_var_get(&many[0]) == &held[0]);
    CHECK_EQ(held[0], 1);
    CHECK_EQ(held[1], 0);
}

TEST(a_token_without_memory_changes_nothing)
{
    run_in_copy(set_and_reset_without_memory, NULL);
    check_nothing_held();
}
