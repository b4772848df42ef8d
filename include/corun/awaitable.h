/* What CORUN_AWAIT, corun_spawn and corun_run take: a plain value of a few words.
 *
 * Awaiting copies the value and allocates nothing. Calls (CORUN_CALL) are awaitables whose
 * arguments live on the caller's C stack: use them at once, in the same block.
 *
 * To write one's own kind, fill a corun_awaitable_type and make values that point to it:
 *
 *     static void begin(void *self, corun_waiter *waiter) { ((door *)self)->waiter = waiter; }
 *     static void give_up(void *self, corun_waiter *waiter)
 *     {
 *         ((door *)self)->waiter = NULL;
 *         corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
 *     }
 *     static const corun_awaitable_type door_type = {"door", begin, give_up};
 *
 *     CORUN_AWAIT(corun_awaitable_of(&door_type, &door));
 */
#ifndef CORUN_AWAITABLE_H
#define CORUN_AWAITABLE_H

#include "corun/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `start` begins the wait. It may answer at once, and then the task goes on without a suspension,
 * or keep `waiter` and answer later, on the loop's thread, exactly once, by corun_waiter_done.
 * `cancel` asks a wait that has not been answered to end. It must lead to an answer, now or later;
 * the answer need not be CORUN_CANCELLED. It may be called more than once.
 * Nothing uses `self` after the answer; whoever owns it keeps it alive until then.
 */
typedef struct corun_awaitable_type {
    const char *name;
    void (*start)(void *self, corun_waiter *waiter);
    void (*cancel)(void *self, corun_waiter *waiter);
} corun_awaitable_type;

typedef struct corun_awaitable {
    const corun_awaitable_type *type; /* NULL: empty; awaiting it is CORUN_NOT_AWAITABLE */
    void *self;
    union {
        int64_t number;
        double seconds;
        const char *file; /* of a call: where it was written, with `extra` the line */
    };
    int32_t extra;
} corun_awaitable;

/* An awaitable that nobody awaits does nothing: compilers say so. */
#define CORUN_TO_AWAIT_ __attribute__((warn_unused_result))

/* Makes an awaitable of one's own type. */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_awaitable_of(const corun_awaitable_type *type, void *self)
{
    corun_awaitable made = {type, self, {0}, 0};
    return made;
}

/* Answers a wait: the task that awaits goes on with `error` (0: well) and `value` (NULL: none).
 * The value is copied; bytes in it must live until the task has run.
 *
 *   owner    `waiter` is no longer valid afterwards
 *   asyncio  Future.set_result, Future.set_exception
 */
CORUN_API void corun_waiter_done(corun_waiter *waiter, int error, const corun_value *value);

/* Gives the loop on which the waiting task runs. */
CORUN_API corun_loop *corun_waiter_loop(const corun_waiter *waiter);

#ifdef __cplusplus
}
#endif
#endif
