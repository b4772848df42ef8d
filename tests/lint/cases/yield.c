/* CORUN_YIELD is a suspension. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int i = 0;
    CORUN_YIELD(.i = i);
    i++; /* lint: i */
    CORUN_YIELD(.i = i);
    CORUN_END();
}
