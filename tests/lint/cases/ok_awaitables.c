/* Awaitables that are no calls may be kept and returned.
 * lint: none */
#include <corun.h>

static corun_awaitable pause(double seconds)
{
    corun_awaitable made = corun_sleep(seconds);
    return made;
}

CORUN_ASYNC(program, (), (corun_awaitable later;)) {
    CORUN_BEGIN();
    my->later = pause(1);
    CORUN_AWAIT(my->later);
    CORUN_AWAIT(my->later);
    CORUN_END();
}
