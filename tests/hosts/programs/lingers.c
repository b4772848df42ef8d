/* Has a cleanup that takes too long: only a second interrupt ends it. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(lingers, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    puts("cleaning up");
    CORUN_CATCH_ALL_AWAIT(corun_sleep(3600));
    printf("cut short by %s\n", corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_MAIN(lingers)
