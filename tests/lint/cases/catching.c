/* A catching await is an await. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int tries = 1;
    CORUN_CATCH_AWAIT(corun_sleep(1));
    if (CORUN_ERROR())
        tries++; /* lint: tries */
    CORUN_END();
}
