/* Dies of the signal whose number it is given. */
#include <corun.h>
#include <signal.h>
#include <stdlib.h>

CORUN_ASYNC(raises, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    if (my->argc > 1) raise(atoi(my->argv[1]));
    CORUN_END();
}

CORUN_MAIN(raises)
