/* A function sets it through its address.
 * lint: none */
#include <corun.h>
#include <string.h>

void get(int *out, char *text, size_t size);

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    char text[9] = "a";
    my->n = value + text[0];
    CORUN_AWAIT(corun_sleep(1));
    get(&value, text, sizeof text);
    my->n = value + text[0];
    CORUN_AWAIT(corun_sleep(1));
    memset(text, 0, sizeof text);
    my->n = text[0];
    CORUN_END();
}
