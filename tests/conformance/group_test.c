/* TG: groups, and what the ends of their children do to each other and to the parent. */
#include "scene.h"

enum { FIRST_ERROR = CORUN_USER - 1, SECOND_ERROR = CORUN_USER - 2 };

CORUN_ASYNC(give, (int value; double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(fail, (int error;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(my->error);
    CORUN_END();
}

/* Waits until it is cancelled; then it says so, and fails if it is to. */
CORUN_ASYNC(linger, (int error;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    test_log("cancelled");
    CORUN_AWAIT(corun_sleep(0.001)); /* later than its siblings */
    CORUN_RAISE(my->error ? my->error : CORUN_CANCELLED);
    CORUN_END();
}

/* How a task that is done has ended; gives its reference back. */
static void log_end(corun_task *task)
{
    corun_value value = CORUN_VALUE();
    int error = corun_task_result(task, &value);
    if (error)
        test_log(corun_error_name(error));
    else
        test_log_number(value.i);
    corun_task_release(task);
}

static void log_errors(const corun_group *group)
{
    corun_child_error error;
    for (size_t i = 0; i < corun_group_errors(group); i++) {
        CHECK_ERROR(corun_group_error(group, i, &error), 0);
        test_log(corun_error_name(error.code));
    }
}

/* ------------------------------------------------------------------- good ends */

SCENARIO_MAIN(TG_01_waits_for_all_results, (corun_group group; corun_task *first, *second, *later;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 42, .seconds = 0.008), NULL, &my->first), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 11, .seconds = 0.002), NULL, &my->second), 0);
    CORUN_AWAIT(corun_sleep(0.004));
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 7, .seconds = 0.006), NULL, &my->later), 0);
    CORUN_AWAIT(corun_group_close(&my->group));
    log_end(my->first);
    log_end(my->second);
    log_end(my->later);
    CHECK_LOG("42 11 7");
    CORUN_END();
}

CORUN_ASYNC(add, (corun_group *group; corun_task **out_task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.002));
    CHECK_ERROR(corun_group_spawn_with(my->group, CORUN_CALL(give, .value = 7, .seconds = 0.002), NULL, my->out_task), 0);
    CORUN_END();
}

/* G1: one that a child adds while the parent waits for all */
SCENARIO_MAIN(TG_01_waits_for_what_is_added_meanwhile, (corun_group group; corun_task *later;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(add, .group = &my->group, .out_task = &my->later)), 0);
    CORUN_AWAIT(corun_group_close(&my->group));
    log_end(my->later);
    CHECK_LOG("7");
    CORUN_END();
}

SCENARIO_MAIN(TG_02_cancelled_child_is_no_error, (corun_group group; corun_task *cancelled, *other;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(linger), NULL, &my->cancelled), 0);
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 42, .seconds = 0.004), NULL, &my->other), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    CHECK_EQ(corun_task_cancel(my->cancelled, NULL), 1);
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_group_errors(&my->group), 0);
    log_end(my->cancelled);
    log_end(my->other);
    CHECK_LOG("cancelled CORUN_CANCELLED 42");
    CORUN_END();
}

/* ---------------------------------------------------------------------- errors */

/* Its body fails with `body` when the group cancels it. */
CORUN_ASYNC(fail_together, (int first, second, late, body;), (corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    if (my->late)
        CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(linger, .error = my->late)), 0);
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(fail, .error = my->first)), 0);
    if (my->second)
        CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(fail, .error = my->second)), 0);
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CORUN_RAISE(my->body ? my->body : CORUN_CANCELLED);
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    log_errors(&my->group);
    CORUN_END();
}

SCENARIO_MAIN(TG_04_error_of_a_child_then_of_the_body, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(fail_together, .first = FIRST_ERROR, .body = SECOND_ERROR));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("CORUN_USER-1 CORUN_USER-2");
    CORUN_END();
}

SCENARIO_MAIN(TG_04_errors_of_one_iteration, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(fail_together, .first = FIRST_ERROR, .second = SECOND_ERROR));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("CORUN_USER-1 CORUN_USER-2");
    CORUN_END();
}

SCENARIO_MAIN(TG_04_late_error_during_the_abort, ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(fail_together, .first = FIRST_ERROR, .late = SECOND_ERROR));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("cancelled CORUN_USER-1 CORUN_USER-2");
    CORUN_END();
}

/* ---------------------------------------------------------------- cancellation */

enum { FIVE = 5 };

CORUN_ASYNC(parent_of_five, (corun_task **children; bool waits_in_body;), (corun_group group; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    for (my->i = 0; my->i < FIVE; my->i++)
        CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(linger), NULL, &my->children[my->i]), 0);
    if (my->waits_in_body)
        CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_group_errors(&my->group), 0);
    CORUN_END();
}

/* G3: in the close, and in the body */
SCENARIO_MAIN(TG_05_external_cancel, (corun_task *parent, *children[FIVE]; int waits_in_body, i;)) {
    CORUN_BEGIN();
    for (my->waits_in_body = 0; my->waits_in_body < 2; my->waits_in_body++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(parent_of_five, .children = my->children, .waits_in_body = my->waits_in_body),
                                &my->parent), 0);
        CORUN_AWAIT(corun_sleep(0.002));
        CHECK_EQ(corun_task_cancel(my->parent, NULL), 1);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->parent));
        CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
        CHECK(corun_task_cancelled(my->parent));
        CHECK_EQ(corun_task_cancelling(my->parent), 1);
        corun_task_release(my->parent);
        CHECK_LOG("cancelled cancelled cancelled cancelled cancelled");
        for (my->i = 0; my->i < FIVE; my->i++)
            log_end(my->children[my->i]);
        CHECK_LOG("CORUN_CANCELLED CORUN_CANCELLED CORUN_CANCELLED CORUN_CANCELLED CORUN_CANCELLED");
    }
    CORUN_END();
}

/* ----------------------------------------------------------------- usage errors */

CORUN_ASYNC(owner, (const char *word;), ()) {
    CORUN_BEGIN();
    test_log("not reached");
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}
CORUN_DROP(owner) { test_log(my->word); }

static void check_says(int error, int expected, const char *words)
{
    CHECK_ERROR(error, expected);
    CHECK(strstr(corun_error_text(error), words) != NULL);
}

CORUN_ASYNC(spawn_behind_an_abort, (), (corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(fail, .error = FIRST_ERROR)), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    check_says(corun_group_spawn(&my->group, CORUN_CALL(owner, .word = "dropped-3")), CORUN_GROUP_SHUTTING_DOWN,
               "is shutting down");
    CORUN_AWAIT(corun_group_close(&my->group));
    log_errors(&my->group);
    CORUN_END();
}

SCENARIO_MAIN(TG_07_usage_errors, (corun_group group;)) {
    CORUN_BEGIN();
    check_says(corun_group_spawn(&my->group, CORUN_CALL(owner, .word = "dropped-1")), CORUN_GROUP_NOT_ENTERED,
               "has not been entered");
    CHECK_ERROR(corun_group_open(&my->group), 0);
    check_says(corun_group_open(&my->group), CORUN_GROUP_ENTERED, "has already been entered");
    CORUN_AWAIT(corun_group_close(&my->group));
    check_says(corun_group_spawn(&my->group, CORUN_CALL(owner, .word = "dropped-2")), CORUN_GROUP_FINISHED, "is finished");
    check_says(corun_group_open(&my->group), CORUN_GROUP_ENTERED, "has already been entered");
    CORUN_CATCH_AWAIT(CORUN_CALL(spawn_behind_an_abort));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_LOG("dropped-1 dropped-2 dropped-3 CORUN_USER-1");
    CORUN_END();
}

/* The second half of it: a group is a task's. */
SCENARIO(TG_07_outside_of_a_task)
{
    static corun_group group;
    SCENE_BEGIN();
    CHECK_ERROR(corun_group_open(&group), CORUN_NO_TASK);
    SCENE_END();
}

/* ---------------------------------------------------------------------- nested */

CORUN_ASYNC(inner_group, (), (corun_group group;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn(&my->group, CORUN_CALL(fail, .error = FIRST_ERROR)), 0);
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}

SCENARIO_MAIN(TG_08_nested_groups, (corun_group group; corun_task *other;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(give, .value = 42, .seconds = 0.006), NULL, &my->other), 0);
    CORUN_CATCH_AWAIT(CORUN_CALL(inner_group));
    CHECK_ERROR(CORUN_ERROR(), CORUN_GROUP);
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 0);
    CHECK(!corun_task_done(my->other));
    CORUN_AWAIT(corun_sleep(0.001)); /* nothing of the inner abort is left */
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_task_cancelling(corun_current_task()), 0);
    log_end(my->other);
    CHECK_LOG("42");
    CORUN_END();
}
