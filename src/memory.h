/* The allocator that all of Corun's memory comes from. */
#ifndef CORUN_MEMORY_H
#define CORUN_MEMORY_H

#include "internal.h"

CORUN_INTERNAL void *memory_allocate(size_t size_bytes);
CORUN_INTERNAL void *memory_resize(void *old, size_t size_bytes);
/* Moves what stands at `old` to memory of another size: for what every program is linked with, since the C library's
 * realloc alone is 2.6 KB of wasm. Returns NULL without memory; then `old` stays. */
CORUN_INTERNAL void *memory_move(void *old, size_t old_bytes, size_t size_bytes);
CORUN_INTERNAL void memory_release(void *old); /* takes NULL */
CORUN_INTERNAL void *memory_copy(const void *bytes, size_t size_bytes);
CORUN_INTERNAL char *memory_copy_text(const char *text);

#endif
