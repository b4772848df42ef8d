/* A union is set through any member.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    union { int number; char bytes[4]; } both = {1};
    my->n = both.bytes[0];
    CORUN_AWAIT(corun_sleep(1));
    both.bytes[0] = 2;
    my->n = both.number;
    CORUN_END();
}
