/* A coroutine for other files: CORUN_DECLARE and CORUN_DEFINE. */
#include <corun.h>

CORUN_DECLARE(shared, (int x;));
CORUN_DEFINE(shared, (int x;), ()) {
    CORUN_BEGIN();
    int y = my->x;
    CORUN_AWAIT(corun_sleep(1));
    my->x = y; /* lint: y */
    CORUN_END();
}
