#include "inspect.h"

#include "report.h"
#include "task.h"

/* The line of its await, before its first step that of its definition. */
static corun_where where_stands(const corun_frame *frame)
{
    const corun_coroutine *coroutine = frame->coroutine;
    return (corun_where){coroutine->file, coroutine->name, frame->line ? frame->line : coroutine->line};
}

size_t corun_task_stack(const corun_task *task, corun_where *out_chain, size_t capacity)
{
    size_t depth = 0;
    for (const corun_frame *frame = task->top; frame; frame = frame->caller, depth++)
        if (depth < capacity)
            out_chain[depth] = where_stands(frame);
    return depth;
}

/* What a task waits for, in a word. */
static const char *state_of(const corun_task *task)
{
    switch ((enum task_wait)task->future.wait) {
    case WAIT_WAITING:
        return task->future.awaitable.type->name;
    case WAIT_STARTING:
        return "running";
    case WAIT_NONE:
        return task->future.loop->current == task ? "running" : "not started";
    default:
        return "ready";
    }
}

void inspect_chain(const corun_task *task)
{
    for (const corun_frame *frame = task->top; frame; frame = frame->caller) {
        report_text("    in ");
        report_where(where_stands(frame));
        report_text("\n");
    }
}

static void print_task(corun_task *task)
{
    report_text("  ");
    report_text(corun_task_name(task));
    report_text(": ");
    report_text(state_of(task));
    if (task->file) {
        report_text(", spawned at ");
        report_text(task->file);
        report_text(":");
        report_integer((uint32_t)task->line);
    }
    report_text("\n");
    inspect_chain(task);
}

void corun_print_tasks(corun_loop *loop)
{
    if (!loop)
        loop = corun_current_loop();
    if (!loop)
        return;
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next)
        print_task(container_of(at, corun_task, all));
}
