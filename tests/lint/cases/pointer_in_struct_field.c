/* A field is set as a whole, and one of its members points to a local. */
#include <corun.h>
#include <stdio.h>

struct view { const char *text; int size; };

CORUN_ASYNC(program, (), (struct view view;)) {
    CORUN_BEGIN();
    char text[8] = "abc";
    my->view = (struct view){text, 3};
    CORUN_AWAIT(corun_sleep(1));
    putchar(*my->view.text); /* lint: text */
    CORUN_END();
}
