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
    FILE *file = stderr;
    fputs("corun: main failed: ", file);
    if (failure)
        print_failure(file, failure);
    else
        print_texts(file, corun_error_name(error), ": ", corun_error_text(error), "\n");
}

int corun_main_(corun_awaitable main)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_value value = CORUN_VALUE();
    int error, close_error, status = 1;
    host_start();
    error = corun_runner_run(&runner, main, NULL, &value);
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
