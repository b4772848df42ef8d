/* CORUN_AWAIT_TO a local: what it gives lives, what was there before does not. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int64_t first = 0, second = 0;
    CORUN_AWAIT_TO(first, i, corun_sleep(1));
    my->n = (int)first;
    CORUN_AWAIT_TO(second, i, corun_sleep(1));
    my->n = (int)(first + second); /* lint: first */
    CORUN_END();
}
