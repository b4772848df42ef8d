/* The allocator that all of Corun's memory comes from. */
#ifndef CORUN_MEMORY_H
#define CORUN_MEMORY_H

#include "internal.h"

CORUN_INTERNAL void *memory_allocate(size_t size_bytes);
CORUN_INTERNAL void *memory_resize(void *old, size_t size_bytes);
CORUN_INTERNAL void memory_release(void *old); /* takes NULL */
CORUN_INTERNAL void *memory_copy(const void *bytes, size_t size_bytes);
CORUN_INTERNAL char *memory_copy_text(const char *text);

#endif
