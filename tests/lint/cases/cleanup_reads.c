/* CORUN_FINALLY is entered by a jump. */
#include <corun.h>
#include <stdlib.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    void *memory = malloc(5);
    CORUN_TRY();
    CORUN_AWAIT(corun_sleep(1));
    CORUN_FINALLY();
    free(memory); /* lint: memory */
    CORUN_END();
}
