/* A variable length array between two awaits.
 * lint: none */
#include <corun.h>
#include <string.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1));
    {
        char line[my->n];
        memset(line, 0, sizeof line);
        my->n = line[0];
    }
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}
