/* The address of a local as a call's argument. */
#include <corun.h>

CORUN_ASYNC(add, (int *sum; int more;), ()) {
    CORUN_BEGIN();
    *my->sum += my->more;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int sum = 0;
    CORUN_AWAIT(CORUN_CALL(add, .sum = &sum, .more = 2)); /* lint: sum */
    CORUN_END();
}
