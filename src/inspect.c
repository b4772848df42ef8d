#include "inspect.h"

#include "memory.h"
#include "observer.h"
#include "report.h"
#include "shield.h"
#include "task.h"
#include "text.h"

/* ------------------------------------------------------------------- stacks */

/* The line of its await, before its first step that of its definition. */
static int line_of(const corun_frame *frame)
{
    return frame->line ? frame->line : frame->coroutine->line;
}

size_t corun_task_stack(const corun_task *task, corun_where *out_chain, size_t capacity)
{
    size_t depth = 0;
    for (const corun_frame *frame = task->top; frame; frame = frame->caller)
        if (depth++ < capacity)
            *out_chain++ = (corun_where){frame->coroutine->file, frame->coroutine->name, line_of(frame)};
    return depth;
}

corun_where corun_task_spawned_at(const corun_task *task)
{
    return (corun_where){task->file, NULL, task->file ? task->line : 0};
}

/* ------------------------------------------------------------------- states */

/* An await, or a call of another coroutine, leaves its mark in the frames. */
static bool has_begun(const corun_task *task)
{
    return task->future.loop->current == task || !task->top || task->top->resume != 0 || task->top->caller;
}

const char *corun_task_state(const corun_task *task)
{
    enum task_wait wait = (enum task_wait)task->future.wait;
    if (task->future.state != FUTURE_PENDING)
        return task->future.state == FUTURE_CANCELLED ? "cancelled" : "finished";
    if (task->cancels > 0)
        return "cancelling";
    if (wait == WAIT_WAITING)
        return "pending";
    if (wait == WAIT_NONE && !has_begun(task))
        return "new";
    return wait == WAIT_NONE || wait == WAIT_STARTING ? "running" : "ready";
}

const char *corun_task_waits_for(const corun_task *task)
{
    bool waits = task->future.state == FUTURE_PENDING && task->future.wait == WAIT_WAITING;
    return waits ? task->future.awaitable.type->name : NULL;
}

/* -------------------------------------------------------------------- edges */

/* The task that waits by an entry among another one's waiters; NULL if none does. */
static corun_task *awaiter_of(const struct list *link)
{
    struct entry *entry = container_of(link, struct entry, link);
    const struct observer *observer = observer_of_entry(entry);
    if (observer)
        return observer->owner->task;
    return entry->run == task_resume_joined || entry->run == shield_told ? task_of_entry(entry) : NULL;
}

corun_task *awaiter_next(const corun_task *task, const struct list **at)
{
    const struct list *last = task->future.waiters;
    corun_task *awaiter = NULL;
    while (last && !awaiter && *at != last) {
        *at = (*at ? *at : last)->next;
        awaiter = awaiter_of(*at);
    }
    return awaiter;
}

/* Each once, though it may wait in several ways: the first time that it is met takes its mark away. */
size_t corun_task_awaited_by(const corun_task *task, corun_task **out_tasks, size_t capacity)
{
    const struct list *at = NULL;
    size_t count = 0;
    for (corun_task *awaiter; (awaiter = awaiter_next(task, &at));)
        awaiter->future.flags |= FUTURE_MARKED;
    at = NULL;
    for (corun_task *awaiter; (awaiter = awaiter_next(task, &at));) {
        if (!(awaiter->future.flags & FUTURE_MARKED))
            continue;
        awaiter->future.flags &= (uint8_t)~FUTURE_MARKED;
        if (count++ < capacity)
            *out_tasks++ = awaiter;
    }
    return count;
}

/* -------------------------------------------------------------------- lines */

/* Of a long chain both ends are told. */
enum { FRAMES_INSIDE = 48, FRAMES_OUTSIDE = 16 };

/* Without the memory that a name of its own takes. */
void inspect_name(FILE *file, const corun_task *task)
{
    const struct rare *rare = task->future.rare;
    if (rare && rare->name)
        fputs(rare->name, file);
    else
        print_number(file, "Task-", task->number, NULL);
}

void inspect_task(FILE *file, const corun_task *task)
{
    const char *what = corun_task_waits_for(task);
    inspect_name(file, task);
    print_texts(file, ": ", corun_task_state(task), what ? ", waits for " : NULL, what);
    print_origin(file, task->file, task->line);
}

void print_margin(FILE *file, uint32_t bars, uint32_t depth)
{
    for (uint32_t i = 1; i <= depth; i++)
        fputs(bars >> i & 1 ? "│   " : "    ", file);
}

void inspect_chain(FILE *file, const corun_task *task, uint32_t bars, uint32_t depth)
{
    size_t left = corun_task_stack(task, NULL, 0), at = 0;
    for (const corun_frame *frame = task->top; frame; frame = frame->caller, at++, left--) {
        print_margin(file, bars, depth);
        if (at == FRAMES_INSIDE && left > FRAMES_OUTSIDE) {
            print_number(file, "... ", (uint32_t)(left - FRAMES_OUTSIDE), " more\n");
            for (; left > FRAMES_OUTSIDE + 1; left--)
                frame = frame->caller;
            continue;
        }
        print_where(file, "in ", frame->coroutine->name, frame->coroutine->file, line_of(frame));
        fputs("\n", file);
    }
}

/* ---------------------------------------------------------------- call graph */

enum { DEEPEST_GRAPH = DEEPEST_MARGIN - 1 };

static void print_graph_of(const corun_task *task, FILE *file, uint32_t depth);

static void print_awaiters(const corun_task *task, FILE *file, uint32_t depth)
{
    size_t count = corun_task_awaited_by(task, NULL, 0);
    corun_task **awaiters;
    if (count == 0)
        return;
    print_margin(file, 0, depth);
    fputs("  + Awaited by:\n", file);
    awaiters = memory_allocate(count * sizeof *awaiters);
    if (!awaiters) {
        print_margin(file, 0, depth);
        fputs("    (no memory)\n", file);
        return;
    }
    corun_task_awaited_by(task, awaiters, count);
    for (size_t i = 0; i < count; i++)
        print_graph_of(awaiters[i], file, depth + 1);
    memory_release(awaiters);
}

/* Circles end where the depth does. */
static void print_graph_of(const corun_task *task, FILE *file, uint32_t depth)
{
    print_margin(file, 0, depth);
    if (depth == DEEPEST_GRAPH) {
        fputs("...\n", file);
        return;
    }
    fputs("* Task(name='", file);
    inspect_name(file, task);
    fputs("')\n", file);
    if (task->top) {
        print_margin(file, 0, depth);
        fputs("  + Call stack:\n", file);
    }
    for (const corun_frame *frame = task->top; frame; frame = frame->caller) {
        print_margin(file, 0, depth);
        print_texts(file, "  |   File '", frame->coroutine->file, "', ", NULL);
        print_number(file, "line ", (uint32_t)line_of(frame), ", in async ");
        print_texts(file, frame->coroutine->name, "()\n", NULL, NULL);
    }
    print_awaiters(task, file, depth);
}

void corun_print_call_graph(const corun_task *task, FILE *file)
{
    if (!task)
        task = corun_current_task();
    if (task)
        print_graph_of(task, file, 0);
}
