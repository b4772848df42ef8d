/* A function that is none may keep what it likes.
 * lint: none */
#include <corun.h>

int main(void)
{
    int status = 3;
    for (int i = 0; i < 2; i++)
        status += corun_run(corun_sleep(0), NULL, NULL);
    return status;
}
