/* What a sleeping task takes: prints "sleeper_heap bytes", by the sizes of the allocator's blocks, and
 * "sleeper_rss bytes" where the host can tell how much memory is resident. */
#include <corun.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLEEPERS = 100000, PAGE = 4096 };

static size_t in_use;

static void *count_allocate(size_t size, void *argument)
{
    void *made = malloc(size);
    (void)argument;
    in_use += malloc_usable_size(made);
    return made;
}

static void *count_resize(void *old, size_t size, void *argument)
{
    size_t before = malloc_usable_size(old);
    void *made = realloc(old, size);
    (void)argument;
    if (made)
        in_use += malloc_usable_size(made) - before;
    return made;
}

static void count_release(void *old, void *argument)
{
    (void)argument;
    in_use -= malloc_usable_size(old);
    free(old);
}

__attribute__((constructor)) static void count(void)
{
    static const corun_allocator counting = {count_allocate, count_resize, count_release, NULL};
    corun_set_allocator(&counting);
}

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
