/* What every other header needs: version, the opaque types, values, the allocator. */
#ifndef CORUN_BASE_H
#define CORUN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CORUN_VERSION_MAJOR 0
#define CORUN_VERSION_MINOR 1
#define CORUN_VERSION_PATCH 0
#define CORUN_VERSION "0.1.0"

#if defined(__GNUC__)
#define CORUN_API __attribute__((visibility("default")))
#else
#error "Corun needs labels as values: compile with gcc or clang"
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct corun_loop corun_loop;         /* ready queue, timers and one backend */
typedef struct corun_task corun_task;         /* a coroutine that the loop runs; counted */
typedef struct corun_future corun_future;     /* a result that comes later; counted */
typedef struct corun_callback corun_callback; /* a scheduled function call; counted */
typedef struct corun_waiter corun_waiter;     /* the task's side of one wait */
typedef struct corun_context corun_context;   /* task-local variables */

/* A place in the source. `file` is static text; NULL: unknown. */
typedef struct corun_where {
    const char *file;
    const char *function; /* the coroutine's name, NULL outside one */
    int line;
} corun_where;

/* ------------------------------------------------------------------ values
 * What a coroutine returns. Written by name, CORUN_VALUE(.i = 5), so that the macro can note which
 * member was set: `.i`, `.f`, `.p`, or `.bytes = data, .size = n`; CORUN_VALUE() is no value.
 */
enum {
    CORUN_NO_VALUE = 0,
    CORUN_INTEGER = 'i',
    CORUN_DOUBLE = 'f',
    CORUN_POINTER = 'p',
    CORUN_BYTES = 'b'
};

typedef struct corun_value {
    union {
        int64_t i;
        double f;
        void *p;
        const void *bytes;
    };
    size_t size; /* of the bytes */
    char tag;    /* one of the five above */
} corun_value;

#define CORUN_VALUE(...) \
    ((corun_value){.tag = CORUN_VALUE_TAG_(#__VA_ARGS__ "\0"), __VA_ARGS__})
#define CORUN_VALUE_TAG_(text) (text)[1]

/* --------------------------------------------------------------- allocator */

/* The three functions that all of Corun's memory comes from. `argument` is handed to each. */
typedef struct corun_allocator {
    void *(*allocate)(size_t size_bytes, void *argument);
    void *(*resize)(void *old, size_t size_bytes, void *argument);
    void (*release)(void *old, void *argument);
    void *argument;
} corun_allocator;

/* Replaces malloc, realloc and free for all of Corun. Must be called before anything else of
 * Corun's; NULL restores the C library's.
 *
 *   owner    copies the struct
 */
CORUN_API void corun_set_allocator(const corun_allocator *allocator);

#ifdef __cplusplus
}
#endif
#endif
