/* Copies standard input to standard output in upper case. Ctrl-C stops it; it says how far it got. */
#include <corun.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUFFER_BYTES = 64 * 1024 };

CORUN_ASYNC(upper, (int argc; char **argv;), (char *buffer; size_t size, sent; long long total;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->buffer = malloc(BUFFER_BYTES);
    if (!my->buffer) CORUN_RAISE(-ENOMEM);
    for (;;) {
        CORUN_AWAIT_TO(my->size, i, corun_read(0, my->buffer, BUFFER_BYTES));
        if (my->size == 0) break;
        for (size_t i = 0; i < my->size; i++)
            my->buffer[i] = (char)toupper((unsigned char)my->buffer[i]);
        for (my->sent = 0; my->sent < my->size; my->sent += (size_t)CORUN_RESULT().i) {
            CORUN_AWAIT(corun_write(1, my->buffer + my->sent, my->size - my->sent));
            my->total += CORUN_RESULT().i;
        }
    }
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR() == CORUN_CANCELLED)
        fprintf(stderr, "interrupted after %lld bytes\n", my->total);
    free(my->buffer);
    CORUN_END();
}

CORUN_MAIN(upper)
