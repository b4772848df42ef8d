/* Standard streams, and files by C's own functions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"

/* Prints 60 MB without awaiting. */
ENTRY_ASYNC(pours, ()) {
    CORUN_BEGIN();
    for (int i = 0; i < 3000000; i++)
        puts("a line of some text");
    CORUN_END();
}
CORUN_ENTRY(pours)

/* Writes n blocks of 64 KiB by corun_write; tells on stderr how many. */
ENTRY_ASYNC(floods, (char *block; int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->block = malloc(65536);
    if (!my->block)
        CORUN_RAISE(-ENOMEM);
    memset(my->block, 'x', 65536);
    for (my->n = 0; my->n < number(my->argc, my->argv, 1); my->n++) {
        CORUN_AWAIT(corun_write(1, my->block, 65536));
        if (CORUN_RESULT().i != 65536)
            CORUN_RAISE(-EIO, "a short write");
    }
    CORUN_FINALLY();
    fprintf(stderr, "%d blocks\n", my->n);
    free(my->block);
    CORUN_END();
}
CORUN_ENTRY(floods)

ENTRY_ASYNC(halves, ()) {
    CORUN_BEGIN();
    fwrite("\xe6\x97", 1, 2, stdout);
    fflush(stdout);
    CORUN_AWAIT(corun_sleep(0.001));
    fwrite("\xa5 one\ntwo", 1, 9, stdout);
    CORUN_END();
}
CORUN_ENTRY(halves)

ENTRY_ASYNC(terminals, ()) {
    CORUN_BEGIN();
    printf("%d%d%d\n", isatty(0), isatty(1), isatty(2));
    CORUN_END();
}
CORUN_ENTRY(terminals)

ENTRY_ASYNC(copies, (FILE * from, *to; char line[64];)) {
    CORUN_BEGIN();
    if (my->argc < 3)
        CORUN_RAISE(-EINVAL, "from where to where?");
    my->from = fopen(my->argv[1], "r");
    if (!my->from)
        CORUN_RAISE(-errno, "cannot open %s", my->argv[1]);
    my->to = fopen(my->argv[2], "w");
    if (!my->to)
        CORUN_RAISE(-errno, "cannot make %s", my->argv[2]);
    while (fgets(my->line, sizeof my->line, my->from))
        fputs(my->line, my->to);
    fclose(my->from);
    fclose(my->to);
    CORUN_END();
}
CORUN_ENTRY(copies)
