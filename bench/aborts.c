/* Says that it waits, and in its cleanup that it was asked to stop. */
#include <corun.h>
#include <stdio.h>

static void say(const char *line)
{
    puts(line);
    fflush(stdout); /* natively a pipe's would be kept back */
}

CORUN_ASYNC(wait_for_abort, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    say("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    say("aborted");
    CORUN_END();
}

CORUN_MAIN(wait_for_abort)
