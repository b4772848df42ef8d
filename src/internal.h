/* What every source file shares: linkage, list and container helpers, the sanitizer's hooks. */
#ifndef CORUN_INTERNAL_H
#define CORUN_INTERNAL_H

/* In the one-file build every internal function is static, so that no name can clash with a user's
 * and everything may be inlined; else hidden. */
#if defined(CORUN_ONE_FILE)
#define CORUN_INTERNAL static __attribute__((unused))
#else
#define CORUN_INTERNAL extern __attribute__((visibility("hidden")))
#endif

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corun/base.h"
#include "corun/error.h"

#define container_of(pointer, type, member) \
    ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#if defined(__SANITIZE_ADDRESS__)
#define CORUN_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CORUN_ASAN 1
#endif
#endif
#if defined(CORUN_ASAN)
#include <sanitizer/asan_interface.h>
#define memory_poison(pointer, size) ASAN_POISON_MEMORY_REGION(pointer, size)
#define memory_unpoison(pointer, size) ASAN_UNPOISON_MEMORY_REGION(pointer, size)
#else
#define memory_poison(pointer, size) ((void)(pointer), (void)(size))
#define memory_unpoison(pointer, size) ((void)(pointer), (void)(size))
#endif

#endif
