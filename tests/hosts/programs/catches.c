/* Catches the interrupt and returns 0: nothing dies of anything. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(catches, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    puts("waiting");
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    printf("caught %s\n", corun_error_name(CORUN_ERROR()));
    corun_task_uncancel(corun_current_task());
    CORUN_AWAIT(corun_sleep(0.1));
    puts("done");
    CORUN_RETURN(.i = 0);
    CORUN_END();
}

CORUN_MAIN(catches)
