/* Computed jumps of one's own, and a pointer taken and followed at once. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    void *targets[] = {&&one, &&two};
    int value = 3;
    struct { int x; } point = {1};
    goto *targets[my->n];
one:
    CORUN_AWAIT(corun_sleep(1));
    value = 1;
two:
    my->n = value;
    CORUN_AWAIT(corun_sleep(1));
    my->n = value; /* lint: value */
    my->n = (&point)->x; /* lint: point */
    CORUN_END();
}
