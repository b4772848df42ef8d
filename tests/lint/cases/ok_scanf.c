/* scanf writes where printf reads.
 * lint: none */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    int value = 1;
    char word[9] = "a";
    my->n = value + word[0];
    CORUN_AWAIT(corun_sleep(1));
    if (sscanf("5 b", "%d %8s", &value, word) == 2)
        my->n = value + word[0];
    CORUN_END();
}
