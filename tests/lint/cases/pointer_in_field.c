/* A field that points to a local. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(program, (), (char *cursor;)) {
    CORUN_BEGIN();
    char text[8] = "abc";
    my->cursor = text + 1;
    CORUN_AWAIT(corun_sleep(1));
    putchar(*my->cursor); /* lint: text */
    CORUN_END();
}
