/* Groups: what their children's ends do to each other, to the parent and to its exit. asyncio G1-G8. */
#include "endings.h"

enum { MY_ERROR = CORUN_USER - 1, OTHER_ERROR = CORUN_USER - 2 };

CORUN_ASYNC(give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(fail, (int error; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RAISE(my->error, "failed after %g", my->seconds);
    CORUN_END();
}

/* Waits for ever; when it is cancelled, logs `word` and perhaps fails. */
CORUN_ASYNC(linger, (const char *word; int error;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    test_log(my->word);
    CORUN_AWAIT(corun_yield());
    if (my->error)
        CORUN_RAISE(my->error);
    CORUN_END();
}

static void log_errors(const corun_group *group)
{
    corun_child_error error;
    for (size_t i = 0; i < corun_group_errors(group); i++) {
        CHECK_ERROR(corun_group_error(group, i, &error), 0);
        test_log(corun_error_name(error.code));
    }
    CHECK_ERROR(corun_group_error(group, corun_group_errors(group), &error), CORUN_BAD_ARGUMENT);
}

static corun_task *me(void)
{
    return corun_current_task();
}

/* ------------------------------------------------------------------ good ends */

/* TG-01 */
CORUN_ASYNC(add_to, (corun_group *group; corun_task **added;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.003));
    CHECK_ERROR(corun_group_spawn_with(my->group, CORUN_CALL(give, .value = 7, .seconds = 0.002), NULL, my->added), 0);
    CORUN_END();
}

TEST_LOOP(it_waits_for_all_also_for_those_that_come_later, (corun_group group; corun_task *tasks[3]; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 42, .seconds = 0.002), NULL, &my->tasks[0]);
    corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 11), &(corun_spawn_options){.name = "eleven"}, &my->tasks[1]);
    CHECK_TEXT(corun_task_name(my->tasks[1]), "eleven");
    corun_group_spawn(&my->group, CORUN_CALL(add_to, .group = &my->group, .added = &my->tasks[2]));
    CORUN_AWAIT(corun_group_close(&my->group));
    for (my->i = 0; my->i < 3; my->i++) {
        corun_value value = CORUN_VALUE();
        CHECK_ERROR(corun_task_result(my->tasks[my->i], &value), 0);
        test_log_number(value.i);
        corun_task_release(my->tasks[my->i]);
    }
    CHECK_LOG("42 11 7");
    CHECK_EQ(corun_group_errors(&my->group), 0);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

/* TG-02, G2 */
TEST_LOOP(a_cancelled_child_is_no_error, (corun_group group; corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    corun_group_spawn_with(&my->group, CORUN_CALL(linger, .word = "one"), NULL, &my->task);
    corun_group_spawn(&my->group, CORUN_CALL(give, .seconds = 0.002));
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK(corun_task_cancelled(my->task));
    corun_task_release(my->task);
    CHECK_LOG("one");
    CORUN_END();
}

CORUN_ASYNC(body_returns, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(give, .seconds = 0.002));
    CORUN_RETURN(.i = 5);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    test_log("closed");
    CORUN_END();
}

TEST_LOOP(the_bodys_value_stays, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(body_returns));
    CHECK_EQ(CORUN_RESULT().i, 5);
    CHECK_LOG("closed");
    CORUN_END();
}

TEST_LOOP(without_children_the_close_does_not_suspend, (corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    corun_task_cancel(me(), NULL);
    CORUN_AWAIT(corun_group_close(&my->group)); /* else it would end here */
    corun_task_uncancel(me());
    CORUN_END();
}

TEST_LOOP(closing_what_is_not_open_does_nothing, (corun_group group;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* --------------------------------------------------------------------- errors */

CORUN_ASYNC(two_fail, (int first, second, body; double body_seconds; corun_group *seen;), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    if (my->first)
        corun_group_spawn(&my->group, CORUN_CALL(fail, .error = my->first));
    if (my->second)
        corun_group_spawn(&my->group, CORUN_CALL(fail, .error = my->second));
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "cancelled"));
    if (my->body_seconds > 0)
        CORUN_CATCH_ALL_AWAIT(corun_sleep(my->body_seconds));
    if (my->body)
        CORUN_RAISE(my->body, "the body's");
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    log_errors(&my->group);
    CORUN_END();
}

/* TG-04, G2: two in one iteration; the parent is cancelled once */
TEST_LOOP(errors_come_in_order, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(two_fail, .first = MY_ERROR, .second = OTHER_ERROR));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("cancelled CORUN_CANCELLED CORUN_USER-1 CORUN_USER-2");
    CORUN_AWAIT(corun_sleep(0.001)); /* nothing of the cancellation is left */
    CORUN_END();
}

/* TG-04, G4: a body that turns the group's cancellation into an error of its own is last */
TEST_LOOP(the_bodys_own_error_is_the_last, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(two_fail, .first = MY_ERROR, .body = OTHER_ERROR, .body_seconds = 100));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("cancelled CORUN_USER-2 CORUN_USER-1 CORUN_USER-2");
    CORUN_END();
}

/* G4 */
TEST_LOOP(an_error_of_the_body_alone_makes_a_group_of_one, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(two_fail, .body = OTHER_ERROR));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("CORUN_USER-2 CORUN_USER-2"); /* the child, cancelled before its first step, logs nothing */
    CORUN_END();
}

CORUN_ASYNC(fails_late, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "late", .error = OTHER_ERROR));
    corun_group_spawn(&my->group, CORUN_CALL(fail, .error = MY_ERROR));
    CORUN_CATCH_AWAIT(corun_group_close(&my->group));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    log_errors(&my->group);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* TG-04: a failure during the abort; caught, the errors are readable, and the coroutine goes on */
TEST_LOOP(late_errors_are_collected_too, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(fails_late));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK_LOG("late CORUN_USER-1 CORUN_USER-2");
    CORUN_END();
}

CORUN_ASYNC(fail_at_once, (), ()) {
    CORUN_BEGIN();
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

CORUN_ASYNC(spawns_eagerly, (), (corun_group group; corun_task *task;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(fail_at_once), &(corun_spawn_options){.start = CORUN_START_EAGER},
                                       &my->task), 0);
    CHECK(corun_task_done(my->task));
    corun_task_release(my->task);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(fail, .error = OTHER_ERROR)), 0); /* it is not shutting down yet */
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_AWAIT(corun_group_close(&my->group));
    log_errors(&my->group);
    CORUN_END();
}

CORUN_ASYNC(close_and_fail, (corun_group *group;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_group_close(my->group));
    CHECK_ERROR(CORUN_ERROR(), CORUN_INVALID_STATE);
    CORUN_RAISE(MY_ERROR);
    CORUN_END();
}

CORUN_ASYNC(spawns_one_that_closes, (), (corun_group group; corun_task *task;)) {
    static const corun_spawn_options eager = {.start = CORUN_START_EAGER};
    CORUN_BEGIN();
    test_log_reports(corun_current_loop());
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(close_and_fail, .group = &my->group), &eager, &my->task), 0);
    corun_task_release(my->task);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* It is left alone, as all children are then. */
TEST(an_eager_child_that_closes_the_group)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(spawns_one_that_closes), NULL), 0);
    CHECK_LOG("[Task has errored out but its group is gone] CORUN_USER-1");
}

/* B74: an error of an eager first step aborts the group in the next round, as any other does */
TEST_LOOP(a_child_that_failed_when_it_was_spawned, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(spawns_eagerly));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("CORUN_CANCELLED CORUN_USER-1");
    CORUN_END();
}

CORUN_ASYNC(joins, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    CORUN_END();
}

TEST_LOOP(who_joins_has_the_errors_too, (corun_task *task, *outer;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(spawns_eagerly), &my->task), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(joins, .task = my->task), &my->outer), 0);
    CORUN_CATCH_AWAIT(corun_join(my->outer));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK(corun_task_failure(my->outer) != corun_task_failure(my->task));
    corun_task_release(my->task);
    CHECK_EQ(corun_task_failure(my->outer)->count, 1);
    CHECK_ERROR(corun_task_failure(my->outer)->errors[0].code, MY_ERROR);
    corun_task_release(my->outer);
    CHECK_LOG("CORUN_CANCELLED CORUN_USER-1");
    CORUN_END();
}

TEST_LOOP(an_error_has_message_task_and_line, (corun_task *task; corun_group group; int line;)) {
    corun_child_error error;
    CORUN_BEGIN();
    corun_group_open(&my->group);
    my->line = __LINE__ + 1;
    corun_group_spawn_with(&my->group, CORUN_CALL(fail, .error = MY_ERROR), &(corun_spawn_options){.name = "bad"}, NULL);
    CORUN_CATCH_AWAIT(corun_group_close(&my->group));
    CHECK_ERROR(corun_group_error(&my->group, 0, &error), 0);
    CHECK_ERROR(error.code, MY_ERROR);
    CHECK_TEXT(error.message, "failed after 0");
    CHECK_TEXT(error.name, "bad");
    CHECK_EQ(error.where.line, my->line);
    CHECK(error.failure && error.failure->depth == 1);
    CORUN_END();
}

/* The failure that goes up has them too, for reports and for whoever joins. */
TEST_LOOP(the_failure_of_a_group_has_its_errors, (corun_task *task; const corun_failure *failure;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(two_fail, .first = MY_ERROR, .body = OTHER_ERROR, .body_seconds = 1), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    my->failure = corun_task_failure(my->task);
    CHECK_ERROR(my->failure->code, CORUN_GROUP);
    CHECK_TEXT(my->failure->message, "unhandled errors in a TaskGroup");
    CHECK(!my->failure->context); /* from None */
    CHECK_EQ(my->failure->count, 2);
    CHECK_ERROR(my->failure->errors[0].code, MY_ERROR);
    CHECK_TEXT(my->failure->errors[1].message, "the body's");
    CHECK(!my->failure->errors[1].name);
    corun_task_release(my->task);
    CHECK_LOG("cancelled CORUN_USER-2 CORUN_USER-1 CORUN_USER-2");
    CORUN_END();
}

CORUN_ASYNC(inner_group, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(fail, .error = MY_ERROR));
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* TG-08, G6 */
TEST_LOOP(nested_groups, (corun_group group; corun_task *task;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 3, .seconds = 0.005), NULL, &my->task);
    CORUN_CATCH_AWAIT(CORUN_CALL(inner_group));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_ERROR(corun_task_result(my->task, NULL), 0);
    corun_task_release(my->task);
    CORUN_END();
}

/* G6: the body swallows the group's cancellation, and goes on */
CORUN_ASYNC(swallow, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(fail, .error = MY_ERROR));
    CORUN_CATCH_ALL_AWAIT(corun_sleep(1000));
    CORUN_AWAIT(corun_sleep(0.001));
    test_log("went on");
    CORUN_RETURN(.i = 1);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CORUN_END();
}

TEST_LOOP(a_swallowed_abort_still_fails_the_group, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(swallow));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("went on");
    CORUN_END();
}

/* ---------------------------------------------------------------- cancellation */

CORUN_ASYNC(parent_of, (int children; int error; bool waits;), (corun_group group; int i;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    for (my->i = 0; my->i < my->children; my->i++)
        corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "x", .error = my->error));
    if (my->waits)
        CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    test_log_number(corun_task_cancelling(me()));
    CORUN_CATCH_ALL_AWAIT(corun_sleep(0.001));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* TG-05, G3: in the body, and in the close */
TEST_LOOP(a_cancelled_parent_cancels_its_children, (corun_task *task; int waits;)) {
    CORUN_BEGIN();
    for (my->waits = 0; my->waits < 2; my->waits++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(parent_of, .children = 5, .waits = my->waits), &my->task), 0);
        CORUN_AWAIT(corun_sleep(0.001));
        corun_task_cancel(my->task, "enough");
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK_TEXT(corun_task_failure(my->task)->message, "enough");
        CHECK_LOG("x x x x x 1 OK");
        corun_task_release(my->task);
    }
    CORUN_END();
}

/* G5: the count stays, and the cancellation comes again at the next suspension */
TEST_LOOP(errors_win_over_a_cancellation_from_outside_which_comes_again, (corun_task *task; int waits;)) {
    CORUN_BEGIN();
    for (my->waits = 0; my->waits < 2; my->waits++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(parent_of, .children = 1, .error = MY_ERROR, .waits = my->waits), &my->task), 0);
        CORUN_AWAIT(corun_sleep(0.001));
        corun_task_cancel(my->task, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK_LOG("x 1 CORUN_CANCELLED");
        CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
        corun_task_release(my->task);
    }
    CORUN_END();
}

CORUN_ASYNC(slow_cleanup, (), (int i;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    for (my->i = 0; my->i < 5; my->i++)
        CORUN_CATCH_ALL_AWAIT(corun_yield());
    test_log("clean");
    CORUN_END();
}

CORUN_ASYNC(parent_of_slow, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(slow_cleanup));
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* G3: cancelled again and again, it still waits; the children are cancelled once */
TEST_LOOP(the_close_waits_however_often_it_is_cancelled, (corun_task *task; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(parent_of_slow), &my->task), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    for (my->i = 0; my->i < 4; my->i++) {
        corun_task_cancel(my->task, NULL);
        CORUN_AWAIT(corun_yield());
        CHECK(!corun_task_done(my->task));
    }
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("clean");
    corun_task_release(my->task);
    CORUN_END();
}

CORUN_ASYNC(raises_cancelled, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "child"));
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(CORUN_CANCELLED);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* G7 */
TEST_LOOP(a_body_that_raises_a_cancellation_itself, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(CORUN_CALL(raises_cancelled));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_EQ(corun_task_cancelling(me()), 0);
    CHECK_LOG("child");
    CORUN_END();
}

CORUN_ASYNC(cancels_group, (corun_group *group;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    corun_group_cancel(my->group);
    corun_group_cancel(my->group);
    CORUN_END();
}

CORUN_ASYNC(is_cancelled_by_group, (bool waits;), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "child"));
    corun_group_spawn(&my->group, CORUN_CALL(cancels_group, .group = &my->group));
    if (my->waits)
        CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CORUN_AWAIT(corun_group_close(&my->group));
    test_log(corun_error_name(CORUN_EXIT_ERROR()));
    CHECK_EQ(corun_task_cancelling(me()), 0);
    corun_group_cancel(&my->group);
    CORUN_END();
}

TEST_LOOP(a_cancelled_group_ends_without_an_error, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(is_cancelled_by_group, .waits = true));
    CHECK_LOG("child CORUN_CANCELLED OK");
    CORUN_AWAIT(CORUN_CALL(is_cancelled_by_group, .waits = false));
    CHECK_LOG("OK child OK");
    CORUN_END();
}

/* A parent in its close, as long as its children take. */
CORUN_ASYNC(closes, (corun_group *group; corun_task **child;), ()) {
    CORUN_BEGIN();
    corun_group_open(my->group);
    corun_group_spawn_with(my->group, CORUN_CALL(linger, .word = "child"), NULL, my->child);
    CORUN_AWAIT(corun_group_close(my->group));
    test_log("closed");
    CORUN_END();
}

/* Whoever else has asked, before or after, is not forgotten with the group's own cancellation. */
TEST_LOOP(a_cancelled_group_leaves_anothers_cancellation, (corun_group group; corun_task *child, *parent; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++) {
        my->group = (corun_group)CORUN_GROUP_INIT;
        corun_spawn(CORUN_CALL(closes, .group = &my->group, .child = &my->child), &my->parent);
        CORUN_AWAIT(corun_sleep(0.001));
        if (my->i == 1)
            corun_task_cancel(my->parent, NULL);
        corun_group_cancel(&my->group);
        if (my->i == 2)
            corun_task_cancel(my->parent, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->parent));
        CHECK_ERROR(CORUN_ERROR(), my->i > 0 ? CORUN_CANCELLED : 0);
        CHECK_EQ(corun_task_cancelling(my->parent), my->i > 0);
        corun_task_release(my->child);
        corun_task_release(my->parent);
    }
    CHECK_LOG("child closed child child");
    CORUN_END();
}

static void cancel_and_take_back(corun_task *child, void *parent)
{
    (void)child;
    CHECK_EQ(corun_task_cancel(parent, NULL), 1);
    CHECK_EQ(corun_task_uncancel(parent), 0);
}

/* T6 T9: in the round between the last child's end and the parent's turn */
TEST_LOOP(a_cancellation_of_the_close_that_is_taken_back, (corun_group group; corun_task *child, *parent;)) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(closes, .group = &my->group, .child = &my->child), &my->parent);
    CORUN_AWAIT(corun_sleep(0.001));
    corun_task_add_done_callback(my->child, cancel_and_take_back, my->parent); /* behind what tells the group */
    corun_task_cancel(my->child, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->parent));
    CHECK_ERROR(CORUN_ERROR(), 0);
    CHECK_LOG("child closed");
    corun_task_release(my->child);
    corun_task_release(my->parent);
    CORUN_END();
}

/* ---------------------------------------------------------------- usage, memory */

CORUN_ASYNC(owns, (const char *word;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}
CORUN_DROP(owns) { test_log(my->word); }

CORUN_ASYNC(spawns_late, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(fail, .error = MY_ERROR));
    CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY();
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(owns, .word = "late")), CORUN_GROUP_SHUTTING_DOWN);
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_group_errors(&my->group), 1);
    CORUN_END();
}

/* TG-07, G1, B74: each has its own error, and what a call owns is dropped */
TEST_LOOP(usage_errors, (corun_group group; corun_group named;)) {
    CORUN_BEGIN();
    my->named = (corun_group)CORUN_GROUP_INIT;
    CHECK(memcmp(&my->named, &my->group, sizeof my->group) == 0);
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(owns, .word = "new")), CORUN_GROUP_NOT_ENTERED);
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_open(&my->group), CORUN_GROUP_ENTERED);
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(owns, .word = "closed")), CORUN_GROUP_FINISHED);
    CHECK_ERROR(corun_group_open(&my->group), CORUN_GROUP_ENTERED);
    CORUN_CATCH_AWAIT(CORUN_CALL(spawns_late));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("new closed late");
    CORUN_END();
}

TEST(a_group_needs_a_task)
{
    corun_group group = CORUN_GROUP_INIT;
    CHECK_ERROR(corun_group_open(&group), CORUN_NO_TASK);
}

CORUN_ASYNC(spawns_nothing, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "other"));
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_group_spawn(&my->group, (corun_awaitable){.type = NULL}), CORUN_NOT_AWAITABLE);
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    log_errors(&my->group);
    CORUN_END();
}

/* It need not be checked: the body ends at its next await. */
TEST_LOOP(a_spawn_that_failed_fails_the_group, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(spawns_nothing));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("other CORUN_NOT_AWAITABLE");
    CORUN_END();
}

CORUN_ASYNC(closes_anothers, (corun_group *group;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_group_close(my->group));
    CHECK_ERROR(CORUN_ERROR(), CORUN_INVALID_STATE);
    CORUN_END();
}

TEST_LOOP(another_task_cannot_close_it, (corun_group group; corun_task *task;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "child"));
    CHECK_ERROR(corun_spawn(CORUN_CALL(closes_anothers, .group = &my->group), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("child");
    CORUN_END();
}

CORUN_ASYNC(forgets, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "child", .error = MY_ERROR));
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(forgotten, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(forgets));
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}

TEST(a_group_that_was_never_closed_is_told_of)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(forgotten), NULL, NULL), 0);
    corun_runner_close(&runner);
    CHECK_LOG("[Group was never closed] child [Task has errored out but its group is gone] CORUN_USER-1");
}

/* ---------------------------------------------------------------- leaving, loops */

CORUN_ASYNC(exits, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.5));
    CORUN_EXIT(3);
    CORUN_END();
}

CORUN_ASYNC(parent_of_exit, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(exits));
    corun_group_spawn(&my->group, CORUN_CALL(fail, .error = MY_ERROR, .seconds = 0.5));
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_FINALLY();
    CORUN_CATCH_ALL_AWAIT(corun_group_close(&my->group));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

/* G8, G4 */
TEST(a_child_that_exits_ends_the_run_and_the_group_with_that)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(test_run_sim(CORUN_CALL(parent_of_exit), &value), CORUN_SYSTEM_EXIT);
    CHECK_EQ(value.i, 3);
    CHECK_LOG("CORUN_SYSTEM_EXIT");
}

/* SIG-27, B50 */
TEST(an_interrupted_group_whose_child_fails_ends_with_that)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_sim_interrupt_at(test_open_sim(&runner), 0.5);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(parent_of, .children = 1, .error = MY_ERROR, .waits = true), NULL, NULL),
                CORUN_GROUP);
    corun_runner_close(&runner);
    CHECK_LOG("x 1 CORUN_CANCELLED");
}

/* B50 */
TEST(an_interrupted_group_ends_with_the_interrupt)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_sim_interrupt_at(test_open_sim(&runner), 0.5);
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(parent_of, .children = 2, .waits = true), NULL, NULL),
                CORUN_INTERRUPTED);
    corun_runner_close(&runner);
    CHECK_LOG("x x 1 OK");
}

CORUN_ASYNC(closes_nothing, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "never"));
    corun_group_spawn(&my->group, CORUN_CALL(fail, .error = MY_ERROR));
    CORUN_CATCH_ALL_AWAIT(corun_sleep(1000));
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* However far it has got, a loop that is closed by hand leaves nothing. */
TEST(a_loop_that_is_closed_drops_its_groups)
{
    end_with_the_loop(CORUN_CALL(closes_nothing), 1, 11);
}

/* A parent of two that wait and one that ends, all of whose suspensions are cancelled in turn. */
CORUN_ASYNC(some, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn(&my->group, CORUN_CALL(give, .seconds = 0.3));
    corun_group_spawn(&my->group, CORUN_CALL(give));
    CORUN_AWAIT(corun_yield());
    corun_group_spawn(&my->group, CORUN_CALL(give, .seconds = 0.2));
    CORUN_AWAIT(corun_sleep(0.1));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

/* Interrupted before its k-th step, it ends well or by that, and nothing is left. */
TEST(interrupted_before_each_step)
{
    int rc = CORUN_INTERRUPTED;
    for (uint64_t step = 1; rc != 0 && step < 100; step++) {
        corun_runner runner = CORUN_RUNNER_INIT;
        corun_loop *loop = test_open_sim(&runner);
        test_log_reports(loop);
        corun_sim_interrupt_before_step(loop, step);
        rc = corun_runner_run(&runner, CORUN_CALL(some), NULL, NULL);
        CHECK(rc == 0 || rc == CORUN_INTERRUPTED);
        CHECK_EQ(corun_all_tasks(loop, NULL, 0), 0);
        corun_runner_close(&runner);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
    CHECK_ERROR(rc, 0);
    CHECK_LOG("");
}

/* Without memory for the k-th allocation it fails, and nothing is left. */
TEST(each_allocation_may_fail)
{
    end_without_memory(CORUN_CALL(two_fail, .first = MY_ERROR, .second = OTHER_ERROR), CORUN_GROUP, 200);
}

/* Closing needs no memory: the children are waited for, and the code is right. */
CORUN_ASYNC(closes_without_memory, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(give, .seconds = 0.5));
    CORUN_AWAIT(corun_yield());
    test_fail_allocation(1);
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK(!test_allocation_failed());
    test_fail_allocation(0);
    CORUN_END();
}

TEST(the_close_needs_no_memory)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(closes_without_memory), NULL), 0);
}

CORUN_ASYNC(forgets_two, (), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    corun_group_spawn(&my->group, CORUN_CALL(linger, .word = "cancelled", .error = 0));
    corun_group_spawn(&my->group, corun_sleep(0.5));
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(forgotten_two, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(forgets_two));
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}

/* Of a child that is left alone only an error is told. */
TEST(children_that_end_well_without_their_group_are_not_told_of)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    test_log_reports(test_open_sim(&runner));
    CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(forgotten_two), NULL, NULL), 0);
    corun_runner_close(&runner);
    CHECK_LOG("[Group was never closed] cancelled");
}

/* There is nobody whom it could cancel. */
TEST_LOOP(cancelling_a_group_that_is_not_open_does_nothing, (corun_group group;)) {
    CORUN_BEGIN();
    my->group = (corun_group)CORUN_GROUP_INIT;
    corun_group_cancel(&my->group);
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn(&my->group, corun_yield()), 0); /* it can be opened as any other */
    CORUN_AWAIT(corun_group_close(&my->group));
    corun_group_cancel(&my->group);
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

enum { CALL, WAIT_FOR, SHIELD, SLEEP, KINDS };

static int spawn_line; /* of the spawn that fails */

/* Without memory for the child's record or, with the second allocation, for its task. */
static void spawn_without_memory(corun_group *group, int kind, int k)
{
    test_fail_allocation(k);
    spawn_line = __LINE__ + 2 + 2 * kind;
    if (kind == CALL)
        CHECK_ERROR(corun_group_spawn(group, CORUN_CALL(give)), -ENOMEM);
    if (kind == WAIT_FOR)
        CHECK_ERROR(corun_group_spawn(group, CORUN_WAIT_FOR(CORUN_CALL(give), 1)), -ENOMEM);
    if (kind == SHIELD)
        CHECK_ERROR(corun_group_spawn(group, CORUN_SHIELD(CORUN_CALL(give))), -ENOMEM);
    if (kind == SLEEP)
        CHECK_ERROR(corun_group_spawn(group, corun_sleep(1)), -ENOMEM);
    test_fail_allocation(0);
}

CORUN_ASYNC(spawns_without_memory, (int kind; int k;), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    spawn_without_memory(&my->group, my->kind, my->k);
    CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY();
    CORUN_CATCH_AWAIT(corun_group_close(&my->group));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_EQ(corun_group_errors(&my->group), 1);
    corun_child_error error;
    CHECK_ERROR(corun_group_error(&my->group, 0, &error), 0);
    CHECK_ERROR(error.code, -ENOMEM);
    CHECK_EQ(error.where.file && strcmp(error.where.file, __FILE__) == 0, my->kind != SLEEP);
    CHECK_EQ(error.where.line, my->kind == SLEEP ? 0 : spawn_line);
    CHECK(!error.name && !error.failure);
    CORUN_END();
}

/* One that cannot even be recorded is noted in the group itself. */
TEST(a_spawn_without_memory_says_where_it_was)
{
    for (int kind = CALL; kind < KINDS; kind++)
        for (int k = 1; k <= 2; k++)
            CHECK_ERROR(test_run_sim(CORUN_CALL(spawns_without_memory, .kind = kind, .k = k), NULL), 0);
}
