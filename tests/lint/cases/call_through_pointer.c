/* A call handed out through a pointer. */
#include <corun.h>

CORUN_ASYNC(job, (int n;), ()) {
    CORUN_BEGIN();
    my->n++;
    CORUN_END();
}

struct work {
    corun_awaitable call;
};

void prepare(struct work *work, corun_awaitable *out);
void prepare(struct work *work, corun_awaitable *out)
{
    work->call = CORUN_CALL(job, .n = 1); /* lint: call */
    *out = CORUN_CALL(job, .n = 2); /* lint: call */
}
