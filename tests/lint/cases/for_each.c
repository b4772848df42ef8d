/* CORUN_FOR_EACH awaits before each value. */
#include <corun.h>

CORUN_ASYNC(program, (), (corun_generator *numbers; int n;)) {
    CORUN_BEGIN();
    int sum = 0;
    CORUN_FOR_EACH(my->numbers)
        sum += (int)CORUN_RESULT().i; /* lint: sum */
    my->n = sum;
    CORUN_END();
}
