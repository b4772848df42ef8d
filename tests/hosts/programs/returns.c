/* Returns the number that it is given. */
#include <corun.h>
#include <stdlib.h>

CORUN_ASYNC(returns, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->argc > 1 ? atoi(my->argv[1]) : 0);
    CORUN_END();
}

CORUN_MAIN(returns)
