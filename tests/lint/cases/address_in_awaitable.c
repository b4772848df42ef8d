/* An awaitable made before the await. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    char buffer[64];
    corun_awaitable reading = corun_read(0, buffer, sizeof buffer);
    CORUN_AWAIT(reading); /* lint: buffer */
    CORUN_END();
}
