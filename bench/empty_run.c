/* What a whole run of nothing costs: prints "empty_run nanoseconds". corun_run makes a loop, runs
 * main on it, closes it; it cannot be nested, so this is no part of bench.c. Entered from JavaScript,
 * where nothing may block, it is just an empty program. */
#include <corun.h>

#include "stopwatch.h"

CORUN_ASYNC(nothing, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

static void run_often(long n)
{
    start_watch();
    for (long i = 0; i < n; i++) {
        int error = corun_run(CORUN_CALL(nothing), NULL, NULL);
        if (error < 0) {
            fprintf(stderr, "empty_run: %s\n", corun_error_name(error));
            exit(1);
        }
    }
    stop_watch();
}

int main(void)
{
    struct rounds rounds = {.n = 10};
    corun_start_();
    do
        run_often(rounds.n);
    while (note_round(&rounds));
    print_rounds("empty_run", &rounds);
    exit(0);
}

CORUN_ENTRY_AS_(nothing, main)
