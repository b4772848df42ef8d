/* Waits for SIGQUIT, which it takes for nothing bad. */
#include <corun.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t heard;

static void note(int number)
{
    heard = number;
}

CORUN_ASYNC(quits, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    signal(SIGQUIT, note);
    puts("waiting");
    while (!heard) CORUN_AWAIT(corun_sleep(0.01));
    puts("heard");
    CORUN_AWAIT(corun_sleep(0.3));
    puts("done");
    CORUN_END();
}

CORUN_MAIN(quits)
