/* So is one that catches everything. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    const char *word = "x";
    CORUN_CATCH_ALL_AWAIT(corun_sleep(1));
    puts(word); /* lint: word */
    CORUN_END();
}
