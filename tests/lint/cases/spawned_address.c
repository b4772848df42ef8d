/* A task and a generator that are given the address of a local run when the step has returned. */
#include <corun.h>

CORUN_ASYNC(add, (int *sum; int more;), ()) {
    CORUN_BEGIN();
    *my->sum += my->more;
    CORUN_END();
}

CORUN_ASYNC(program, (), (corun_generator *generator; int n;)) {
    CORUN_BEGIN();
    int sum = 0, other = 0;
    corun_spawn(CORUN_CALL(add, .sum = &sum, .more = 1), NULL); /* lint: sum */
    corun_generator_open(CORUN_CALL(add, .sum = &other), &my->generator); /* lint: other */
    corun_task *task;
    corun_spawn(CORUN_CALL(add, .sum = &my->n), &task);
    corun_task_release(task);
    CORUN_END();
}

int main(void)
{
    int sum = 0;
    corun_loop *loop = NULL;
    corun_loop_spawn(loop, CORUN_CALL(add, .sum = &sum), NULL);
    return corun_run(CORUN_CALL(add, .sum = &sum), NULL, NULL);
}
