/* An allocator that counts how many bytes are in use, by the sizes of the C library's blocks. Whoever includes
 * this has all of Corun's memory counted. */
#ifndef BENCH_COUNTING_H
#define BENCH_COUNTING_H

#include <corun.h>
#include <malloc.h>
#include <stdlib.h>

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

#endif
