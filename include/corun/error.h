/* Errors are negative ints. The operating system's are negative errno, as in libuv and the kernel;
 * Corun's own lie below -4095, so that a system call's EINTR is never taken for an interrupt, nor
 * its ETIMEDOUT for a timeout. errno numbers differ between C libraries: store and send names.
 */
#ifndef CORUN_ERROR_H
#define CORUN_ERROR_H

#include "corun/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* number, name, asyncio's exception, text */
#define CORUN_ERRORS(X) \
    X(-5001, CANCELLED, "CancelledError", "the task was cancelled") \
    X(-5002, INTERRUPTED, "KeyboardInterrupt", "the run was interrupted") \
    X(-5003, TIMEOUT, "TimeoutError", "the time limit has passed") \
    X(-5004, SYSTEM_EXIT, "SystemExit", "the program asked to exit") \
    X(-5005, DEADLOCK, "RuntimeError", "every task waits and nothing can wake one") \
    X(-5006, CLOSED, "RuntimeError", "the loop or runner is closed") \
    X(-5007, RUNNING, "RuntimeError", "a loop is running in this thread") \
    X(-5008, LOOP_RUNNING, "RuntimeError", "this loop is already running") \
    X(-5009, STOPPED, "RuntimeError", "the loop stopped before the future was done") \
    X(-5010, NO_LOOP, "RuntimeError", "no loop is running in this thread") \
    X(-5011, INVALID_STATE, "InvalidStateError", "the operation does not fit the state") \
    X(-5012, NOT_AWAITABLE, "TypeError", "a call, a task, a future or an awaitable is required") \
    X(-5013, INVALID_DELAY, "ValueError", "the delay is not a number") \
    X(-5014, SELF_AWAIT, "RuntimeError", "a task cannot await itself") \
    X(-5015, OTHER_LOOP, "RuntimeError", "it belongs to another loop") \
    X(-5016, WRONG_THREAD, "RuntimeError", "called from another thread than the loop's") \
    X(-5017, UNSUPPORTED, "NotImplementedError", "this host does not support it") \
    X(-5018, BAD_ARGUMENT, "ValueError", "the argument is not valid") \
    X(-5019, EXECUTOR_SHUTDOWN, "RuntimeError", "Executor shutdown has been called") \
    X(-5021, GENERATOR_EXIT, "GeneratorExit", "the generator is being closed") \
    X(-5022, GENERATOR_RUNNING, "RuntimeError", "the generator is already running") \
    X(-5023, IGNORED_EXIT, "RuntimeError", "the generator ignored that it is being closed") \
    X(-5024, NOT_GENERATOR, "RuntimeError", "CORUN_YIELD needs corun_generator_open") \
    X(-5025, HOST_ERROR, "RuntimeError", "the embedder's function failed") \
    X(-5026, NO_HOST_CALL, "NotImplementedError", "the embedder has no function of that name") \
    X(-5050, NOT_ACQUIRED, "RuntimeError", "the lock is not acquired") \
    X(-5051, WAIT_NEEDS_LOCK, "RuntimeError", "cannot wait on a lock that is not acquired") \
    X(-5052, NOTIFY_NEEDS_LOCK, "RuntimeError", "cannot notify on a lock that is not acquired") \
    X(-5053, NEGATIVE_SEMAPHORE, "ValueError", "a semaphore's value cannot be below 0") \
    X(-5054, RELEASED_TOO_OFTEN, "ValueError", "the bounded semaphore was released too many times") \
    X(-5055, NO_PARTIES, "ValueError", "a barrier needs at least one party") \
    X(-5056, BROKEN_BARRIER, "BrokenBarrierError", "the barrier was aborted or reset") \
    X(-5057, QUEUE_EMPTY, "QueueEmpty", "the queue is empty") \
    X(-5058, QUEUE_FULL, "QueueFull", "the queue is full") \
    X(-5059, QUEUE_SHUTDOWN, "QueueShutDown", "the queue was shut down") \
    X(-5060, DONE_TOO_OFTEN, "ValueError", "more items were told to be done than were put") \
    X(-5070, GROUP, "ExceptionGroup", "unhandled errors in a TaskGroup") \
    X(-5071, NO_TASK, "RuntimeError", "it can only be used inside a task") \
    X(-5072, GROUP_ENTERED, "RuntimeError", "the group has already been entered") \
    X(-5073, GROUP_NOT_ENTERED, "RuntimeError", "the group has not been entered") \
    X(-5074, GROUP_FINISHED, "RuntimeError", "the group is finished") \
    X(-5075, GROUP_SHUTTING_DOWN, "RuntimeError", "the group is shutting down") \
    X(-5076, TIMEOUT_ENTERED, "RuntimeError", "Timeout has already been entered") \
    X(-5077, TIMEOUT_NOT_ENTERED, "RuntimeError", "Timeout has not been entered") \
    X(-5078, TIMEOUT_EXPIRING, "RuntimeError", "Cannot change state of expiring Timeout") \
    X(-5079, TIMEOUT_EXPIRED, "RuntimeError", "Cannot change state of expired Timeout") \
    X(-5080, TIMEOUT_FINISHED, "RuntimeError", "Cannot change state of finished Timeout") \
    X(-5081, EMPTY_SET, "ValueError", "Set of Tasks/Futures is empty.") \
    X(-5082, NOT_FUTURE, "TypeError", "Passing coroutines is forbidden, use tasks explicitly.") \
    X(-5083, BAD_RETURN_WHEN, "ValueError", "Invalid return_when value")

enum corun_error {
#define CORUN_ERROR_ENUM_(number, name, asyncio, text) CORUN_##name = (number),
    CORUN_ERRORS(CORUN_ERROR_ENUM_)
#undef CORUN_ERROR_ENUM_
    CORUN_USER = -10000 /* a program's own codes: CORUN_USER, CORUN_USER - 1, ... */
};

/* Gives the name of a code: "CORUN_CANCELLED", "EBADF", "CORUN_USER-3".
 *
 *   returns  static text (per thread for CORUN_USER and numbers without a name); "OK" for 0
 *   thread   any
 */
CORUN_API const char *corun_error_name(int error);

/* Gives one sentence on a code.
 *
 *   returns  static text, never NULL
 *   thread   any
 */
CORUN_API const char *corun_error_text(int error);

/* Finds the code of a name that corun_error_name gave, here or on another host.
 *
 *   returns  the code; 0 for "OK"; CORUN_BAD_ARGUMENT for a name nobody knows
 *   thread   any
 */
CORUN_API int corun_error_from_name(const char *name);

/* How something failed: what an exception and its traceback are in Python.
 * Valid as long as the task, future or runner it was asked from.
 */
typedef struct corun_failure {
    int code;
    const char *message;                 /* what CORUN_RAISE formatted, else the code's text */
    size_t depth;                        /* entries of `trace` */
    const corun_where *trace;            /* the chain of awaits, innermost first */
    const struct corun_failure *context; /* what it replaced during a cleanup, or NULL */
    size_t count;                        /* of a CORUN_GROUP: how many errors it has */
    const struct corun_child_error *errors; /* and which */
} corun_failure;

/* One of a group's errors. */
typedef struct corun_child_error {
    int code;
    const char *message;
    const char *name;             /* of the task; NULL: the body's own, or of a task that was not spawned */
    corun_where where;            /* where that was spawned; no file: unknown, or the body's own */
    const corun_failure *failure; /* the whole of it; NULL if there was no memory to note it */
} corun_child_error;

#ifdef __cplusplus
}
#endif
#endif
