#include "trace.h"

#include <string.h>

static corun_task *leaf, *middle, *top, *beside;

/* What a coroutine is told of its cancellation is a code; the message stands in the task's failure. */
static const char *message_of(corun_task *task)
{
    const corun_failure *failure = corun_task_failure(task);
    return failure ? failure->message : "-";
}

CORUN_ASYNC(wait, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(sleep_, (const char *how;), (corun_task *inner;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    corun_spawn(CORUN_CALL(wait), &my->inner);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->inner));
    if (CORUN_ERROR() == CORUN_CANCELLED)
        printf("leaf cancelled %s\n", message_of(my->inner));
    if (strcmp(my->how, "swallow") == 0)
        CORUN_RETURN(.i = 8);
    CORUN_RAISE(strcmp(my->how, "fail") == 0 ? VALUE_ERROR : CORUN_CANCELLED);
    CORUN_FINALLY();
    corun_task_release(my->inner);
    CORUN_END();
}

CORUN_ASYNC(join, (const char *name; corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    if (CORUN_ERROR()) {
        printf("%s failed %s\n", my->name, name_of(CORUN_ERROR()));
        CORUN_RAISE(CORUN_ERROR());
    }
    if (CORUN_RESULT().tag == CORUN_INTEGER)
        printf("%s got %d\n", my->name, (int)CORUN_RESULT().i);
    else
        printf("%s got None\n", my->name);
    CORUN_AWAIT(corun_yield());
    printf("%s goes on %d\n", my->name, corun_task_cancelling(corun_current_task()));
    CORUN_END();
}

static void tell(corun_task *task)
{
    corun_task_result(task, NULL);
    printf("%d %d\n", corun_task_cancelled(task), corun_task_cancelling(task));
    corun_task_release(task);
}

static bool all_done(void)
{
    return corun_task_done(leaf) && corun_task_done(middle) && corun_task_done(top)
           && corun_task_done(beside);
}

CORUN_ASYNC(case_, (const char *how;), ()) {
    CORUN_BEGIN();
    corun_spawn(CORUN_CALL(sleep_, .how = my->how), &leaf);
    corun_spawn(CORUN_CALL(join, .name = "middle", .task = leaf), &middle);
    corun_spawn(CORUN_CALL(join, .name = "top", .task = middle), &top);
    corun_spawn(CORUN_CALL(join, .name = "beside", .task = leaf), &beside);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(top, "from above");
    while (!all_done())
        CORUN_AWAIT(corun_yield());
    tell(leaf);
    tell(middle);
    tell(top);
    tell(beside);
    CORUN_END();
}

CORUN_ASYNC(main_, (), (int n;)) {
    static const char *const hows[] = {"pass on", "swallow", "fail"};
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++) {
        puts(hows[my->n]);
        CORUN_AWAIT(CORUN_CALL(case_, .how = hows[my->n]));
    }
    CORUN_CATCH_AWAIT(corun_join(corun_current_task()));
    puts(name_of(CORUN_ERROR()));
    CORUN_END();
}

TRACE_MAIN()
{
    corun_run(CORUN_CALL(main_), NULL, NULL);
}
