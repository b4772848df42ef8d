/* Only CORUN_TRY says that there is a cleanup. */
#include <corun.h>

CORUN_ASYNC(program, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY(); /* lint: finally */
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}
