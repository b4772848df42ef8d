/* The macros of coroutine.h: what lives across awaits, exits, cleanups, drops, values, errors. */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1, OTHER_ERROR = CORUN_USER - 2 };

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(add, (int a; int b;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->a + my->b);
    CORUN_END();
}

CORUN_ASYNC(fail_with, (int error; bool late;), ()) {
    CORUN_BEGIN();
    if (my->late)
        CORUN_AWAIT(corun_yield());
    CORUN_RAISE(my->error);
    CORUN_END();
}

/* ------------------------------------------------------------------ values */

TEST_LOOP(values_come_back, (int64_t i; double f; void *p;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->i, i, CORUN_CALL(add, .a = 2, .b = 3));
    CHECK_EQ(my->i, 5);
    CHECK_EQ(CORUN_RESULT().tag, CORUN_INTEGER);
    CORUN_AWAIT(CORUN_CALL(nothing));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    CORUN_END();
}

CORUN_ASYNC(give_double, (), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.f = 1.5);
    CORUN_END();
}

CORUN_ASYNC(give_pointer, (void *p;), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.p = my->p);
    CORUN_END();
}

CORUN_ASYNC(give_bytes, (), (char text[8];)) {
    CORUN_BEGIN();
    CORUN_TRY();
    strcpy(my->text, "bytes!");
    CORUN_RETURN(.bytes = my->text, .size = 7);
    CORUN_FINALLY();
    my->text[0] = 'X'; /* they were copied */
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

TEST_LOOP(values_of_each_kind, (double f; void *p; corun_task *task; corun_value value;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->f, f, CORUN_CALL(give_double));
    CHECK(my->f > 1.4 && my->f < 1.6);
    CHECK_EQ(CORUN_RESULT().tag, CORUN_DOUBLE);
    CORUN_AWAIT_TO(my->p, p, CORUN_CALL(give_pointer, .p = &my->f));
    CHECK(my->p == &my->f);
    CORUN_AWAIT(CORUN_CALL(give_bytes));
    CHECK_EQ(CORUN_RESULT().size, 7);
    CHECK_TEXT(CORUN_RESULT().bytes, "bytes!");
    CHECK_ERROR(corun_spawn(CORUN_CALL(give_bytes), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_TEXT(CORUN_RESULT().bytes, "bytes!");
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_task_result(my->task, &my->value), 0);
    CHECK_TEXT(my->value.bytes, "bytes!");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(read_later, (const char *text;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(CORUN_CALL(give_bytes)); /* holds bytes of its own meanwhile */
    CORUN_AWAIT(CORUN_CALL(give_pointer, .p = (void *)(uintptr_t)CORUN_RESULT().bytes));
    CHECK_TEXT(my->text, "bytes!");
    CORUN_RAISE(CORUN_USER);
    CORUN_END();
}

/* Bytes of a result live until the await that they were given to has ended, however it does. */
TEST_LOOP(bytes_can_be_given_to_the_next_await, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(give_bytes));
    CORUN_CATCH_AWAIT(CORUN_CALL(read_later, .text = CORUN_RESULT().bytes));
    CHECK_ERROR(CORUN_ERROR(), CORUN_USER);
    CORUN_AWAIT(CORUN_CALL(give_bytes));
    CORUN_AWAIT(corun_write(2, CORUN_RESULT().bytes, 0));
    CORUN_FINALLY();
    CORUN_AWAIT(CORUN_CALL(give_bytes));
    CORUN_CATCH_AWAIT(CORUN_CALL(read_later, .text = CORUN_RESULT().bytes));
    CORUN_AWAIT(CORUN_CALL(give_bytes));
    CHECK_TEXT(CORUN_RESULT().bytes, "bytes!");
    CORUN_END();
}

CORUN_ASYNC(hold_for_ever, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(give_bytes));
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

TEST(held_bytes_go_with_a_task_that_is_abandoned)
{
    corun_loop *loop;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(hold_for_ever), NULL), 0);
    CHECK_EQ(corun_loop_turn(loop, 1000), -1);
    corun_loop_close(loop);
}

/* ----------------------------------------------------- where awaits may stand */

CORUN_ASYNC(in_a_switch, (int which;), (int seen;)) {
    CORUN_BEGIN();
    switch (my->which) {
    case 1:
        CORUN_AWAIT(corun_yield());
        my->seen = 10;
        break;
    default:
        CORUN_AWAIT(corun_yield()); CORUN_AWAIT(corun_yield()); /* two on a line */
        my->seen = 20;
    }
    CORUN_RETURN(.i = my->seen);
    CORUN_END();
}

TEST_LOOP(awaits_stand_anywhere, (int n; int sum; int one; int two;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->one, i, CORUN_CALL(in_a_switch, .which = 1));
    CORUN_AWAIT_TO(my->two, i, CORUN_CALL(in_a_switch, .which = 2));
    CHECK_EQ(my->one, 10);
    CHECK_EQ(my->two, 20);
    for (my->n = 0; my->n < 5; my->n++)
        if (my->n % 2)
            CORUN_AWAIT(corun_yield());
        else
            my->sum += my->n;
    CHECK_EQ(my->sum, 6);
    CORUN_END();
}

TEST_LOOP(locals_start_at_zero, (int a; void *p; double d[4];)) {
    CORUN_BEGIN();
    CHECK(my->a == 0 && my->p == NULL && !(my->d[0] < 0) && !(my->d[3] > 0));
    CORUN_END();
}

/* ------------------------------------------------------------------- errors */

TEST_LOOP(an_error_is_passed_on_and_caught, (int n;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(fail_with, .error = MY_ERROR));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CORUN_CATCH_AWAIT(CORUN_CALL(fail_with, .error = -EBADF, .late = true));
    CHECK_ERROR(CORUN_ERROR(), -EBADF);
    CORUN_CATCH_AWAIT(CORUN_CALL(add, .a = 1, .b = 1));
    CHECK_ERROR(CORUN_ERROR(), 0);
    CHECK_EQ(CORUN_RESULT().i, 2);
    CORUN_END();
}

CORUN_ASYNC(swallow, (int error; bool all;), ()) {
    CORUN_BEGIN();
    if (my->all)
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(fail_with, .error = my->error));
    else
        CORUN_CATCH_AWAIT(CORUN_CALL(fail_with, .error = my->error));
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

TEST(catching_passes_on_what_stops_programs)
{
    static const int stoppers[] = {CORUN_CANCELLED, CORUN_INTERRUPTED, CORUN_SYSTEM_EXIT};
    for (int i = 0; i < 3; i++) {
        CHECK_ERROR(test_run_sim(CORUN_CALL(swallow, .error = stoppers[i]), NULL), stoppers[i]);
        CHECK_ERROR(test_run_sim(CORUN_CALL(swallow, .error = stoppers[i], .all = true), NULL), 0);
    }
}

CORUN_ASYNC(raise_with_a_message, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(MY_ERROR, "%d of %s", 3, "them");
    CORUN_END();
}

CORUN_ASYNC(pass_on, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(raise_with_a_message));
    CORUN_END();
}

TEST_LOOP(a_failure_has_message_and_chain, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(pass_on), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    my->failure = corun_task_failure(my->task);
    CHECK(my->failure != NULL);
    CHECK_TEXT(my->failure->message, "3 of them");
    CHECK_EQ(my->failure->depth, 2);
    CHECK_TEXT(my->failure->trace[0].function, "raise_with_a_message");
    CHECK_TEXT(my->failure->trace[1].function, "pass_on");
    CHECK_EQ(my->failure->trace[1].line, my->failure->trace[0].line + 6);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(an_empty_awaitable_is_refused, (corun_awaitable empty;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(my->empty);
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_AWAITABLE);
    CHECK_ERROR(corun_spawn(my->empty, NULL), CORUN_NOT_AWAITABLE);
    CORUN_CATCH_AWAIT(corun_join(NULL));
    CHECK_ERROR(CORUN_ERROR(), CORUN_NOT_AWAITABLE);
    CORUN_END();
}

TEST_LOOP(a_positive_error_is_no_error, (int n;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(fail_with, .error = 5));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CORUN_END();
}

/* ----------------------------------------------------------------- cleanups */

CORUN_ASYNC(with_cleanup, (int how;), (int exit_error;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    test_log("body");
    if (my->how == 1)
        CORUN_RETURN(.i = 7);
    if (my->how == 2)
        CORUN_RAISE(MY_ERROR);
    if (my->how == 3)
        CORUN_AWAIT(CORUN_CALL(fail_with, .error = OTHER_ERROR, .late = true));
    CORUN_FINALLY();
    my->exit_error = CORUN_EXIT_ERROR();
    CORUN_AWAIT(CORUN_CALL(add, .a = 1, .b = 1)); /* does not overwrite the exit */
    test_log(my->exit_error ? corun_error_name(my->exit_error) : "well");
    CORUN_END();
}

TEST_LOOP(every_exit_goes_through_the_cleanup, (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_cleanup, .how = 0));
    CHECK_EQ(CORUN_RESULT().tag, CORUN_NO_VALUE);
    CHECK_LOG("body well");
    CORUN_AWAIT(CORUN_CALL(with_cleanup, .how = 1));
    CHECK_EQ(CORUN_RESULT().i, 7);
    CHECK_LOG("body well");
    CORUN_CATCH_AWAIT(CORUN_CALL(with_cleanup, .how = 2));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CHECK_LOG("body CORUN_USER-1");
    CORUN_CATCH_AWAIT(CORUN_CALL(with_cleanup, .how = 3));
    CHECK_ERROR(CORUN_ERROR(), OTHER_ERROR);
    CHECK_LOG("body CORUN_USER-2");
    CORUN_END();
}

CORUN_ASYNC(cleanup_fails, (int how;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RAISE(MY_ERROR, "first");
    CORUN_FINALLY();
    CORUN_AWAIT(CORUN_CALL(fail_with, .error = OTHER_ERROR));
    test_log("rest");
    if (my->how == 1)
        CORUN_RETURN(.i = 9);
    if (my->how == 2)
        CORUN_RAISE(-EIO);
    CORUN_END();
}

TEST_LOOP(a_failing_cleanup_goes_on_and_keeps_the_context, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(cleanup_fails, .how = 0), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), OTHER_ERROR);
    CHECK_LOG("rest");
    my->failure = corun_task_failure(my->task);
    CHECK(my->failure && my->failure->context);
    CHECK_ERROR(my->failure->context->code, MY_ERROR);
    CHECK_TEXT(my->failure->context->message, "first");
    corun_task_release(my->task);
    CORUN_AWAIT(CORUN_CALL(cleanup_fails, .how = 1)); /* a return replaces the error */
    CHECK_EQ(CORUN_RESULT().i, 9);
    CHECK_LOG("rest");
    CORUN_CATCH_AWAIT(CORUN_CALL(cleanup_fails, .how = 2));
    CHECK_ERROR(CORUN_ERROR(), -EIO);
    CHECK_LOG("rest");
    CORUN_END();
}

/* -------------------------------------------------------------------- drops */

CORUN_ASYNC(owns, (const char *name; int how;), ()) {
    CORUN_BEGIN();
    if (my->how == 1)
        CORUN_RAISE(MY_ERROR);
    if (my->how == 2)
        CORUN_AWAIT(corun_sleep(10));
    CORUN_TRY();
    if (my->how == 3)
        CORUN_RAISE(MY_ERROR);
    CORUN_FINALLY();
    test_log("cleanup");
    CORUN_END();
}

CORUN_DROP(owns) {
    test_log("drop");
    test_log(my->name);
}

TEST_LOOP(drop_is_for_frames_without_their_cleanup, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(owns, .name = "a"));
    CHECK_LOG("cleanup");
    CORUN_CATCH_AWAIT(CORUN_CALL(owns, .name = "b", .how = 1));
    CHECK_LOG("drop b");
    CORUN_CATCH_AWAIT(CORUN_CALL(owns, .name = "c", .how = 3));
    CHECK_LOG("cleanup");
    CHECK_ERROR(corun_spawn(CORUN_CALL(owns, .name = "d"), &my->task), 0);
    corun_task_cancel(my->task, NULL); /* never stepped */
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_LOG("drop d");
    corun_task_release(my->task);
    CHECK_ERROR(corun_spawn(CORUN_CALL(owns, .name = "e", .how = 2), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL); /* before CORUN_TRY */
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_LOG("drop e");
    corun_task_release(my->task);
    CORUN_END();
}

/* ----------------------------------------------------------- shared, in parts */

CORUN_DECLARE(shared_coroutine, (int n;));

TEST_LOOP(declared_before_it_is_defined, (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->n, i, CORUN_CALL(shared_coroutine, .n = 20));
    CHECK_EQ(my->n, 21);
    CORUN_END();
}

CORUN_DEFINE(shared_coroutine, (int n;), (int m;)) {
    CORUN_BEGIN();
    my->m = my->n + 1;
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->m);
    CORUN_END();
}

CORUN_ASYNC(exit_with, (int status;), ()) {
    CORUN_BEGIN();
    CORUN_EXIT(my->status);
    CORUN_END();
}

TEST(exit_carries_its_status)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(exit_with, .status = 3), &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 3);
}

CORUN_ASYNC(fail_twice, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RAISE(CORUN_USER - 1);
    CORUN_FINALLY();
    CORUN_RAISE(CORUN_USER - 2);
    CORUN_END();
}

CORUN_ASYNC(fail_three_times, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RAISE(CORUN_USER);
    CORUN_FINALLY();
    CORUN_AWAIT(CORUN_CALL(fail_twice));
    CORUN_END();
}

TEST_LOOP(the_first_cause_is_the_last_context, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_three_times), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    my->failure = corun_task_failure(my->task);
    CHECK_ERROR(my->failure->code, CORUN_USER - 2);
    CHECK_ERROR(my->failure->context->code, CORUN_USER - 1);
    CHECK_ERROR(my->failure->context->context->code, CORUN_USER);
    CHECK(my->failure->context->context->context == NULL);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(joins, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    CORUN_END();
}

/* It notes in a failure of its own where the error passes; the rest they share. */
TEST_LOOP(who_joins_has_the_context_too, (corun_task *task, *outer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_three_times), &my->task), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(joins, .task = my->task), &my->outer), 0);
    CORUN_CATCH_AWAIT(corun_join(my->outer));
    CHECK_ERROR(corun_task_failure(my->outer)->code, CORUN_USER - 2);
    CHECK_EQ(corun_task_failure(my->outer)->depth, corun_task_failure(my->task)->depth + 1);
    CHECK(corun_task_failure(my->outer)->context == corun_task_failure(my->task)->context);
    corun_task_release(my->task);
    CHECK_ERROR(corun_task_failure(my->outer)->context->context->code, CORUN_USER);
    corun_task_release(my->outer);
    CORUN_END();
}

CORUN_ASYNC(catch_in_cleanup, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_FINALLY();
    CORUN_CATCH_AWAIT(corun_join(my->task)); /* cancellation is not caught, but the cleanup goes on */
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_END();
}

TEST_LOOP(what_is_not_caught_in_a_cleanup_is_told_all_the_same, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(corun_forever(), &my->task), 0);
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(CORUN_CALL(catch_in_cleanup, .task = my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(raise_five, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(5, "five of %s", "something");
    CORUN_END();
}

TEST_LOOP(a_code_that_is_no_error_becomes_one, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(raise_five), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(corun_task_failure(my->task)->code, CORUN_BAD_ARGUMENT);
    CHECK_TEXT(corun_task_failure(my->task)->message, "five of something");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(exit_slowly, (int status; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_EXIT(my->status);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_END();
}

CORUN_ASYNC(exit_twice, (), ()) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(exit_slowly, .status = 3, .seconds = 1), NULL);
    corun_spawn(CORUN_CALL(exit_slowly, .status = 4, .seconds = 2), NULL);
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

TEST(the_exit_that_ends_the_run_has_its_own_status)
{
    corun_runner runner;
    corun_value value = CORUN_VALUE();
    test_open_sim(&runner);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(exit_twice), NULL, &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 3);
    CHECK_ERROR(corun_runner_close(&runner), 0); /* the other one is cancelled in its cleanup */
}
