/* A pointer to a local, and then the pointer. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 3;
    int *pointer = &value;
    CORUN_AWAIT(corun_sleep(1));
    my->n = *pointer; /* lint: pointer */
    CORUN_END();
}
