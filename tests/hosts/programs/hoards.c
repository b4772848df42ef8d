/* Takes what memory there is but for a little, then repeats what it reads until it is interrupted. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

enum { A_LITTLE = 1 << 16 };

static void *volatile latest; /* or the compiler would leave the calls out */

static void hoard(void)
{
    void *volatile little = malloc(A_LITTLE);
    for (size_t size = (size_t)1 << 28; size >= 64;) {
        latest = malloc(size);
        if (!latest)
            size /= 2;
    }
    free(little);
}

CORUN_ASYNC(hoards, (int argc; char **argv;), (char buffer[1000];)) {
    CORUN_BEGIN();
    CORUN_TRY();
    hoard();
    puts("waiting");
    for (;;) {
        CORUN_AWAIT(corun_read(0, my->buffer, sizeof my->buffer));
        if (CORUN_RESULT().i == 0) break;
        printf("%.*s", (int)CORUN_RESULT().i, my->buffer);
        fflush(stdout);
    }
    CORUN_FINALLY();
    puts("cleaning up");
    CORUN_END();
}

CORUN_MAIN(hoards)
