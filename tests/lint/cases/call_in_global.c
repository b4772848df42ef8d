/* A call kept in a global and in a static variable. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

static corun_awaitable kept;

void keep(void);
void keep(void)
{
    static corun_awaitable here;
    kept = CORUN_CALL(job, .n = 2); /* lint: call */
    here = CORUN_CALL(job, .n = 2); /* lint: call */
    corun_spawn(here, NULL);
}
