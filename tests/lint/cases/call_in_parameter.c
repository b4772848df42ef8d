/* A call returned by way of a parameter. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

corun_awaitable other(corun_awaitable given, int n);
corun_awaitable other(corun_awaitable given, int n)
{
    given = CORUN_CALL(job, .n = n);
    return given; /* lint: call */
}
