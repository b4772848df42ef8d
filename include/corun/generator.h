/* Async generators: coroutines that give values one after another, and may await in between.
 *
 *     CORUN_ASYNC(lines, (int fd;), (char buffer[256]; ...)) {
 *         CORUN_BEGIN();
 *         CORUN_TRY();
 *         for (;;) {
 *             CORUN_AWAIT(corun_read(my->fd, my->buffer, sizeof my->buffer));
 *             ...
 *             CORUN_YIELD(.bytes = my->buffer, .size = n);
 *         }
 *         CORUN_FINALLY();
 *         close(my->fd);
 *         CORUN_END();
 *     }
 *
 *     corun_generator_open(CORUN_CALL(lines, .fd = fd), &my->lines);
 *     CORUN_FOR_EACH(my->lines)
 *         print(CORUN_RESULT().bytes);
 *
 * A generator runs as the task that asks it for a value, and stands still in between. Leaving a loop over it
 * early does not run its CORUN_FINALLY: close it, or release it, and the loop closes it in a task of its own.
 * What is still open when a runner closes is closed then, after the tasks.
 *
 * States: new, suspended (at a CORUN_YIELD), running, done; from new and suspended also abandoned, if its loop
 * is closed by hand.
 */
#ifndef CORUN_GENERATOR_H
#define CORUN_GENERATOR_H

#include "corun/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct corun_generator corun_generator; /* a coroutine that yields; counted */

/* Makes a generator of a call, without running any of it.
 *
 *   returns  0
 *   CORUN_NOT_AWAITABLE  it is no call
 *   -ENOMEM  no memory; drop the arguments yourself
 *   owner    *out_generator is one reference: corun_generator_release. Arguments are copied
 *   asyncio  calling an async generator function
 */
CORUN_API int corun_generator_open(corun_awaitable call, corun_generator **out_generator);

/* Takes one more reference, gives one back. Release takes NULL. If the last one goes while the generator
 * is suspended, its loop closes it in a task of its own.
 *
 *   asyncio  the finalizer hook
 */
CORUN_API corun_generator *corun_generator_retain(corun_generator *generator);
CORUN_API void corun_generator_release(corun_generator *generator);

/* Runs the generator to its next CORUN_YIELD, whose value it gives, or to its end: then the value's tag is
 * CORUN_NO_VALUE and corun_generator_ended says so, this time and ever after. Fails with the generator's
 * own error, which ends it; CORUN_GENERATOR_RUNNING if another task is inside it; CORUN_OTHER_LOOP.
 *
 *   owner    keeps no reference: release it afterwards; bytes live until the next await has ended
 *   asyncio  anext
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_generator_next(corun_generator *generator);

/* Ends a generator: its CORUN_FINALLY runs, where CORUN_EXIT_ERROR() is CORUN_GENERATOR_EXIT, and may await.
 * On one that is new or done it does nothing. Fails with the cleanup's own error; CORUN_IGNORED_EXIT if
 * it yields once more; CORUN_GENERATOR_RUNNING, CORUN_OTHER_LOOP.
 *
 *   asyncio  agen.aclose
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_generator_close(corun_generator *generator);

/* Whether there will be no more values. */
CORUN_API bool corun_generator_ended(const corun_generator *generator);


CORUN_API corun_step_ corun_yield_value_(corun_task *task, corun_frame *frame, corun_value value);

#ifdef __cplusplus
}
#endif

/* Gives a value to whoever asked for it, CORUN_YIELD(.i = 5), and goes on behind it when the next one is wanted.
 * Bytes are copied. In a coroutine that is awaited or spawned, not opened as a generator, it raises
 * CORUN_NOT_GENERATOR. */
#define CORUN_YIELD(...) CORUN_YIELD_(__COUNTER__, CORUN_VALUE(__VA_ARGS__))
#define CORUN_YIELD_(number, value) CORUN_YIELD_AT_(number, value)
#define CORUN_YIELD_AT_(number, value) \
    do { \
        my->corun_frame_.resume = CORUN_DISTANCE_(corun_resume_##number##_); \
        my->corun_frame_.line = __LINE__; \
        return corun_yield_value_(corun_task_, &my->corun_frame_, value); \
        corun_resume_##number##_:; \
    } while (0)

/* Runs the statement behind it for each value, which is CORUN_RESULT(). break and continue work. */
#define CORUN_FOR_EACH(generator) CORUN_FOR_EACH_(generator, __COUNTER__)
#define CORUN_FOR_EACH_(generator, number) CORUN_FOR_EACH_AT_(generator, number)
#define CORUN_FOR_EACH_AT_(generator, number) \
    for (;;) \
        if (1) { \
            CORUN_AWAIT(corun_generator_next(generator)); \
            if (corun_generator_ended(generator)) \
                break; \
            goto corun_each_##number##_; \
        } else \
            corun_each_##number##_:

#endif
