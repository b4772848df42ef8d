/* EAG: tasks that begin inside the call that spawns them. */
#include "scene.h"

static void log_done(corun_task *task, void *word)
{
    CHECK(corun_task_done(task));
    test_log(word);
}

static bool is_listed(const corun_task *task)
{
    corun_task *tasks[8];
    size_t count = corun_all_tasks(corun_current_loop(), tasks, 8);
    for (size_t i = 0; i < count && i < 8; i++)
        if (tasks[i] == task)
            return true;
    return false;
}

CORUN_ASYNC(return_at_once, (), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

SCENARIO_MAIN(EAG_01_completes_inline, (corun_task *task;)) {
    CORUN_BEGIN();
    corun_loop_set_task_factory(corun_current_loop(), corun_eager_task_factory, NULL);
    CHECK_ERROR(corun_spawn(CORUN_CALL(return_at_once), &my->task), 0);
    CHECK(corun_task_done(my->task));
    CHECK(!is_listed(my->task));
    CHECK_ERROR(corun_task_add_done_callback(my->task, log_done, "done"), 0);
    CHECK_LOG("");
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("done");
    corun_task_release(my->task);
    CORUN_END();
}

static corun_task *seen;

CORUN_ASYNC(log_and_yield, (), ()) {
    CORUN_BEGIN();
    seen = corun_current_task();
    CHECK(is_listed(seen));
    test_log("first");
    CORUN_AWAIT(corun_yield());
    test_log("second");
    CORUN_END();
}

SCENARIO_MAIN(EAG_02_blocks_after_first_step, (corun_task *task, *self;)) {
    CORUN_BEGIN();
    my->self = corun_current_task();
    corun_loop_set_task_factory(corun_current_loop(), corun_eager_task_factory, NULL);
    CHECK_ERROR(corun_spawn(CORUN_CALL(log_and_yield), &my->task), 0);
    CHECK_LOG("first");
    CHECK(seen == my->task);
    CHECK(corun_current_task() == my->self);
    CHECK(!corun_task_done(my->task));
    CORUN_AWAIT(corun_join(my->task));
    CHECK_LOG("second");
    corun_task_release(my->task);
    CORUN_END();
}

static int outer = 1, inner = 2;
static const corun_var v = {.name = "v"};

CORUN_ASYNC(set_v, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&v, &inner, NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(corun_var_get(&v) == &inner);
    CORUN_END();
}

SCENARIO_MAIN(EAG_04_context_isolation, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&v, &outer, NULL), 0);
    corun_loop_set_task_factory(corun_current_loop(), corun_eager_task_factory, NULL);
    CHECK_ERROR(corun_spawn(CORUN_CALL(set_v), &my->task), 0);
    CHECK(corun_var_get(&v) == &outer);
    CORUN_AWAIT(corun_join(my->task));
    CHECK(corun_var_get(&v) == &outer);
    corun_task_release(my->task);
    CORUN_END();
}
