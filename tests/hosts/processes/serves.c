/* Waits for ever, with a cleanup that awaits: a main() of one's own, which asks for three signals.
 *
 *     serves [catches | lingers | spins]
 */
#include <corun.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile bool always = true;

CORUN_ASYNC(serve, (const char *how;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    puts("waiting");
    while (strcmp(my->how, "spins") == 0 && always)
        continue;
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    if (strcmp(my->how, "catches") != 0)
        CORUN_RAISE(CORUN_ERROR());
    CORUN_RETURN(.i = 7);
    CORUN_FINALLY();
    puts("cleaning up");
    CORUN_AWAIT(corun_sleep(strcmp(my->how, "lingers") == 0 ? 1000 : 0.01));
    puts("clean");
    CORUN_END();
}

int main(int argc, char **argv)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, 0};
    corun_run_options options = {.interrupt_signals = signals};
    corun_value value = CORUN_VALUE(.i = 1);
    int error;
    setvbuf(stdout, NULL, _IOLBF, 0);
    error = corun_run(CORUN_CALL(serve, .how = argc > 1 ? argv[1] : ""), &options, &value);
    if (error == CORUN_INTERRUPTED)
        corun_exit_interrupted();
    return (int)value.i;
}
