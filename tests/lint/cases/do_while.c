/* The condition of a do loop. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int more;
    do {
        more = my->n-- > 0;
        CORUN_AWAIT(corun_sleep(1));
    } while (more); /* lint: more */
    CORUN_END();
}
