/* A field that pointed to a local, and is set anew as a whole or in part.
 * lint: none */
#include <corun.h>
#include <stdio.h>

struct view { const char *text; int size; };

CORUN_ASYNC(program, (), (struct view one, other;)) {
    CORUN_BEGIN();
    char text[8] = "abc";
    my->one.text = text;
    my->other.text = text;
    CORUN_AWAIT(corun_sleep(1));
    my->one = (struct view){"xyz", 3};
    my->other.text = "xyz";
    putchar(*my->one.text);
    putchar(*my->other.text);
    CORUN_END();
}
