/* What the macros of coroutine.h expand to. Nothing here is for users: it may change at any time.
 *
 * A frame in memory, as the macros lay it out and src/frame.c pushes it:
 *
 *     | corun_frame header | arguments | locals |
 *     '------ copied from the call -----'-- zeroed --'
 *
 * A resume point is the distance of its label from `corun_begin_`, the first label of the body.
 * Labels are named by __COUNTER__, since gcc is pedantic about __label__. The first jump is
 * unconditional: only then do the compilers see that a C local does not survive an await.
 */
#ifndef CORUN_EXPAND_H
#define CORUN_EXPAND_H

#include "corun/awaitable.h"

/* From clang 22 on, -Wpedantic would tell at each await that __COUNTER__ is not standard C. */
#if defined(__clang__) && defined(__has_warning)
#if __has_warning("-Wc2y-extensions")
#pragma clang diagnostic ignored "-Wc2y-extensions"
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct corun_frame corun_frame;
typedef struct corun_coroutine corun_coroutine;
typedef void corun_drop_(corun_frame *frame);

/* What a step gives to the driver. No int: else a plain return would compile. */
typedef struct corun_step_ {
    int verdict;
} corun_step_;

/* The header of every frame; a call is the same header with the arguments behind it. */
struct corun_frame {
    const corun_coroutine *coroutine;
    corun_frame *caller; /* who awaits this frame, NULL for a task's first */
    int32_t resume;      /* where to go on, 0 before the first step */
    int32_t cleanup;     /* the distance of CORUN_FINALLY, 0 without an open CORUN_TRY */
    int32_t line;        /* of the await, for reports */
    int32_t error;       /* the exit: why the coroutine ends, valid once it is leaving */
    int32_t caught;      /* CORUN_ERROR() */
    uint8_t mode;        /* of the present await */
    uint8_t state;       /* enum frame_state in src/frame.h */
    char tag;            /* of the exit's value */
    bool keeps;          /* things that end with it: src/kept.h */
    void *exit[8 / sizeof(void *)]; /* the exit's value, or its failure if error is set */
};

/* What is known of a coroutine before it runs; static, one per CORUN_ASYNC. */
struct corun_coroutine {
    const char *name, *file;
    int line;
    corun_step_ (*step)(corun_task *task, corun_frame *frame);
    uint32_t call_size, frame_size;
    corun_drop_ *const *drop; /* points to NULL without CORUN_DROP */
};

enum { CORUN_PASS_ON_, CORUN_CATCH_, CORUN_CATCH_ALL_ };

CORUN_API extern const corun_awaitable_type corun_call_type_;

CORUN_API corun_step_ corun_await_(corun_task *task, corun_frame *frame, const corun_awaitable *awaitable, int mode);
CORUN_API corun_value corun_result_(const corun_task *task);
CORUN_API corun_step_ corun_finally_(corun_task *task, corun_frame *frame);
CORUN_API corun_step_ corun_end_(corun_task *task, corun_frame *frame);
CORUN_API corun_step_ corun_return_(corun_task *task, corun_frame *frame, corun_value value);
CORUN_API corun_step_ corun_raise_(corun_task *task, corun_frame *frame, int error);
CORUN_API corun_step_ corun_raise_with_(corun_task *task, corun_frame *frame, int error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
CORUN_API corun_step_ corun_exit_(corun_task *task, corun_frame *frame, int status);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
#define CORUN_IN_C_ static_assert(false, "coroutines are C: write them in a .c file, and call that from C++");
#else
#define CORUN_IN_C_
#endif

#define CORUN_FIELDS_(...) __VA_ARGS__
#define CORUN_DISTANCE_(label) \
    ((int32_t)__extension__((char *)&&label - (char *)&&corun_begin_))

/* A body must exist once: distances mean nothing between two copies of a function. */
#if defined(__clang__)
#define CORUN_ONCE_ __attribute__((noinline))
#else
#define CORUN_ONCE_ __attribute__((noinline, noclone))
#endif

#define CORUN_LOCALS_(name, arguments, locals) \
    struct name##_frame_ { \
        struct { \
            corun_frame corun_frame_; \
            CORUN_FIELDS_ arguments \
        }; \
        CORUN_FIELDS_ locals \
    }; \
    _Static_assert(_Alignof(struct name##_frame_) <= _Alignof(max_align_t), \
                   #name ": a field needs more alignment than malloc gives");

#define CORUN_FRAME_(name, arguments, locals) \
    struct name##_call_ { \
        corun_frame corun_frame_; \
        CORUN_FIELDS_ arguments \
    }; \
    CORUN_LOCALS_(name, arguments, locals)

/* name##_drop_ is a tentative definition: CORUN_DROP makes it a real one, else it is NULL. */
#define CORUN_BODY_(name, linkage) \
    static corun_step_ name##_step_(corun_task *corun_task_, struct name##_frame_ *my); \
    static corun_drop_ *name##_drop_; \
    linkage const corun_coroutine name##_coroutine_ __attribute__((unused)) = { \
        #name, __FILE__, __LINE__, (corun_step_ (*)(corun_task *, corun_frame *))(void (*)(void))name##_step_, \
        sizeof(struct name##_call_), sizeof(struct name##_frame_), &name##_drop_}; \
    CORUN_ONCE_ static corun_step_ name##_step_(corun_task *corun_task_, struct name##_frame_ *my)

#define CORUN_CALL_(name, ...) \
    ((corun_awaitable){ \
        .type = &corun_call_type_, \
        .self = &(struct name##_call_){.corun_frame_ = {.coroutine = &name##_coroutine_}, __VA_ARGS__}, \
        .file = __FILE__, \
        .extra = __LINE__})

#define CORUN_CONVERT_(assignment) \
    _Pragma("GCC diagnostic push") \
    _Pragma("GCC diagnostic ignored \"-Wconversion\"") \
    _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"") \
    assignment; \
    _Pragma("GCC diagnostic pop")

#define CORUN_DECLARE_AS_(linkage, name, arguments) \
    struct name##_call_ { \
        corun_frame corun_frame_; \
        CORUN_FIELDS_ arguments \
    }; \
    linkage const corun_coroutine name##_coroutine_

/* Compilers show these lines when they refuse an await: the comments in them are for those who read that. */
#define CORUN_SUSPEND_(awaitable, mode, number) CORUN_SUSPEND_AT_(awaitable, mode, number)
#define CORUN_SUSPEND_AT_(awaitable, mode, number) \
    do { /* a statement: CORUN_AWAIT_TO(target, member, awaitable) stores the value */ \
        const corun_awaitable corun_awaited_ = (awaitable); /* CORUN_CALL(...), corun_join(task), ... */ \
        my->corun_frame_.resume = /* `my` is there in coroutines only */ \
            CORUN_DISTANCE_(corun_resume_##number##_); \
        my->corun_frame_.line = __LINE__; \
        return corun_await_(corun_task_, &my->corun_frame_, &corun_awaited_, mode); \
        corun_resume_##number##_:; \
    } while (0)

/* Picks by the number of arguments: a bare code needs no printf; more are a format and its values. */
#define CORUN_RAISE_BY_(...) \
    CORUN_SEVENTEENTH_(__VA_ARGS__, corun_raise_with_, corun_raise_with_, corun_raise_with_, \
                       corun_raise_with_, corun_raise_with_, corun_raise_with_, corun_raise_with_, \
                       corun_raise_with_, corun_raise_with_, corun_raise_with_, corun_raise_with_, \
                       corun_raise_with_, corun_raise_with_, corun_raise_with_, corun_raise_with_, \
                       corun_raise_, )
#define CORUN_SEVENTEENTH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, picked, ...) picked

#endif
