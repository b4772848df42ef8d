/* Ends by CORUN_EXIT in a coroutine that main awaits; with "late", in a task that main leaves behind. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

CORUN_ASYNC(leave, (int status;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_EXIT(my->status);
    CORUN_END();
}

CORUN_ASYNC(leave_late, (int status;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_AWAIT(corun_yield());
    CORUN_EXIT(my->status);
    CORUN_END();
}

CORUN_ASYNC(exits, (int argc; char **argv;), (int status;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->status = my->argc > 1 ? atoi(my->argv[1]) : 0;
    if (my->argc > 2 && strcmp(my->argv[2], "late") == 0) {
        corun_spawn(CORUN_CALL(leave_late, .status = my->status), NULL);
        CORUN_AWAIT(corun_yield());
        CORUN_RETURN(.i = 1);
    }
    CORUN_AWAIT(CORUN_CALL(leave, .status = my->status));
    CORUN_FINALLY();
    puts("cleaned up");
    CORUN_END();
}

CORUN_MAIN(exits)
