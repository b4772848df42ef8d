/* The front end of a process: what CORUN_MAIN's main() does. */
#include <stdlib.h>

#include "hosts/host.h"
#include "report.h"
#include "runner.h"

/* The status that main's value asks for: `.i`, else 0. */
static int status_of(corun_value value)
{
    return value.tag == CORUN_INTEGER ? (int)value.i : 0;
}

static void report_main(int error, const corun_failure *failure)
{
    report_text("corun: main failed: ");
    if (failure) {
        report_failure(failure);
        return;
    }
    report_text(corun_error_name(error));
    report_text(": ");
    report_text(corun_error_text(error));
    report_text("\n");
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
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_value value = CORUN_VALUE();
    int error, close_error, status = 1;
    host_start();
    error = corun_runner_run(&runner, call_of(&call, line), NULL, &value);
    if (error == 0 || error == CORUN_SYSTEM_EXIT)
        status = status_of(value);
    else if (error != CORUN_INTERRUPTED)
        report_main(error, corun_runner_failure(&runner));
    close_error = corun_runner_close(&runner);
    if (error == CORUN_INTERRUPTED || close_error == CORUN_INTERRUPTED)
        host_exit_interrupted();
    if (close_error == CORUN_SYSTEM_EXIT) {
        status = status_of(runner.private_.value);
    } else if (close_error) {
        report_main(close_error, NULL);
        status = 1;
    }
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
