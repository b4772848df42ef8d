/* An await in a case that falls into the next. */
#include <corun.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int weight = 2;
    switch (my->n) {
    case 0:
        CORUN_AWAIT(corun_sleep(1));
        __attribute__((fallthrough));
    case 1:
        my->n = weight; /* lint: weight */
    }
    CORUN_END();
}
