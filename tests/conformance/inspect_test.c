/* INT: who awaits a task, and where it stands. */
#include "scene.h"

#include <stdio.h>

enum { OWN_ERROR = CORUN_USER - 1 };

/* ------------------------------------------------------------------- call graph */

/* Each of these words stands behind the one before it. */
static void check_order(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(text, words[i]);
        if (!found) {
            CHECK_TEXT(text, words[i]);
            return;
        }
        text = found + strlen(words[i]);
    }
}

CORUN_ASYNC(inner, (), ()) {
    static const char *const expected[] = {
        "* Task(name='M'", "Call stack:", "in async inner()", "in async mid()", "Awaited by:",
        "* Task(name='parent'", "Call stack:", "in async parent()", "in async INT_01_call_graph_main()",
    };
    static char text[4096];
    FILE *file;
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    file = fmemopen(text, sizeof text - 1, "w");
    CHECK(file != NULL);
    corun_print_call_graph(NULL, file);
    fclose(file);
    CHECK(strncmp(text, expected[0], strlen(expected[0])) == 0);
    check_order(text, expected, sizeof expected / sizeof *expected);
    test_log("seen");
    CORUN_END();
}

CORUN_ASYNC(mid, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(inner));
    CORUN_END();
}

CORUN_ASYNC(parent, (), (corun_group group; corun_task *child, *awaiter;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_task_set_name(corun_current_task(), "parent"), 0);
    CHECK_ERROR(corun_group_open(&my->group), 0);
    CORUN_TRY();
    CHECK_ERROR(corun_group_spawn_with(&my->group, CORUN_CALL(mid), &(corun_spawn_options){.name = "M"}, &my->child), 0);
    CHECK_EQ(corun_task_awaited_by(my->child, &my->awaiter, 1), 1);
    CHECK(my->awaiter == corun_current_task());
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CHECK_EQ(corun_task_awaited_by(my->child, NULL, 0), 0);
    corun_task_release(my->child);
    CORUN_END();
}

SCENARIO_MAIN(INT_01_call_graph, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(parent));
    CHECK_LOG("seen");
    CORUN_END();
}

/* ------------------------------------------------------------------- its edges */

CORUN_ASYNC(survive, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(fail, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.002));
    CORUN_RAISE(OWN_ERROR);
    CORUN_END();
}

static corun_task *awaiter; /* while it waits */

static void check_awaited(void *child)
{
    corun_task *found = NULL;
    CHECK_EQ(corun_task_awaited_by(child, &found, 1), 1);
    CHECK(found == awaiter);
    test_log("awaited");
}

static void look_while_it_waits(corun_task *child)
{
    awaiter = corun_current_task();
    CHECK_EQ(corun_task_awaited_by(child, NULL, 0), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), check_awaited, child, NULL), 0);
}

static void check_survived(corun_task *child)
{
    CHECK_LOG("awaited");
    CHECK(!corun_task_done(child));
    CHECK_EQ(corun_task_awaited_by(child, NULL, 0), 0);
}

SCENARIO_MAIN(INT_02_edges_disappear, (corun_task *child;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(survive), &my->child), 0);

    look_while_it_waits(my->child);
    CORUN_AWAIT(corun_wait(CORUN_LIST(corun_join(my->child)), CORUN_ALL_COMPLETED, 0.004));
    check_survived(my->child);

    look_while_it_waits(my->child);
    CORUN_CATCH_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(fail), corun_join(my->child)), NULL, 0));
    CHECK_ERROR(CORUN_ERROR(), OWN_ERROR);
    check_survived(my->child);

    corun_task_release(my->child);
    CORUN_END();
}
