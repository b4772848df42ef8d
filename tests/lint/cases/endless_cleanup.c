/* The cleanup is entered from an await only. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    CORUN_TRY();
    for (;;)
        CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY();
    my->n = value; /* lint: value */
    CORUN_END();
}
