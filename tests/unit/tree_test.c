/* The tree of tasks: who awaits whom, in which state, and where. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- drawings */

static char *drawn; /* what was drawn last, without places in the source */

/* Takes ` (FILE:LINE)` and `, spawned at FILE:LINE` out of a text. */
static void forget_places(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        bool origin = strncmp(from, ", spawned at ", 13) == 0;
        if (origin || strncmp(from, " (", 2) == 0)
            from += strcspn(from, origin ? "\n" : ")") + !origin;
        else
            *to++ = *from++;
    }
    *to = '\0';
}

static FILE *open_drawing(void)
{
    static char text[1 << 16];
    FILE *file = fmemopen(text, sizeof text - 1, "w");
    CHECK(file != NULL);
    drawn = text;
    return file;
}

static void draw(void)
{
    FILE *file = open_drawing();
    corun_print_tasks(NULL, file);
    fclose(file);
}

static void draw_call_graph(const corun_task *task)
{
    FILE *file = open_drawing();
    corun_print_call_graph(task, file);
    fclose(file);
}

#define CHECK_DRAWN(expected) (draw(), forget_places(drawn), CHECK_TEXT(drawn, expected))

/* ------------------------------------------------------------------- tasks */

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_END();
}

CORUN_ASYNC(join_one, (corun_task **task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(*my->task));
    CORUN_END();
}

static corun_task *spawn(corun_awaitable awaitable, const char *name)
{
    corun_spawn_options options = {.name = name};
    corun_task *task = NULL;
    CHECK_ERROR(corun_loop_spawn_with(NULL, awaitable, &options, &task), 0);
    return task;
}

static void name_myself(void)
{
    CHECK_ERROR(corun_task_set_name(corun_current_task(), "test"), 0);
}

CORUN_ASYNC(end_tasks, (corun_task **tasks; int count;), (int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->count; my->n++)
        corun_task_cancel(my->tasks[my->n], NULL);
    for (my->n = 0; my->n < my->count; my->n++) {
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}

/* ------------------------------------------------------------------- trees */

TEST_LOOP(a_task_that_is_joined_stands_below_the_one_that_joins, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    name_myself();
    my->tasks[0] = spawn(CORUN_CALL(join_one, .task = &my->tasks[1]), "A");
    my->tasks[1] = spawn(CORUN_CALL(join_one, .task = &my->tasks[2]), "B");
    my->tasks[2] = spawn(CORUN_CALL(sleep_long), "C");
    CORUN_AWAIT(corun_yield());
    CHECK_DRAWN("test: running\n"
                "    in a_task_that_is_joined_stands_below_the_one_that_joins\n"
                "    in run_case\n"
                "A: pending, waits for task\n"
                "│   in join_one\n"
                "└── B: pending, waits for task\n"
                "    │   in join_one\n"
                "    └── C: pending, waits for sleep\n"
                "            in sleep_long\n");
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = 3));
    CORUN_END();
}

TEST_LOOP(a_task_that_several_await_is_drawn_once, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    name_myself();
    my->tasks[0] = spawn(CORUN_CALL(sleep_long), "C");
    my->tasks[1] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "A");
    my->tasks[2] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "B");
    CORUN_AWAIT(corun_yield());
    CHECK_DRAWN("test: running\n"
                "    in a_task_that_several_await_is_drawn_once\n"
                "    in run_case\n"
                "A: pending, waits for task\n"
                "│   in join_one\n"
                "└── C: pending, waits for sleep\n"
                "        in sleep_long\n"
                "B: pending, waits for task\n"
                "│   in join_one\n"
                "└── C: see above\n");
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = 3));
    CORUN_END();
}

/* X6 B75: `cycle: A → B → A` */
TEST_LOOP(a_circle_is_told, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    name_myself();
    my->tasks[0] = spawn(CORUN_CALL(join_one, .task = &my->tasks[1]), "A");
    my->tasks[1] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "B");
    CORUN_AWAIT(corun_yield());
    CHECK_DRAWN("test: running\n"
                "    in a_circle_is_told\n"
                "    in run_case\n"
                "A: pending, waits for task\n"
                "│   in join_one\n"
                "└── B: pending, waits for task\n"
                "    │   in join_one\n"
                "    └── cycle: A → B → A\n");
    my->tasks[2] = spawn(CORUN_CALL(join_one, .task = &my->tasks[1]), "C");
    CORUN_AWAIT(corun_yield());
    CHECK_DRAWN("test: running\n"
                "    in a_circle_is_told\n"
                "    in run_case\n"
                "C: pending, waits for task\n"
                "│   in join_one\n"
                "└── B: pending, waits for task\n"
                "    │   in join_one\n"
                "    └── A: pending, waits for task\n"
                "        │   in join_one\n"
                "        └── cycle: B → A → B\n");
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = 3));
    CORUN_END();
}

TEST_LOOP(where_each_was_spawned_and_waits_is_told, (corun_task *task; char expected[64]; int line;)) {
    CORUN_BEGIN();
    my->line = __LINE__ + 1;
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_long), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    draw();
    snprintf(my->expected, sizeof my->expected, "tree_test.c:%d\n", my->line);
    CHECK(strstr(drawn, my->expected) != NULL);
    CHECK(strstr(drawn, "    in sleep_long (") != NULL);
    CHECK_EQ(corun_task_spawned_at(my->task).line, my->line);
    CHECK(strstr(corun_task_spawned_at(my->task).file, "tree_test.c") != NULL);
    CHECK(corun_task_spawned_at(my->task).function == NULL);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = &my->task, .count = 1));
    CORUN_END();
}

TEST_LOOP(what_was_spawned_without_a_call_has_no_place, (corun_task *task;)) {
    CORUN_BEGIN();
    my->task = spawn(corun_sleep(100), "sleeper");
    CHECK(corun_task_spawned_at(my->task).file == NULL);
    CHECK_EQ(corun_task_spawned_at(my->task).line, 0);
    draw();
    CHECK(strstr(drawn, "sleeper: new\n") != NULL);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = &my->task, .count = 1));
    CORUN_END();
}

TEST_LOOP(a_name_that_nobody_gave_is_its_number, (corun_task *task; char expected[64];)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_long), &my->task), 0);
    draw();
    snprintf(my->expected, sizeof my->expected, "\n%s: new", corun_task_name(my->task));
    CHECK(strstr(drawn, my->expected) != NULL);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = &my->task, .count = 1));
    CORUN_END();
}

/* -------------------------------------------------------------- long chains */

enum { LONG = 10000 };

CORUN_ASYNC(sleep_deep, (int depth;), ()) {
    CORUN_BEGIN();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(sleep_deep, .depth = my->depth - 1));
    else
        CORUN_AWAIT(CORUN_CALL(sleep_long));
    CORUN_END();
}

static int lines_with(const char *text)
{
    int count = 0;
    for (const char *at = drawn; (at = strstr(at, text)); at++)
        count++;
    return count;
}

TEST_LOOP(of_a_deep_chain_of_awaits_both_ends_are_told, (corun_task *task;)) {
    CORUN_BEGIN();
    my->task = spawn(CORUN_CALL(sleep_deep, .depth = LONG - 1), "deep");
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_stack(my->task, NULL, 0), LONG + 1);
    draw();
    CHECK_EQ(lines_with("in sleep_deep ("), 63);
    CHECK_EQ(lines_with("\n    in sleep_long ("), 1);
    CHECK_EQ(lines_with("\n    ... 9937 more\n"), 1);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = &my->task, .count = 1));
    CORUN_END();
}

/* Each joins the next; drawn into nowhere, since it is long. */
TEST_LOOP(a_chain_of_10000_joins_is_drawn, (corun_task **tasks; int n; FILE *nowhere;)) {
    CORUN_BEGIN();
    my->tasks = calloc(LONG, sizeof *my->tasks);
    my->tasks[LONG - 1] = spawn(CORUN_CALL(sleep_long), "last");
    for (my->n = LONG - 2; my->n >= 0; my->n--)
        my->tasks[my->n] = spawn(CORUN_CALL(join_one, .task = &my->tasks[my->n + 1]), "link");
    CORUN_AWAIT(corun_yield());
    draw(); /* of which the beginning fits */
    CHECK_EQ(lines_with("\n└── link: pending"), 1);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = LONG));
    free(my->tasks);
    CORUN_END();
}

/* -------------------------------------------------------------- generators */

CORUN_ASYNC(count_slowly, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(sleep_long));
    CORUN_YIELD(.i = 1);
    CORUN_END();
}

CORUN_ASYNC(consume, (), (corun_generator *numbers;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_generator_open(CORUN_CALL(count_slowly), &my->numbers);
    CORUN_FOR_EACH(my->numbers)
        CHECK(false);
    CORUN_FINALLY();
    corun_generator_release(my->numbers);
    CORUN_END();
}

TEST_LOOP(a_generator_is_part_of_the_chain, (corun_task *task;)) {
    CORUN_BEGIN();
    name_myself();
    my->task = spawn(CORUN_CALL(consume), "consumer");
    CORUN_AWAIT(corun_yield());
    CHECK_DRAWN("test: running\n"
                "    in a_generator_is_part_of_the_chain\n"
                "    in run_case\n"
                "consumer: pending, waits for sleep\n"
                "    in sleep_long\n"
                "    in count_slowly\n"
                "    in consume\n");
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = &my->task, .count = 1));
    CORUN_END();
}

/* ------------------------------------------------------------------ states */

CORUN_ASYNC(clean_up_slowly, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(100));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_sleep(0.001));
    CORUN_END();
}

#define CHECK_STATE(task, state, what) \
    (CHECK_TEXT(corun_task_state(task), state), test_check_what(task, what, __LINE__))

static void test_check_what(const corun_task *task, const char *what, int line)
{
    const char *is = corun_task_waits_for(task);
    test_check_text(is ? is : "nothing", what ? what : "nothing", "waits for", __FILE__, line);
}

/* T15 */
TEST_LOOP(a_task_has_a_state_at_each_moment, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_STATE(corun_current_task(), "running", NULL);
    my->task = spawn(CORUN_CALL(clean_up_slowly), "it");
    CHECK_STATE(my->task, "new", NULL);
    CORUN_AWAIT(corun_yield());
    CHECK_STATE(my->task, "pending", "sleep");
    corun_task_cancel(my->task, NULL);
    CHECK_STATE(my->task, "cancelling", NULL);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_STATE(my->task, "cancelling", "sleep");
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_STATE(my->task, "cancelled", NULL);
    corun_task_release(my->task);
    my->task = spawn(corun_yield(), "it");
    CORUN_AWAIT(corun_yield());
    CHECK_STATE(my->task, "ready", NULL);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_STATE(my->task, "finished", NULL);
    corun_task_release(my->task);
    CORUN_END();
}

static corun_task *outer;

CORUN_ASYNC(look_at_outer, (), ()) {
    CORUN_BEGIN();
    CHECK_STATE(outer, "running", NULL);
    CHECK_STATE(corun_current_task(), "running", NULL);
    CORUN_END();
}

TEST_LOOP(who_spawns_eagerly_runs_meanwhile, ()) {
    CORUN_BEGIN();
    outer = corun_current_task();
    CHECK_ERROR(corun_loop_spawn_with(NULL, CORUN_CALL(look_at_outer),
                                      &(corun_spawn_options){.start = CORUN_START_EAGER}, NULL), 0);
    CORUN_END();
}

/* ------------------------------------------------------------------- edges */

/* Takes the places out of a call graph. */
static void forget_lines(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        if (strncmp(from, "File '", 6) == 0)
            from = strstr(from, ", in async ");
        *to++ = *from++;
    }
    *to = '\0';
}

CORUN_ASYNC(graph_inner, (), (corun_where chain[3]; corun_task *awaiters[2];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_stack(corun_current_task(), my->chain, 3), 2);
    CHECK_TEXT(my->chain[0].function, "graph_inner");
    CHECK_TEXT(my->chain[1].function, "graph_mid");
    CHECK_EQ(corun_task_awaited_by(corun_current_task(), my->awaiters, 2), 1);
    CHECK_TEXT(corun_task_name(my->awaiters[0]), "parent");
    CHECK_EQ(corun_task_stack(my->awaiters[0], my->chain, 3), 1);
    CHECK_TEXT(my->chain[0].function, "join_one");
    draw_call_graph(NULL);
    forget_lines(drawn);
    CHECK_TEXT(drawn, "* Task(name='M')\n"
                      "  + Call stack:\n"
                      "  |   , in async graph_inner()\n"
                      "  |   , in async graph_mid()\n"
                      "  + Awaited by:\n"
                      "    * Task(name='parent')\n"
                      "      + Call stack:\n"
                      "      |   , in async join_one()\n"
                      "      + Awaited by:\n"
                      "        * Task(name='test')\n"
                      "          + Call stack:\n"
                      "          |   , in async a_task_sees_who_awaits_it()\n"
                      "          |   , in async run_case()\n");
    CORUN_END();
}

CORUN_ASYNC(graph_mid, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(graph_inner));
    CORUN_END();
}

/* INT-01 X5: M awaits mid awaits inner, and the parent awaits M; by a join, in place of the group */
TEST_LOOP(a_task_sees_who_awaits_it, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    name_myself();
    my->tasks[1] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "parent");
    my->tasks[0] = spawn(CORUN_CALL(graph_mid), "M");
    CORUN_AWAIT(corun_join(my->tasks[1]));
    CHECK_EQ(corun_task_awaited_by(my->tasks[0], NULL, 0), 0);
    corun_task_release(my->tasks[0]);
    corun_task_release(my->tasks[1]);
    CORUN_END();
}

static void ignore(corun_task *task, void *unused)
{
    (void)task, (void)unused;
}

/* X5, and what INT-02 asks of joins: they end when the child does. A callback is no awaiter. */
TEST_LOOP(an_awaiter_is_gone_when_its_wait_has_ended, (corun_task *tasks[3]; corun_task *awaiters[2];)) {
    CORUN_BEGIN();
    my->tasks[0] = spawn(CORUN_CALL(sleep_long), "child");
    CHECK_EQ(corun_task_awaited_by(my->tasks[0], my->awaiters, 2), 0);
    CHECK_ERROR(corun_task_add_done_callback(my->tasks[0], ignore, NULL), 0);
    my->tasks[1] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "first");
    my->tasks[2] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "second");
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_awaited_by(my->tasks[0], my->awaiters, 2), 2);
    CHECK(my->awaiters[0] == my->tasks[1] && my->awaiters[1] == my->tasks[2]);
    my->awaiters[0] = NULL;
    CHECK_EQ(corun_task_awaited_by(my->tasks[0], my->awaiters, 0), 2);
    CHECK(my->awaiters[0] == NULL);
    corun_task_cancel(my->tasks[1], NULL); /* which cancels the child */
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(corun_task_awaited_by(my->tasks[0], NULL, 0), 0);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = 3));
    CORUN_END();
}

TEST_LOOP(the_call_graph_of_a_circle_has_an_end, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    my->tasks[0] = spawn(CORUN_CALL(join_one, .task = &my->tasks[1]), "A");
    my->tasks[1] = spawn(CORUN_CALL(join_one, .task = &my->tasks[0]), "B");
    CORUN_AWAIT(corun_yield());
    draw_call_graph(my->tasks[0]);
    CHECK_EQ(lines_with("* Task(name='A')"), 12);
    CHECK_EQ(lines_with("* Task(name='B')"), 12);
    CHECK_EQ(lines_with(" ...\n"), 1);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = 2));
    CORUN_END();
}

TEST(outside_of_a_task_there_is_no_call_graph)
{
    draw_call_graph(NULL);
    CHECK_TEXT(drawn, "");
}

/* ------------------------------------------------------------------ memory */

TEST_LOOP(without_memory_it_is_a_list, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    name_myself();
    my->tasks[0] = spawn(CORUN_CALL(join_one, .task = &my->tasks[1]), "A");
    my->tasks[1] = spawn(CORUN_CALL(sleep_long), "B");
    CORUN_AWAIT(corun_yield());
    test_fail_allocation(1); /* there is no other */
    CHECK_DRAWN("test: running\n"
                "    in without_memory_it_is_a_list\n"
                "    in run_case\n"
                "A: pending, waits for task\n"
                "    in join_one\n"
                "B: pending, waits for sleep\n"
                "    in sleep_long\n");
    CHECK(test_allocation_failed());
    test_fail_allocation(0);
    CORUN_AWAIT(CORUN_CALL(end_tasks, .tasks = my->tasks, .count = 2));
    CORUN_END();
}
