#include "inspect.h"

#include "memory.h"
#include "observer.h"
#include "report.h"
#include "shield.h"
#include "task.h"

/* ------------------------------------------------------------------- stacks */

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

static const char *state_of_pending(const corun_task *task)
{
    if (task->cancels > 0)
        return "cancelling";
    switch ((enum task_wait)task->future.wait) {
    case WAIT_WAITING:
        return "pending";
    case WAIT_STARTING:
        return "running";
    case WAIT_NONE:
        return has_begun(task) ? "running" : "new";
    default:
        return "ready";
    }
}

const char *corun_task_state(const corun_task *task)
{
    switch ((enum future_state)task->future.state) {
    case FUTURE_PENDING:
        return state_of_pending(task);
    case FUTURE_CANCELLED:
        return "cancelled";
    default:
        return "finished";
    }
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

/* Marks whoever waits for a task, or takes the marks away. */
static void mark_awaiters(const corun_task *task, bool marked)
{
    const struct list *last = task->future.waiters, *at = last;
    if (!last)
        return;
    do {
        corun_task *awaiter = awaiter_of(at = at->next);
        if (awaiter)
            awaiter->future.flags = (uint8_t)((awaiter->future.flags & ~FUTURE_MARKED) | (marked ? FUTURE_MARKED : 0));
    } while (at != last);
}

/* Each once, though it may wait in several ways. */
size_t corun_task_awaited_by(const corun_task *task, corun_task **out_tasks, size_t capacity)
{
    const struct list *last = task->future.waiters, *at = last;
    size_t count = 0;
    if (!last)
        return 0;
    mark_awaiters(task, true);
    do {
        corun_task *awaiter = awaiter_of(at = at->next);
        if (!awaiter || !(awaiter->future.flags & FUTURE_MARKED))
            continue;
        awaiter->future.flags &= (uint8_t)~FUTURE_MARKED;
        if (count++ < capacity)
            out_tasks[count - 1] = awaiter;
    } while (at != last);
    return count;
}

/* -------------------------------------------------------------------- lines */

/* Of a long chain both ends are told. */
enum { FRAMES_INSIDE = 48, FRAMES_OUTSIDE = 16 };

/* Without the memory that a name of its own takes. */
void inspect_name(FILE *file, const corun_task *task)
{
    const struct rare *rare = task->future.rare;
    if (rare && rare->name) {
        fputs(rare->name, file);
        return;
    }
    fputs("Task-", file);
    print_integer(file, task->number);
}

void inspect_task(FILE *file, const corun_task *task)
{
    const char *what = corun_task_waits_for(task);
    inspect_name(file, task);
    fputs(": ", file);
    fputs(corun_task_state(task), file);
    if (what) {
        fputs(", waits for ", file);
        fputs(what, file);
    }
    if (task->file) {
        fputs(", spawned at ", file);
        fputs(task->file, file);
        fputs(":", file);
        print_integer(file, (uint32_t)task->line);
    }
    fputs("\n", file);
}

static void print_left_out(FILE *file, const char *margin, size_t count)
{
    fputs(margin, file);
    fputs("... ", file);
    print_integer(file, (uint32_t)count);
    fputs(" more\n", file);
}

void inspect_chain(FILE *file, const corun_task *task, const char *margin)
{
    size_t depth = corun_task_stack(task, NULL, 0), at = 0;
    size_t left_out = depth > FRAMES_INSIDE + FRAMES_OUTSIDE ? depth - FRAMES_INSIDE - FRAMES_OUTSIDE : 0;
    for (const corun_frame *frame = task->top; frame; frame = frame->caller, at++) {
        bool is_left_out = at >= FRAMES_INSIDE && at < FRAMES_INSIDE + left_out;
        if (at == FRAMES_INSIDE && is_left_out)
            print_left_out(file, margin, left_out);
        if (is_left_out)
            continue;
        fputs(margin, file);
        fputs("in ", file);
        print_where(file, where_stands(frame));
        fputs("\n", file);
    }
}

/* ---------------------------------------------------------------- call graph */

enum { DEEPEST_GRAPH = 24 };

static void print_margin(FILE *file, int depth, const char *text)
{
    for (int i = 0; i < depth; i++)
        fputs("    ", file);
    fputs(text, file);
}

static void print_call(FILE *file, int depth, corun_where where)
{
    print_margin(file, depth, "  |   File '");
    fputs(where.file, file);
    fputs("', line ", file);
    print_integer(file, (uint32_t)where.line);
    fputs(", in async ", file);
    fputs(where.function, file);
    fputs("()\n", file);
}

static void print_graph_of(const corun_task *task, FILE *file, int depth);

static void print_awaiters(const corun_task *task, FILE *file, int depth)
{
    size_t count = corun_task_awaited_by(task, NULL, 0);
    corun_task **awaiters;
    if (count == 0)
        return;
    print_margin(file, depth, "  + Awaited by:\n");
    awaiters = memory_allocate(count * sizeof *awaiters);
    if (!awaiters) {
        print_margin(file, depth, "    (no memory)\n");
        return;
    }
    corun_task_awaited_by(task, awaiters, count);
    for (size_t i = 0; i < count; i++)
        print_graph_of(awaiters[i], file, depth + 1);
    memory_release(awaiters);
}

/* Circles end where the depth does. */
static void print_graph_of(const corun_task *task, FILE *file, int depth)
{
    if (depth == DEEPEST_GRAPH) {
        print_margin(file, depth, "...\n");
        return;
    }
    print_margin(file, depth, "* Task(name='");
    inspect_name(file, task);
    fputs("')\n", file);
    if (task->top)
        print_margin(file, depth, "  + Call stack:\n");
    for (const corun_frame *frame = task->top; frame; frame = frame->caller)
        print_call(file, depth, where_stands(frame));
    print_awaiters(task, file, depth);
}

void corun_print_call_graph(const corun_task *task, FILE *file)
{
    if (!task)
        task = corun_current_task();
    if (task)
        print_graph_of(task, file, 0);
}
