/* The buffer of a read ends when the await begins. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    char buffer[64];
    CORUN_AWAIT(corun_read(0, buffer, sizeof buffer)); /* lint: buffer */
    CORUN_END();
}
