/* Fails two awaits deep. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(inner, (const char *what;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(CORUN_TIMEOUT, "no %s today", my->what);
    CORUN_END();
}

CORUN_ASYNC(outer, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    puts("before");
    CORUN_AWAIT(CORUN_CALL(inner, .what = "luck"));
    puts("never");
    CORUN_FINALLY();
    puts("cleaned up");
    CORUN_END();
}

CORUN_MAIN(outer)
