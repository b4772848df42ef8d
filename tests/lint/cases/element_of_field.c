/* An element of a field's array that is set anew: another may point to the local still. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(program, (), (const char *texts[2];)) {
    CORUN_BEGIN();
    char text[8] = "abc";
    my->texts[0] = text;
    my->texts[1] = text;
    CORUN_AWAIT(corun_sleep(1));
    my->texts[0] = "xyz";
    putchar(*my->texts[1]); /* lint: text */
    CORUN_END();
}
