/* Seeing where tasks stand, and how a failure came about. */
#include "test.h"

#include <errno.h>

enum { MY_ERROR = CORUN_USER - 1, OTHER_ERROR = CORUN_USER - 2, THIRD_ERROR = CORUN_USER - 3 };

/* -------------------------------------------------------------------- stacks */

static int inner_line, middle_line, outer_line;

CORUN_ASYNC(inner, (), ()) {
    CORUN_BEGIN();
    inner_line = __LINE__ + 1;
    CORUN_AWAIT(corun_sleep(100));
    CORUN_END();
}

CORUN_ASYNC(middle, (), ()) {
    CORUN_BEGIN();
    middle_line = __LINE__ + 1;
    CORUN_AWAIT(CORUN_CALL(inner));
    CORUN_END();
}

CORUN_ASYNC(outer, (), ()) {
    CORUN_BEGIN();
    outer_line = __LINE__ + 1;
    CORUN_AWAIT(CORUN_CALL(middle));
    CORUN_END();
}

static void check_where(const corun_where *where, const char *function, int line)
{
    CHECK_TEXT(where->function, function);
    CHECK(where->file && strstr(where->file, "inspect_test.c"));
    CHECK_EQ(where->line, line);
}

TEST_LOOP(a_stack_is_the_chain_of_awaits_innermost_first, (corun_task *task; corun_where chain[5];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(outer), &my->task), 0);
    CHECK_EQ(corun_task_stack(my->task, my->chain, 5), 1);
    CHECK_TEXT(my->chain[0].function, "outer"); /* not begun */
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_stack(my->task, my->chain, 5), 3);
    check_where(&my->chain[0], "inner", inner_line);
    check_where(&my->chain[1], "middle", middle_line);
    check_where(&my->chain[2], "outer", outer_line);
    my->chain[1].function = "untouched";
    CHECK_EQ(corun_task_stack(my->task, my->chain, 1), 3);
    CHECK_EQ(corun_task_stack(my->task, NULL, 0), 3);
    CHECK_TEXT(my->chain[0].function, "inner");
    CHECK_TEXT(my->chain[1].function, "untouched");
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_EQ(corun_task_stack(my->task, my->chain, 5), 0);
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(printing_tasks_needs_no_memory_and_no_loop, (long made;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(outer), NULL), 0);
    CORUN_AWAIT(corun_yield());
    test_fail_allocation(1);
    corun_print_tasks(NULL, stderr);
    corun_print_tasks(corun_current_loop(), stderr);
    test_fail_allocation(0);
    CORUN_END();
}

TEST(printing_tasks_outside_of_a_loop_does_nothing)
{
    corun_print_tasks(NULL, stderr);
}

/* ------------------------------------------------------------------ failures */

CORUN_ASYNC(fail_deep, (int depth;), ()) {
    CORUN_BEGIN();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(fail_deep, .depth = my->depth - 1));
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

static const corun_failure *failure_of(corun_task *task)
{
    static const corun_failure none = {.message = "none"};
    CHECK(corun_task_failure(task) != NULL);
    return corun_task_failure(task) ? corun_task_failure(task) : &none;
}

TEST_LOOP(a_bare_error_has_its_codes_text_and_a_trace, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_deep, .depth = 3), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(failure_of(my->task)->code, MY_ERROR);
    CHECK_TEXT(failure_of(my->task)->message, corun_error_text(MY_ERROR));
    CHECK_EQ(failure_of(my->task)->depth, 4);
    CHECK(failure_of(my->task)->context == NULL);
    CHECK_EQ(failure_of(my->task)->trace[1].line, failure_of(my->task)->trace[3].line);
    CHECK(failure_of(my->task)->trace[0].line != failure_of(my->task)->trace[1].line);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(join_it, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    CORUN_END();
}

/* Each who awaits it has a trace of its own: the first one's is not changed by the second. */
TEST_LOOP(a_failure_is_not_changed_by_who_joins, (corun_task *task; corun_task *others[2]; int n;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_deep, .depth = 1), &my->task), 0);
    for (my->n = 0; my->n < 2; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(join_it, .task = my->task), &my->others[my->n]), 0);
    for (my->n = 0; my->n < 2; my->n++)
        CORUN_CATCH_AWAIT(corun_join(my->others[my->n]));
    CHECK_EQ(failure_of(my->task)->depth, 2);
    for (my->n = 0; my->n < 2; my->n++) {
        CHECK_EQ(failure_of(my->others[my->n])->depth, 3);
        CHECK_TEXT(failure_of(my->others[my->n])->trace[0].function, "fail_deep");
        CHECK_TEXT(failure_of(my->others[my->n])->trace[2].function, "join_it");
        corun_task_release(my->others[my->n]);
    }
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(fail_in_cleanups, (int depth;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(fail_in_cleanups, .depth = my->depth - 1));
    CORUN_RAISE(MY_ERROR, "body");
    CORUN_FINALLY();
    CORUN_RAISE(my->depth ? THIRD_ERROR : OTHER_ERROR, "cleanup %d", my->depth);
    CORUN_END();
}

TEST_LOOP(what_cleanups_replace_is_kept_as_context, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(fail_in_cleanups, .depth = 1), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    my->failure = failure_of(my->task);
    CHECK_ERROR(my->failure->code, THIRD_ERROR);
    CHECK_TEXT(my->failure->message, "cleanup 1");
    my->failure = my->failure->context;
    CHECK_ERROR(my->failure->code, OTHER_ERROR);
    CHECK_TEXT(my->failure->message, "cleanup 0");
    my->failure = my->failure->context;
    CHECK_ERROR(my->failure->code, MY_ERROR);
    CHECK_TEXT(my->failure->message, "body");
    CHECK(my->failure->context == NULL);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(cleanup_without_end, (int left;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RAISE(MY_ERROR);
    CORUN_FINALLY();
    while (my->left-- > 0)
        CORUN_AWAIT(CORUN_CALL(fail_deep)); /* each replaces the one before */
    CORUN_END();
}

TEST_LOOP(a_long_chain_of_contexts_is_given_back, (corun_task *task; const corun_failure *at; int length;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(cleanup_without_end, .left = 10000), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    for (my->at = failure_of(my->task); my->at; my->at = my->at->context)
        my->length++;
    CHECK_EQ(my->length, 10001);
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(raise_long, (const char *text;), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(MY_ERROR, "%s%s%s%s", my->text, my->text, my->text, my->text);
    CORUN_END();
}

TEST_LOOP(a_very_long_message_is_cut_off, (corun_task *task; char text[1000];)) {
    CORUN_BEGIN();
    memset(my->text, 'x', sizeof my->text - 1);
    CHECK_ERROR(corun_spawn(CORUN_CALL(raise_long, .text = my->text), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK(strlen(failure_of(my->task)->message) > 100);
    CHECK_EQ(failure_of(my->task)->message[50], 'x');
    corun_task_release(my->task);
    CORUN_END();
}
