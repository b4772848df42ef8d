/* A program whose own loop gives Corun turns, and hangs once main waits.
 *
 *     embeds between   in its own code, between two turns
 *     embeds inside    in a function that Corun calls
 */
#include <corun.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile bool always = true;
static bool waits; /* main */

CORUN_ASYNC(wait_for_ever, (), ()) {
    CORUN_BEGIN();
    waits = true;
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

static void hang(void *unused)
{
    (void)unused;
    puts("hanging");
    while (always)
        continue;
}

static void ended(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    (void)runner, (void)error, (void)value, (void)argument;
    puts("ended");
}

int main(int argc, char **argv)
{
    corun_runner runner;
    corun_loop *loop;
    bool inside = argc > 1 && strcmp(argv[1], "inside") == 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    corun_runner_open(&runner, NULL);
    if (corun_runner_loop(&runner, &loop) < 0
        || corun_runner_start(&runner, CORUN_CALL(wait_for_ever), NULL, ended, NULL) < 0)
        return 1;
    while (corun_loop_turn(loop, 0) != -2) {
        if (waits && inside)
            corun_loop_call_soon(loop, hang, NULL, NULL);
        else if (waits)
            hang(NULL);
    }
    return 0;
}
