/* Coroutines: functions that can stop at an await and go on later.
 *
 *     CORUN_ASYNC(tick, (const char *name; double period;), (int n;)) {
 *         CORUN_BEGIN();
 *         CORUN_TRY();
 *         for (my->n = 0;; my->n++) {
 *             printf("%s %d\n", my->name, my->n);
 *             CORUN_AWAIT(corun_sleep(my->period));
 *         }
 *         CORUN_FINALLY();
 *         CORUN_AWAIT(corun_sleep(0.1));
 *         CORUN_END();
 *     }
 *
 * **Locals of C do not live across an await; fields of `my` do.** The function returns at each
 * await and is entered anew. Nor may variable length arrays or variables with
 * __attribute__((cleanup)) stand across one: the cleanup would run at each suspension.
 *
 * Fields are zero at entry. Big buffers belong on the heap: a frame lives on its task's stack.
 */
#ifndef CORUN_COROUTINE_H
#define CORUN_COROUTINE_H

#include "corun/awaitable.h"
#include "corun/error.h"
#include "corun/expand.h"

/* Defines a coroutine of this file: its name, its arguments, the variables that live across its
 * awaits. Both lists are struct fields in parentheses, and may be empty.
 */
#define CORUN_ASYNC(name, arguments, locals) \
    CORUN_IN_C_ \
    CORUN_FRAME_(name, arguments, locals) \
    CORUN_BODY_(name, static)

/* The same in two parts, for a coroutine that other files call, or that is called above its definition:
 * CORUN_DECLARE in the header, CORUN_DEFINE with the same arguments in one source file. */
#define CORUN_DECLARE(name, arguments) CORUN_DECLARE_AS_(extern, name, arguments)
#define CORUN_DEFINE(name, arguments, locals) \
    CORUN_IN_C_ \
    CORUN_LOCALS_(name, arguments, locals) \
    CORUN_BODY_(name, )

/* What to do with the arguments when a frame dies by an error or unstarted, without having got as
 * far as its own CORUN_FINALLY; never after a normal return. It may use the arguments only: without
 * memory for a frame there are no locals. Stands after CORUN_ASYNC's body:
 *
 *     CORUN_DROP(serve) { close(my->fd); }
 */
#define CORUN_DROP(name) \
    static void name##_drop_body_(struct name##_frame_ *my); \
    static void name##_drop_call_(corun_frame *frame) \
    { \
        name##_drop_body_((struct name##_frame_ *)(void *)frame); \
    } \
    static corun_drop_ *name##_drop_ = name##_drop_call_; \
    static void name##_drop_body_(struct name##_frame_ *my)

/* A coroutine with its arguments, not started: an awaitable, valid in this block only.
 *     CORUN_CALL(tick, .name = "fast", .period = 0.3) */
#define CORUN_CALL(...) CORUN_CALL_(__VA_ARGS__, )

/* The first line of every coroutine, and the last. */
#define CORUN_BEGIN() \
    do { \
        __extension__({ goto *(void *)((char *)&&corun_begin_ + my->corun_frame_.resume); }); \
    } while (0); \
    corun_begin_: (void)0
#define CORUN_END() return corun_end_(corun_task_, &my->corun_frame_)

/* Between CORUN_TRY and CORUN_FINALLY, whatever ends the coroutine (an error, CORUN_RETURN,
 * CORUN_RAISE, cancellation) goes through the lines after CORUN_FINALLY first. Once a coroutine.
 * The cleanup may await; a failing await in it does not skip the rest of it, but its error
 * becomes the coroutine's, and what it replaced is kept as its context.
 */
#define CORUN_TRY() (my->corun_frame_.cleanup = CORUN_DISTANCE_(corun_finally_))
#define CORUN_FINALLY() \
    return corun_finally_(corun_task_, &my->corun_frame_); \
    corun_finally_: (void)0

/* Waits for `awaitable`. If it fails, goes to CORUN_FINALLY, or ends the coroutine. */
#define CORUN_AWAIT(awaitable) CORUN_SUSPEND_(awaitable, CORUN_PASS_ON_, __COUNTER__)

/* The same, and stores member `member` (i, f, p, bytes) of the value in `target`, whose type may be another:
 * -Wconversion says nothing, since nobody could write a cast here. */
#define CORUN_AWAIT_TO(target, member, awaitable) \
    do { \
        CORUN_AWAIT(awaitable); \
        CORUN_CONVERT_((target) = CORUN_RESULT().member); \
    } while (0)

/* Waits, and goes on with the next line whatever happened; CORUN_ERROR() tells. CORUN_CATCH_AWAIT
 * passes on cancellation, interruption and exit, or every retry loop would swallow Ctrl-C;
 * CORUN_CATCH_ALL_AWAIT catches them too. */
#define CORUN_CATCH_AWAIT(awaitable) CORUN_SUSPEND_(awaitable, CORUN_CATCH_, __COUNTER__)
#define CORUN_CATCH_ALL_AWAIT(awaitable) CORUN_SUSPEND_(awaitable, CORUN_CATCH_ALL_, __COUNTER__)

/* How the latest catching await of this coroutine ended: 0, or its error. */
#define CORUN_ERROR() ((int)my->corun_frame_.caught)
/* What the latest await gave. Read it before the next one. */
#define CORUN_RESULT() corun_result_(corun_task_)

/* Ends the coroutine with a value, CORUN_RETURN(.i = 5), or without one, CORUN_RETURN(). */
#define CORUN_RETURN(...) \
    return corun_return_(corun_task_, &my->corun_frame_, CORUN_VALUE(__VA_ARGS__))

/* Ends the coroutine with an error: CORUN_RAISE(-EINVAL), or with a message in printf's format:
 * CORUN_RAISE(MY_ERROR, "no such file: %s", path). Without memory only the message is lost. */
#define CORUN_RAISE(...) \
    do { \
        my->corun_frame_.line = __LINE__; \
        return CORUN_RAISE_BY_(__VA_ARGS__)(corun_task_, &my->corun_frame_, __VA_ARGS__); \
    } while (0)

/* Ends the run with SystemExit: the status is what CORUN_MAIN's process exits with. */
#define CORUN_EXIT(status) \
    do { \
        my->corun_frame_.line = __LINE__; \
        return corun_exit_(corun_task_, &my->corun_frame_, (status)); \
    } while (0)

/* Inside the cleanup: why it runs. 0 after a return, else the error. */
#define CORUN_EXIT_ERROR() ((int)my->corun_frame_.error)

#endif
