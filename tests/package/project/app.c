#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(app, (int argc; char **argv;), ())
{
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.001));
    printf("installed %d\n", my->argc);
    CORUN_RETURN(.i = 7);
    CORUN_END();
}

CORUN_MAIN(app)
