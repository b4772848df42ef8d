/* The front end of a process: what CORUN_MAIN's main() does. */
#include <stdlib.h>

#include "hosts/host.h"
#include "report.h"
#include "runner.h"

static void report_main(FILE *file, int error, const corun_failure *failure)
{
    fputs("corun: main failed: ", file);
    if (failure)
        print_failure(file, failure);
    else
        print_texts(file, corun_error_name(error), ": ", corun_error_text(error), "\n");
}

/* The status for a run, or a close, that ended with `error`: what main's value asks for, `.i`, else 0; or 1. */
static int status_of(const corun_runner *runner, int error, const corun_failure *failure)
{
    const corun_value *value = &runner->private_.value;
    if (error == 0 || error == CORUN_SYSTEM_EXIT)
        return value->tag == CORUN_INTEGER ? (int)value->i : 0;
    if (error != CORUN_INTERRUPTED)
        report_main(stderr, error, failure);
    return 1;
}

/* The call of a coroutine that takes (int argc; char **argv;), in memory of whoever makes it. */
static corun_awaitable call_of(corun_entry_call_ *call, int line)
{
    corun_awaitable made = corun_awaitable_of(&corun_call_type_, call);
    made.file = call->corun_frame_.coroutine->file;
    made.extra = line;
    return made;
}

int corun_entry_(const corun_coroutine *main, int line, int argc, char **argv)
{
    corun_entry_call_ call = {{.coroutine = main}, argc, argv};
    return corun_entry_start_(call_of(&call, line));
}

int corun_main_(const corun_coroutine *main, int line, int argc, char **argv)
{
    corun_entry_call_ call = {{.coroutine = main}, argc, argv};
    static corun_runner runner; /* there is one main a process */
    int error, close_error, status;
    host_start();
    error = corun_runner_run(&runner, call_of(&call, line), NULL, NULL);
    status = status_of(&runner, error, corun_runner_failure(&runner));
    close_error = corun_runner_close(&runner);
    if (error == CORUN_INTERRUPTED || close_error == CORUN_INTERRUPTED)
        host_exit_interrupted();
    if (close_error)
        status = status_of(&runner, close_error, NULL);
    host_exit(status);
}

void corun_exit_interrupted(void)
{
    host_exit_interrupted();
}

void corun_start_(void)
{
    host_start();
}
