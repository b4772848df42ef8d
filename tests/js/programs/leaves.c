/* A main that, when it is told to stop, leaves a task behind whose cleanup never ends; or, with an argument, calls exit(). */
#include <corun.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

CORUN_ASYNC(stays_for_ever, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    puts("closing");
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

CORUN_ASYNC(leaves_it, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    if (corun_spawn(CORUN_CALL(stays_for_ever), NULL) < 0)
        CORUN_RAISE(-ENOMEM);
    CORUN_AWAIT(corun_yield());
    CORUN_TRY();
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    if (my->argc > 1)
        exit(3);
    CORUN_END();
}
CORUN_MAIN(leaves_it)
