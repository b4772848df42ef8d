/* An address that was made a number points to nothing any more.
 * lint: none */
#include <corun.h>
#include <stdint.h>

CORUN_ASYNC(program, (), (uintptr_t n; int is;)) {
    CORUN_BEGIN();
    int value = 1;
    my->n = (uintptr_t)&value;
    my->is = (_Bool)&value;
    CORUN_AWAIT(corun_sleep(1));
    my->n = my->n % 8 + (uintptr_t)my->is;
    CORUN_END();
}
