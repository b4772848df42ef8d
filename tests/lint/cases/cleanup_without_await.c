/* Also where nothing was awaited: CORUN_FINALLY returns to the driver. */
#include <corun.h>
#include <stdlib.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    void *memory = malloc(5);
    CORUN_TRY();
    my->n = memory != NULL;
    CORUN_FINALLY();
    free(memory); /* lint: memory */
    CORUN_END();
}
