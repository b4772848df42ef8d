/* An element of a field's array that is set anew: another may point to the local still. */
#include <corun.h>
#include <stdio.h>

struct view { const char *text; int size; };

CORUN_ASYNC(program, (), (const char *texts[2]; struct view views[2];)) {
    CORUN_BEGIN();
    char text[8] = "abc", other[8] = "def";
    my->texts[0] = text;
    my->texts[1] = text;
    my->views[1].text = other;
    CORUN_AWAIT(corun_sleep(1));
    my->texts[0] = "xyz";
    putchar(*my->texts[1]); /* lint: text */
    my->views[0] = (struct view){"xyz", 3};
    putchar(*my->views[1].text); /* lint: other */
    CORUN_END();
}
