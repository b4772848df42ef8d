/* A variable with a cleanup across an await. */
#include <corun.h>
#include <stdlib.h>

static void give_back(char **text)
{
    free(*text);
}

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    __attribute__((cleanup(give_back))) char *text = malloc(3); /* lint: text */
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}
