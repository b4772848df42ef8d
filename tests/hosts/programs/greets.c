/* Says that it is there, then repeats what it reads. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(greets, (int argc; char **argv;), (char buffer[100];)) {
    CORUN_BEGIN();
    puts("ready");
    for (;;) {
        CORUN_AWAIT(corun_read(0, my->buffer, sizeof my->buffer));
        if (CORUN_RESULT().i == 0) break;
        printf("read %.*s", (int)CORUN_RESULT().i, my->buffer);
        fflush(stdout);
    }
    CORUN_END();
}

CORUN_MAIN(greets)
