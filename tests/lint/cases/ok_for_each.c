/* A local of each round.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (corun_generator *numbers; int n;)) {
    CORUN_BEGIN();
    CORUN_FOR_EACH(my->numbers) {
        int number = (int)CORUN_RESULT().i;
        if (number == 3)
            continue;
        my->n += number;
    }
    CORUN_END();
}
