/* Where the argument of a macro stands that takes up several lines. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    CORUN_AWAIT(corun_sleep(1));
    CORUN_RETURN(.i = my->n +
                      value); /* lint: value */
    CORUN_END();
}
