/* Sleeps three seconds between two lines, for tests/api/idle.test.js to look at from outside. */
#include <corun.h>
#include <unistd.h>

static void say(const char *line)
{
    (void)!write(1, line, 5);
}

CORUN_ASYNC(idle, (int argc; char **argv;), ())
{
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    say("idle\n");
    CORUN_AWAIT(corun_sleep(3));
    say("done\n");
    CORUN_END();
}

CORUN_MAIN(idle)
