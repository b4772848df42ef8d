/* Ends by CORUN_EXIT in a coroutine that main awaits. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

CORUN_ASYNC(leave, (int status;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_EXIT(my->status);
    CORUN_END();
}

CORUN_ASYNC(exits, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(leave, .status = my->argc > 1 ? atoi(my->argv[1]) : 0));
    CORUN_FINALLY();
    puts("cleaned up");
    CORUN_END();
}

CORUN_MAIN(exits)
