/* What a sleeping task takes: prints "sleeper_heap bytes", by the sizes of the allocator's blocks, and
 * "sleeper_rss bytes" where the host can tell how much memory is resident. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

#include "counting.h"

enum { SLEEPERS = 100000, PAGE = 4096 };

/* Bytes that are in memory; 0 where there is no /proc. */
static long resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;
    if (!file)
        return 0;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * PAGE;
}

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(memory, (int argc; char **argv;), (int i; size_t heap; long rss;)) {
    CORUN_BEGIN();
    my->rss = resident();
    my->heap = in_use;
    for (my->i = 0; my->i < SLEEPERS; my->i++) {
        int rc = corun_spawn(CORUN_CALL(sleep_long), NULL);
        if (rc < 0)
            CORUN_RAISE(rc);
    }
    CORUN_AWAIT(corun_yield()); /* they arm their timers */
    printf("sleeper_heap %.1f\n", (double)(in_use - my->heap) / SLEEPERS);
    if (my->rss)
        printf("sleeper_rss %.1f\n", (double)(resident() - my->rss) / SLEEPERS);
    CORUN_END();
}

CORUN_MAIN(memory)
