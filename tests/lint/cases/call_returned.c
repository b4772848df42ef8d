/* A call returned, directly and by a variable. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

corun_awaitable twice(int n);
corun_awaitable twice(int n)
{
    return CORUN_CALL(job, .n = 2 * n); /* lint: call */
}

corun_awaitable thrice(int n);
corun_awaitable thrice(int n)
{
    corun_awaitable made = CORUN_CALL(job, .n = 3 * n);
    return made; /* lint: call */
}
