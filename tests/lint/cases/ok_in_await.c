/* What is read for the await itself.
 * lint: none */
#include <corun.h>

CORUN_ASYNC(program, (), (int n; char text[9];)) {
    CORUN_BEGIN();
    double pause = my->n / 2.0;
    int fd = my->n;
    CORUN_AWAIT(corun_sleep(pause));
    fd = my->n;
    CORUN_AWAIT(corun_write(fd, my->text, (size_t)fd));
    CORUN_END();
}
