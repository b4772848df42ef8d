/* Running a loop until one awaitable is done, without a runner. B29-B33. */
#include <errno.h>

#include "memory.h"
#include "task.h"

/* Before anything is made. */
static int check_run(const corun_loop *loop)
{
    int rc = loop_check_enter(loop);
    if (rc < 0)
        return rc;
    if (loop->runner)
        return CORUN_RUNNING;
    return backend_can_wait(&loop->backend) ? 0 : CORUN_UNSUPPORTED;
}

/* Gives the task's value away; it goes with its last reference otherwise. */
static int take_value(corun_task *task, corun_value *out_value)
{
    corun_value value = CORUN_VALUE();
    int error = corun_task_result(task, &value);
    void *copy;
    if (error || !out_value)
        return error;
    if (value.tag == CORUN_BYTES) {
        copy = memory_copy(value.bytes, value.size);
        if (!copy)
            return -ENOMEM;
        value.bytes = copy;
    }
    *out_value = value;
    return 0;
}

int corun_loop_run_until_complete(corun_loop *loop, corun_awaitable awaitable, corun_value *out_value)
{
    corun_task *task;
    int rc = check_run(loop);
    if (rc < 0)
        return rc;
    rc = corun_loop_spawn(loop, awaitable, &task);
    if (rc < 0)
        return rc;
    loop_stop_after(loop, task);
    rc = corun_loop_run(loop);
    loop_forget_stop(loop, task);
    if (rc == CORUN_SYSTEM_EXIT && out_value)
        *out_value = CORUN_VALUE(.i = loop->exit_status);
    task->future.flags |= FUTURE_RETRIEVED; /* an error that it gets later is told of all the same (T2) */
    if (rc == 0)
        rc = corun_task_done(task) ? take_value(task, out_value) : CORUN_STOPPED;
    corun_task_release(task);
    return rc;
}
