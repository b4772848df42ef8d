/* Shows its arguments and one variable of its environment. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

CORUN_ASYNC(shows, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    for (int i = 0; i < my->argc; i++)
        printf("[%s]\n", my->argv[i]);
    printf("SHOWN=%s\n", getenv("SHOWN") ? getenv("SHOWN") : "(not set)");
    CORUN_END();
}

CORUN_MAIN(shows)
