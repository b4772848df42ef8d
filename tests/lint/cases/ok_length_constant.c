/* An array whose length is an expression, but constant.
 * lint: none */
#include <corun.h>

enum { SIZE = 8 };

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    char line[SIZE * 2 + sizeof(int)];
    line[0] = 'a';
    my->n = line[0];
    CORUN_AWAIT(corun_sleep(1));
    line[0] = 'b';
    my->n = line[0];
    CORUN_END();
}
