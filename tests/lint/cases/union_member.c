/* A union that was set through another member. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    union { int number; char bytes[4]; } both;
    both.number = 1;
    CORUN_AWAIT(corun_sleep(1));
    my->n = both.bytes[0]; /* lint: both */
    CORUN_END();
}
