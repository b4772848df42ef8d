#include "memory.h"

#include <stdlib.h>
#include <string.h>

static corun_allocator allocator; /* all NULL: the C library's */

void corun_set_allocator(const corun_allocator *chosen)
{
    allocator = chosen ? *chosen : (corun_allocator){NULL, NULL, NULL, NULL};
}

void *memory_allocate(size_t size_bytes)
{
    if (!allocator.allocate)
        return malloc(size_bytes);
    return allocator.allocate(size_bytes, allocator.argument);
}

void *memory_resize(void *old, size_t size_bytes)
{
    if (!allocator.resize)
        return realloc(old, size_bytes);
    return allocator.resize(old, size_bytes, allocator.argument);
}

void *memory_move(void *old, size_t old_bytes, size_t size_bytes)
{
    void *made = memory_allocate(size_bytes);
    if (!made)
        return NULL;
    if (old)
        memcpy(made, old, old_bytes < size_bytes ? old_bytes : size_bytes);
    memory_release(old);
    return made;
}

void memory_release(void *old)
{
    if (!old)
        return;
    if (!allocator.release)
        free(old);
    else
        allocator.release(old, allocator.argument);
}

void *memory_copy(const void *bytes, size_t size_bytes)
{
    void *copy = memory_allocate(size_bytes ? size_bytes : 1);
    if (copy && size_bytes)
        memcpy(copy, bytes, size_bytes);
    return copy;
}

char *memory_copy_text(const char *text)
{
    return memory_copy(text, strlen(text) + 1);
}
