/* A local that a function looks at while the awaitable is made.
 * lint: none */
#include <corun.h>
#include <stdio.h>

corun_task *find(const char *name);

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    char name[8];
    snprintf(name, sizeof name, "t%d", my->n);
    CORUN_AWAIT(corun_join(find(name)));
    CORUN_END();
}
