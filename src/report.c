#include "report.h"

#include "duration.h"
#include "inspect.h"
#include "task.h"
#include "text.h"

/* -------------------------------------------------------------------- text */

void print_texts(FILE *file, const char *first, const char *second, const char *third, const char *fourth)
{
    fputs(first, file);
    if (second)
        fputs(second, file);
    if (third)
        fputs(third, file);
    if (fourth)
        fputs(fourth, file);
}

void print_number(FILE *file, const char *before, uint32_t number, const char *after)
{
    char text[TEXT_NUMBER_SIZE];
    text_append_number(text, number);
    print_texts(file, before, text, after, NULL);
}

void print_where(FILE *file, const char *before, const char *function, const char *source, int line)
{
    print_texts(file, before, function ? function : "?", source ? " (" : NULL, source);
    if (source)
        print_number(file, ":", (uint32_t)line, ")");
}

void print_origin(FILE *file, const char *source, int line)
{
    if (source) {
        print_texts(file, ", spawned at ", source, NULL, NULL);
        print_number(file, ":", (uint32_t)line, NULL);
    }
    fputs("\n", file);
}

/* A group's, each with the task it comes from. */
static void print_errors(FILE *file, const corun_failure *failure)
{
    for (size_t i = 0; i < failure->count; i++) {
        const corun_child_error *error = &failure->errors[i];
        const char *unnamed = error->where.file ? "not spawned" : "the body";
        print_where(file, "  + ", error->name ? error->name : unnamed, error->where.file, error->where.line);
        if (error->failure) {
            fputs(": ", file);
            print_failure(file, error->failure);
        } else {
            print_texts(file, ": ", corun_error_name(error->code), "\n", NULL);
        }
    }
}

void print_failure(FILE *file, const corun_failure *failure)
{
    for (;;) {
        print_texts(file, corun_error_name(failure->code), ": ", failure->message, "\n");
        for (size_t i = 0; i < failure->depth; i++) {
            const corun_where *where = &failure->trace[i];
            print_where(file, "  in ", where->function, where->file, where->line);
            fputs("\n", file);
        }
        print_errors(file, failure);
        failure = failure->context;
        if (!failure)
            break;
        fputs("  while this was being cleaned up after: ", file);
    }
}

/* ----------------------------------------------------------------- reports */

static void print_report(FILE *file, const corun_report *report)
{
    const char *message = report->message ? report->message : "Unhandled exception in event loop";
    corun_task *task = report->task;
    print_texts(file, "corun: ", message, "\n", NULL);
    if (task) {
        print_texts(file, "  ", corun_task_name(task), NULL, NULL);
        print_origin(file, report->where.file, report->where.line);
        if (!corun_task_done(task))
            inspect_chain(file, task, 0, 1);
    }
    if (report->failure)
        print_failure(file, report->failure);
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
        print_report(stderr, report);
        return;
    }
    /* It sees the variables of whom the report is about (X1). */
    outer = report->task ? bindings_enter(task_bindings(report->task)) : NULL;
    loop->handler(loop, report, loop->handler_argument);
    if (report->task)
        bindings_enter(outer);
}

/* Reports on a task or a future (NULL: on nobody), and on an error (NULL: on none). */
static void report_about(corun_loop *loop, const char *message, corun_future *about, const corun_failure *failure)
{
    corun_report report = {.message = message, .future = about, .failure = failure};
    report.task = about ? task_of_future(about) : NULL;
    if (report.task) {
        report.future = NULL;
        report.where = (corun_where){report.task->file, NULL, report.task->line};
    }
    corun_loop_call_exception_handler(loop, &report);
}

static void report_task(corun_loop *loop, const char *message, corun_task *task)
{
    report_about(loop, message, &task->future, corun_task_failure(task));
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
    bool is_task = future->flags & FUTURE_IS_TASK;
    report_about(future->loop, is_task ? "Task exception was never retrieved" : "Future exception was never retrieved",
                 future, future->outcome.failure);
}

/* A message with a name in it, or as much of that as there is room for. */
enum { LONGEST_MESSAGE = 160 };

static void compose(char message[LONGEST_MESSAGE], const char *before, const char *name, const char *after)
{
    text_append(text_append_short(text_append(message, before), name), after);
}

void report_late_generator(corun_loop *loop, const char *name)
{
    char message[LONGEST_MESSAGE];
    compose(message, "asynchronous generator ", name, " was scheduled after the loop's generators were closed");
    report_about(loop, message, NULL, NULL);
}

void report_generator_closed(corun_loop *loop, corun_task *task)
{
    char message[LONGEST_MESSAGE];
    compose(message, "an error occurred during closing of asynchronous generator ", corun_task_name(task), "");
    report_task(loop, message, task);
}

void report_slow(corun_loop *loop, corun_task *task, int64_t took_ns)
{
    char message[LONGEST_MESSAGE], after[32];
    text_append(text_append_seconds(text_append(after, " took "), took_ns), " seconds");
    compose(message, "Executing ", task ? corun_task_name(task) : "a callback", after);
    report_about(loop, message, task ? &task->future : NULL, NULL);
}

void report_executor(corun_loop *loop, double seconds)
{
    char message[LONGEST_MESSAGE], limit[TEXT_SECONDS_SIZE];
    text_append_seconds(limit, time_after(0, seconds));
    compose(message, "The executor did not finishing joining its threads within ", limit, " seconds.");
    report_about(loop, message, NULL, NULL);
}

/* The handler may release them. */
void report_left_references(corun_loop *loop)
{
    corun_task *held = NULL;
    for (struct list *at = loop->unreleased.next; at != &loop->unreleased; at = at->next) {
        corun_task *task = corun_task_retain(container_of(at, corun_task, all));
        corun_task_release(held);
        held = task;
        report_task(loop, "Task reference was never released", task);
    }
    corun_task_release(held);
}

/* --------------------------------------------------------------- all tasks */

void report_tasks(corun_loop *loop, const char *why)
{
    print_texts(stderr, "corun: ", why, "\n", NULL);
    corun_print_tasks(loop, stderr);
}

void report_deadlock_once(corun_loop *loop)
{
    if (loop->deadlock_told)
        return;
    loop->deadlock_told = true;
    report_tasks(loop, "every task waits, and only an interrupt can end that");
}

/* Whether a run that ended so has failed, and not been told to end. */
static bool has_failed(int error)
{
    return error && error != CORUN_CANCELLED && !error_leaves_loop(error);
}

void report_run(corun_loop *loop, int error)
{
    if (error == CORUN_DEADLOCK)
        report_tasks(loop, corun_error_text(error));
    else if (loop->debug && has_failed(error) && !list_is_empty(&loop->tasks))
        report_tasks(loop, "the run has failed and leaves these tasks");
}
