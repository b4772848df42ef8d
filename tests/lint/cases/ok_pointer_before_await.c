/* A field that points to a local, and is set anew.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n; char *cursor;)) {
    CORUN_BEGIN();
    char text[8] = "abc";
    my->cursor = text;
    my->n = *my->cursor;
    CORUN_AWAIT(corun_sleep(1));
    my->cursor = NULL;
    if (my->cursor)
        my->n = 1;
    CORUN_END();
}
