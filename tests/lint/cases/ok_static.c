/* Static variables live.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    static int runs;
    runs++;
    CORUN_AWAIT(corun_sleep(1));
    my->n = runs;
    CORUN_END();
}
