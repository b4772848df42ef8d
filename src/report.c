#include "report.h"

#include "duration.h"
#include "inspect.h"
#include "task.h"
#include "text.h"

/* -------------------------------------------------------------------- text */

void print_integer(FILE *file, uint32_t number)
{
    char text[TEXT_NUMBER_SIZE];
    text_append_number(text, number);
    fputs(text, file);
}

void print_where(FILE *file, corun_where where)
{
    fputs(where.function ? where.function : "?", file);
    if (!where.file)
        return;
    fputs(" (", file);
    fputs(where.file, file);
    fputs(":", file);
    print_integer(file, (uint32_t)where.line);
    fputs(")", file);
}

void report_text(const char *text)
{
    fputs(text, stderr);
}

void report_integer(uint32_t number)
{
    print_integer(stderr, number);
}

void report_where(corun_where where)
{
    print_where(stderr, where);
}

/* A group's, each with the task it comes from. */
static void report_errors(const corun_failure *failure)
{
    for (size_t i = 0; i < failure->count; i++) {
        const corun_child_error *error = &failure->errors[i];
        corun_where where = error->where;
        report_text("  + ");
        where.function = error->name ? error->name : where.file ? "not spawned" : "the body";
        report_where(where);
        report_text(": ");
        if (error->failure) {
            report_failure(error->failure);
        } else {
            report_text(corun_error_name(error->code));
            report_text("\n");
        }
    }
}

void report_failure(const corun_failure *failure)
{
    for (; failure; failure = failure->context) {
        report_text(corun_error_name(failure->code));
        report_text(": ");
        report_text(failure->message);
        report_text("\n");
        for (size_t i = 0; i < failure->depth; i++) {
            report_text("  in ");
            report_where(failure->trace[i]);
            report_text("\n");
        }
        report_errors(failure);
        if (failure->context)
            report_text("  while this was being cleaned up after: ");
    }
}

/* ----------------------------------------------------------------- reports */

static void print_report(const corun_report *report)
{
    report_text("corun: ");
    report_text(report->message ? report->message : "Unhandled exception in event loop");
    report_text("\n");
    if (report->task) {
        report_text("  ");
        report_text(corun_task_name(report->task));
        if (report->where.file) {
            report_text(", spawned at ");
            report_text(report->where.file);
            report_text(":");
            report_integer((uint32_t)report->where.line);
        }
        report_text("\n");
        if (!corun_task_done(report->task))
            inspect_chain(stderr, report->task, "    ");
    }
    if (report->failure)
        report_failure(report->failure);
}

void corun_loop_set_exception_handler(corun_loop *loop, corun_exception_handler *handler, void *argument)
{
    loop->handler = handler;
    loop->handler_argument = argument;
}

void corun_loop_call_exception_handler(corun_loop *loop, const corun_report *report)
{
    struct bindings **outer;
    if (!loop->handler) {
        print_report(report);
        return;
    }
    /* It sees the variables of whom the report is about (X1). */
    outer = report->task ? bindings_enter(task_bindings(report->task)) : NULL;
    loop->handler(loop, report, loop->handler_argument);
    if (report->task)
        bindings_enter(outer);
}

static void report_task(corun_loop *loop, const char *message, corun_task *task)
{
    corun_report report = {.message = message, .task = task};
    report.failure = corun_task_failure(task);
    report.where = (corun_where){task->file, NULL, task->line};
    corun_loop_call_exception_handler(loop, &report);
}

void report_destroyed(corun_loop *loop, corun_task *task)
{
    report_task(loop, "Task was destroyed but it is pending!", task);
}

void report_at_shutdown(corun_loop *loop, corun_task *task)
{
    report_task(loop, "unhandled exception during corun_run() shutdown", task);
}

void report_never_retrieved(corun_future *future)
{
    corun_report report = {.message = "Future exception was never retrieved", .future = future};
    if (future->flags & FUTURE_IS_TASK) {
        report_task(future->loop, "Task exception was never retrieved", (corun_task *)(void *)future);
        return;
    }
    report.failure = future->outcome.failure;
    corun_loop_call_exception_handler(future->loop, &report);
}

void report_late_generator(corun_loop *loop, const char *name)
{
    char text[128 + TEXT_SHORT];
    corun_report report = {.message = text};
    text_append(text_append_short(text_append(text, "asynchronous generator "), name),
                " was scheduled after the loop's generators were closed");
    corun_loop_call_exception_handler(loop, &report);
}

void report_generator_closed(corun_loop *loop, corun_task *task)
{
    char text[128 + TEXT_SHORT];
    text_append_short(text_append(text, "an error occurred during closing of asynchronous generator "),
                      corun_task_name(task));
    report_task(loop, text, task);
}

void report_slow(corun_loop *loop, corun_task *task, int64_t took_ns)
{
    char text[64 + TEXT_SHORT + TEXT_SECONDS_SIZE], *at = text_append(text, "Executing ");
    corun_report report = {.message = text, .task = task};
    if (task)
        report.where = (corun_where){task->file, NULL, task->line};
    at = text_append_short(at, task ? corun_task_name(task) : "a callback");
    text_append(text_append_seconds(text_append(at, " took "), took_ns), " seconds");
    corun_loop_call_exception_handler(loop, &report);
}

void report_left_references(corun_loop *loop)
{
    for (struct list *at = loop->unreleased.next; at != &loop->unreleased; at = at->next)
        report_task(loop, "Task reference was never released", container_of(at, corun_task, all));
}

void report_executor(corun_loop *loop, double seconds)
{
    char text[80 + TEXT_SECONDS_SIZE], *at;
    corun_report report = {.message = text};
    at = text_append(text, "The executor did not finishing joining its threads within ");
    text_append(text_append_seconds(at, time_after(0, seconds)), " seconds.");
    corun_loop_call_exception_handler(loop, &report);
}

void report_deadlock_once(corun_loop *loop)
{
    if (loop->deadlock_told)
        return;
    loop->deadlock_told = true;
    report_text("corun: every task waits, and only an interrupt can end that\n");
    corun_print_tasks(loop, stderr);
}

/* Whether a run that ended so has failed, and not been told to end. */
static bool has_failed(int error)
{
    return error && error != CORUN_INTERRUPTED && error != CORUN_SYSTEM_EXIT && error != CORUN_CANCELLED;
}

void report_run(corun_loop *loop, int error)
{
    if (error == CORUN_DEADLOCK)
        report_text("corun: every task waits and nothing can wake one\n");
    else if (loop->debug && has_failed(error) && !list_is_empty(&loop->tasks))
        report_text("corun: the run has failed and leaves these tasks\n");
    else
        return;
    corun_print_tasks(loop, stderr);
}
