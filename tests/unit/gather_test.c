/* corun_gather. asyncio W3. */
#include "endings.h"

#include <stdlib.h>

enum { MY_ERROR = CORUN_USER - 1, OTHER_ERROR = CORUN_USER - 2 };

CORUN_ASYNC(give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(give_text, (const char *text;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.bytes = my->text, .size = strlen(my->text) + 1);
    CORUN_END();
}

CORUN_ASYNC(fail, (int error; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RAISE(my->error, "on purpose");
    CORUN_END();
}

/* Swallows a cancellation, and takes a little longer then. */
CORUN_ASYNC(swallow, (int value; double longer;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(1000));
    CORUN_AWAIT(corun_sleep(my->longer));
    test_log_number(my->value);
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(owns, (const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}
CORUN_DROP(owns) { test_log(my->word); }

/* GA-01 */
TEST_LOOP(results_come_in_the_order_of_the_arguments, (corun_outcome results[4]; corun_future *x;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->x), 0);
    corun_future_set(my->x, CORUN_VALUE(.i = 9));
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give, .value = 1, .seconds = 0.003), corun_wait_future(my->x),
                                        CORUN_CALL(give, .value = 2), corun_wait_future(my->x)),
                             my->results, 0));
    for (int i = 0; i < 4; i++) {
        CHECK_ERROR(my->results[i].error, 0);
        test_log_number(my->results[i].value.i);
    }
    CHECK_LOG("1 9 2 9");
    corun_future_release(my->x);
    CORUN_END();
}

CORUN_ASYNC(gathers_done, (corun_future *future; int *done;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(NULL, 0, NULL, 0));
    CORUN_AWAIT(corun_gather(CORUN_LIST(corun_wait_future(my->future)), NULL, 0));
    *my->done = 1;
    CORUN_END();
}

/* GA-01, E4: of nothing, and of what is done, it does not suspend */
TEST_LOOP(of_what_is_done_it_is_done, (corun_future *future; int done;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->future), 0);
    corun_future_set(my->future, CORUN_VALUE());
    CHECK_ERROR(corun_spawn(CORUN_CALL(gathers_done, .future = my->future, .done = &my->done), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(my->done, 1);
    corun_future_release(my->future);
    CORUN_END();
}

CORUN_ASYNC(first_error, (), (corun_task *ok;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 3, .seconds = 5), &my->ok), 0);
    CORUN_CATCH_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(fail, .error = OTHER_ERROR, .seconds = 2), corun_join(my->ok),
                                              CORUN_CALL(fail, .error = MY_ERROR, .seconds = 1)),
                                   NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CHECK(!corun_task_done(my->ok));
    CORUN_AWAIT(corun_join(my->ok));
    CHECK_EQ(CORUN_RESULT().i, 3);
    corun_task_release(my->ok);
    CORUN_END();
}

/* GA-02 */
TEST(the_first_error_comes_at_once_and_later_ones_are_not_told_of)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(first_error), NULL, NULL), 0);
    corun_runner_close(&runner);
    CHECK_LOG("");
}

TEST_LOOP(errors_as_results, (corun_outcome results[3]; corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = 10), &my->task), 0);
    corun_task_cancel(my->task, NULL);
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(fail, .error = MY_ERROR), corun_join(my->task), CORUN_CALL(give, .value = 1)),
                             my->results, CORUN_RETURN_ERRORS));
    CHECK_ERROR(my->results[0].error, MY_ERROR);
    CHECK_ERROR(my->results[1].error, CORUN_CANCELLED); /* W3: a value like others */
    CHECK_EQ(my->results[2].value.i, 1);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(a_cancelled_child_without_that_is_an_error, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .seconds = 10), &my->task), 0);
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_gather(CORUN_LIST(corun_join(my->task), CORUN_CALL(give, .seconds = 0.001)), NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 0);
    corun_task_release(my->task);
    CORUN_END();
}

/* Bytes live as long as the coroutine that awaits them, or until it gathers there again. */
TEST_LOOP(bytes_stay, (corun_outcome results[2]; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++) {
        CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give_text, .text = "one"), CORUN_CALL(give_text, .text = "two")),
                                 my->results, 0));
        CORUN_AWAIT(corun_sleep(0.001));
        CHECK_TEXT(my->results[0].value.bytes, "one");
        CHECK_TEXT(my->results[1].value.bytes, "two");
    }
    CORUN_END();
}

/* ---------------------------------------------------------------- cancellation */

CORUN_ASYNC(gather_swallowers, (int flags;), (corun_outcome results[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(swallow, .value = 1, .longer = 0.002), CORUN_CALL(swallow, .value = 2)),
                             my->results, my->flags));
    test_log("not reached");
    CORUN_END();
}

/* W3: all are cancelled and waited for, and it ends cancelled though they swallowed it */
TEST_LOOP(cancelling_cancels_all_and_waits, (corun_task *task; int flags;)) {
    CORUN_BEGIN();
    for (my->flags = 0; my->flags < 2; my->flags++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(gather_swallowers, .flags = my->flags), &my->task), 0);
        CORUN_AWAIT(corun_sleep(0.001));
        corun_task_cancel(my->task, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK_LOG("2 1");
        corun_task_release(my->task);
    }
    CORUN_END();
}

CORUN_ASYNC(gather_join, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(CORUN_LIST(corun_join(my->task)), NULL, 0));
    CORUN_END();
}

static void cancel_when_done(corun_task *task, void *argument)
{
    (void)task;
    corun_task_cancel(argument, NULL);
}

/* T6: when all are done, but it has not been told */
TEST_LOOP(cancelled_when_all_are_done, (corun_task *inner, *outer; bool fails;)) {
    CORUN_BEGIN();
    do {
        my->fails = !my->fails;
        CHECK_ERROR(corun_spawn(CORUN_CALL(fail, .error = my->fails ? MY_ERROR : CORUN_USER, .seconds = 0.001), &my->inner), 0);
        corun_task_add_done_callback(my->inner, cancel_when_done, NULL);
        corun_task_remove_done_callback(my->inner, cancel_when_done, NULL);
        CHECK_ERROR(corun_spawn(CORUN_CALL(gather_join, .task = my->inner), &my->outer), 0);
        corun_task_add_done_callback(my->inner, cancel_when_done, my->outer);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        corun_task_release(my->outer);
        corun_task_release(my->inner);
    } while (my->fails);
    CORUN_END();
}

static void cancel_and_take_back(corun_task *task, void *argument)
{
    (void)task;
    CHECK_EQ(corun_task_cancel(argument, NULL), 1);
    CHECK_EQ(corun_task_uncancel(argument), 0);
}

/* T6 T9: what has cancelled no child leaves nothing when it is taken back. */
TEST_LOOP(cancelled_when_all_are_done_and_taken_back, (corun_task *inner, *outer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(give, .value = 1, .seconds = 0.001), &my->inner), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(gather_join, .task = my->inner), &my->outer), 0);
    corun_task_add_done_callback(my->inner, cancel_and_take_back, my->outer); /* ahead of what tells the gather */
    CORUN_CATCH_ALL_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), 0);
    corun_task_release(my->outer);
    corun_task_release(my->inner);
    CORUN_END();
}

CORUN_ASYNC(gather_other, (corun_task **other;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(CORUN_LIST(corun_join(*my->other)), NULL, 0));
    CORUN_END();
}

/* Two that gather each other: nobody hangs or recurses without end. */
TEST_LOOP(a_circle_can_be_cancelled, (corun_task *a, *b;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(gather_other, .other = &my->b), &my->a), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(gather_other, .other = &my->a), &my->b), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    corun_task_cancel(my->a, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->a));
    CORUN_CATCH_ALL_AWAIT(corun_join(my->b));
    CHECK(corun_task_cancelled(my->a) && corun_task_cancelled(my->b));
    corun_task_release(my->a);
    corun_task_release(my->b);
    CORUN_END();
}

/* ---------------------------------------------------------------- refusals, memory */

TEST_LOOP(refusals, (corun_awaitable none;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(owns, .word = "before"), my->none, CORUN_CALL(owns, .word = "behind")), NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_AWAITABLE);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("behind before");
    CORUN_CATCH_AWAIT(corun_gather(&my->none, (size_t)1 << 30, NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CORUN_END();
}

static __attribute__((noinline)) int spawn_gather(corun_outcome *results, corun_task **out_task)
{
    return corun_spawn(corun_gather(CORUN_LIST(CORUN_CALL(give, .value = 1), CORUN_WAIT_FOR(CORUN_CALL(give, .value = 2), 1)),
                                    results, 0),
                       out_task);
}

static __attribute__((noinline)) void write_over_the_stack(void)
{
    volatile char waste[2048];
    for (size_t i = 0; i < sizeof waste; i++)
        waste[i] = 0x55;
}

TEST_LOOP(spawned_its_list_is_copied, (corun_task *task; corun_outcome results[2];)) {
    CORUN_BEGIN();
    CHECK_ERROR(spawn_gather(my->results, &my->task), 0);
    write_over_the_stack();
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(my->results[0].value.i * 10 + my->results[1].value.i, 12);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(some, (int flags;), (corun_outcome results[3];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give, .seconds = 1), CORUN_CALL(give_text, .text = "text"),
                                        corun_gather(CORUN_LIST(CORUN_CALL(give), corun_sleep(2)), NULL, 0)),
                             my->results, my->flags));
    CHECK_TEXT(my->results[1].value.bytes, "text");
    CORUN_END();
}

TEST(interrupted_before_each_step)
{
    for (int flags = 0; flags < 2; flags++)
        end_before_each_step(CORUN_CALL(some, .flags = flags), 0, 1, 100);
}

TEST(closed_in_each_round)
{
    end_with_the_loop(CORUN_CALL(some), 1, 19);
}

TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_CALL(some), 0, 200);
}

static int ended[2];

CORUN_ASYNC(counts_its_end, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY();
    ended[my->n]++;
    CORUN_END();
}
CORUN_DROP(counts_its_end) { ended[my->n]++; }

CORUN_ASYNC(gather_two, (), ()) {
    CORUN_BEGIN();
    ended[0] = ended[1] = 0;
    CORUN_CATCH_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(counts_its_end, .n = 0), CORUN_CALL(counts_its_end, .n = 1)), NULL, 0));
    CHECK(CORUN_ERROR() == 0 || CORUN_ERROR() == -ENOMEM);
    CORUN_AWAIT(corun_sleep(2));
    CHECK_EQ(ended[0], 1);
    CHECK_EQ(ended[1], 1);
    CORUN_END();
}

/* By its cleanup or its drop, whatever has been begun by then. */
TEST(without_memory_each_argument_ends_once)
{
    end_without_memory(CORUN_CALL(gather_two), 0, 100);
}

/* Without a place for results their bytes are not kept; nor are those of a gather before into the same place. */
TEST_LOOP(bytes_that_nobody_can_see_go, (corun_outcome results[2][1]; long before; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give_text, .text = "first")), my->results[0], 0));
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give_text, .text = "second")), my->results[1], 0));
    CHECK_TEXT(my->results[0][0].value.bytes, "first"); /* another place */
    my->before = test_allocations_in_use();
    for (my->i = 0; my->i < 3; my->i++) {
        CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give_text, .text = "third")), my->results[my->i % 2], 0));
        CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(give_text, .text = "fourth")), NULL, 0));
        CHECK_EQ(test_allocations_in_use(), my->before);
    }
    CHECK_TEXT(my->results[0][0].value.bytes, "third");
    CHECK_TEXT(my->results[1][0].value.bytes, "third");
    CORUN_END();
}

/* Many: one cancel ends them all, and the memory comes back. */
enum { MANY = 2000 };

CORUN_ASYNC(many, (), (corun_awaitable *sleeps;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->sleeps = malloc(MANY * sizeof *my->sleeps);
    for (int i = 0; i < MANY; i++)
        my->sleeps[i] = corun_sleep(1000);
    CORUN_AWAIT(corun_gather(my->sleeps, MANY, NULL, 0));
    CORUN_FINALLY();
    free(my->sleeps);
    CORUN_END();
}

TEST_LOOP(many_end_with_one_cancel, (corun_task *task; long before;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(many), &my->task), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(my->task);
    CHECK_EQ(corun_all_tasks(corun_current_loop(), NULL, 0), 1);
    CORUN_END();
}

/* Awaits what does not suspend, after an interrupt that it has asked for itself. */
CORUN_ASYNC(passes_an_interrupt, (corun_loop *loop;), (corun_future *done; corun_timeout timeout; corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_future_create(NULL, &my->done), 0);
    corun_future_set(my->done, CORUN_VALUE(.i = 4));
    CORUN_TRY();
    corun_sim_interrupt_at(my->loop, corun_loop_time(my->loop));
    CORUN_AWAIT(corun_wait_future(my->done));
    CORUN_AWAIT(CORUN_SHIELD(corun_wait_future(my->done)));
    CORUN_AWAIT(CORUN_WAIT_FOR(corun_wait_future(my->done), 10));
    CORUN_AWAIT(corun_gather(CORUN_LIST(corun_wait_future(my->done)), NULL, 0));
    CHECK_ERROR(corun_timeout_open(&my->timeout, 10), 0);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_AWAIT(corun_group_close(&my->group));
    test_log("passed");
    CORUN_AWAIT(corun_sleep(10));
    test_log("not reached");
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    corun_future_release(my->done);
    CORUN_END();
}

/* SIG-10, B42; its lock and its queue are with theirs */
TEST(a_pending_interrupt_passes_awaits_that_do_not_suspend)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(passes_an_interrupt, .loop = loop), NULL, NULL), CORUN_INTERRUPTED);
    corun_runner_close(&runner);
    CHECK_LOG("passed CORUN_CANCELLED");
}
