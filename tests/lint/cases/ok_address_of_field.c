/* Addresses of fields, of statics and of what is no local.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(add, (int *sum;), ()) {
    CORUN_BEGIN();
    *my->sum += 1;
    CORUN_END();
}

CORUN_ASYNC(program, (), (int n; int *pointer;)) {
    CORUN_BEGIN();
    static int total;
    my->pointer = &my->n;
    CORUN_AWAIT(CORUN_CALL(add, .sum = &my->n));
    CORUN_AWAIT(CORUN_CALL(add, .sum = &total));
    *my->pointer += total;
    CORUN_END();
}
