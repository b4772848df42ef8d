/* The executor: functions that block, called in threads, while the loop goes on.
 *
 *     static int look_up(void *argument, corun_value *out_value)
 *     {
 *         struct query *query = argument;
 *         return getaddrinfo(query->name, NULL, NULL, &query->answer) == 0 ? 0 : -ENOENT;
 *     }
 *
 *     CORUN_AWAIT(corun_to_thread(look_up, &my->query));
 *
 * Threads are begun when there are jobs and none is idle, up to a limit, and end when the executor is shut
 * down. Signals go to other threads than these. While a job is open, waiting for it is no deadlock.
 *
 * All of this is for the loop's thread. A job uses the loop by corun_loop_call_soon_threadsafe only; it may
 * run a loop of its own. Threads use the allocator of corun_set_allocator too.
 *
 * Native programs have threads. Under WASI and in pages everything here is CORUN_UNSUPPORTED; on the sim loop
 * jobs run one after another, on every host.
 */
#ifndef CORUN_EXECUTOR_H
#define CORUN_EXECUTOR_H

#include "corun/awaitable.h"
#include "corun/error.h"
#include "corun/future.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a thread calls. Returns 0, having set the value if there is one, or a negative error. Bytes in the
 * value stay the job's own: static, or in `argument`. */
typedef int corun_job(void *argument, corun_value *out_value);

CORUN_API extern const corun_awaitable_type corun_to_thread_type_, corun_shutdown_executor_type_;

/* Calls `job(argument)` in a thread, and waits until it has returned: its value, or its error.
 *
 * Cancelling the wait takes back a job that no thread has begun, and ends at once. One that is running is
 * waited for, so that `argument` may be in the frame; then the wait ends with CORUN_CANCELLED, whatever the
 * job returned. If the loop is closed meanwhile, the frames of the task are never dropped, nor freed.
 *
 * The job has the caller's context variables; what it sets, nobody else sees. Their values are retained and released
 * for it in its own thread.
 *
 *   CORUN_EXECUTOR_SHUTDOWN  the executor was shut down
 *   CORUN_UNSUPPORTED  this host has no threads
 *   -EAGAIN  the system gives no thread, and there is none yet
 *   -ENOMEM  no memory
 *   owner    bytes in the value are the job's
 *   asyncio  to_thread, L11, and where Corun decides (docs/rules.md)
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_to_thread(corun_job *job, void *argument)
{
    corun_awaitable made = {job ? &corun_to_thread_type_ : NULL, argument, {0}, 0};
    made.number = (int64_t)(intptr_t)job;
    return made;
}

/* Calls `job(argument)` in a thread and gives a future of what it returns, in an empty context.
 *
 * Cancelling the future ends it at once. A job that no thread has begun is taken back then; one that is running
 * goes on, and what it returns is dropped. A loop that is closed lets its jobs go on likewise, also those
 * that no thread has begun; the end of the process does not wait for them.
 *
 *   returns  0
 *   CORUN_CLOSED  the loop is closed
 *   CORUN_BAD_ARGUMENT  there is no job
 *   CORUN_EXECUTOR_SHUTDOWN  the executor was shut down
 *   CORUN_UNSUPPORTED  this host has no threads
 *   -EAGAIN  the system gives no thread, and there is none yet
 *   -ENOMEM  no memory; the future's error too, if there is none for the bytes of a value
 *   owner    *out_future is one reference: corun_future_release; NULL when nobody will ask for it, and then
 *            nothing takes the job back, so that it may free `argument` itself. Else whoever called this frees
 *            it, when the future has ended other than by being cancelled, or once the executor is shut down
 *   asyncio  loop.run_in_executor, L5 L11
 */
CORUN_API int corun_loop_run_in_executor(corun_loop *loop, corun_job *job, void *argument,
                                         corun_future **out_future);

/* Sets how many threads there may be at a time; only before the first job. Unless it is set there are four more than
 * processors, and at most 32.
 *
 *   returns  0
 *   CORUN_CLOSED  the loop is closed
 *   CORUN_BAD_ARGUMENT  less than one
 *   CORUN_INVALID_STATE  there has been a job
 *   asyncio  ThreadPoolExecutor(max_workers), loop.set_default_executor
 */
CORUN_API int corun_loop_set_executor_threads(corun_loop *loop, int threads);

/* Shuts the executor down, and waits until all jobs have returned and all threads have ended. From now on it
 * takes no more jobs. When `timeout` seconds have passed first (0 and below: at once; INFINITY, of <math.h>: never), this is
 * reported, and the wait ends well: the jobs go on. A runner that closes does this, with 300 seconds.
 *
 *   CORUN_INVALID_DELAY  the timeout is not a number: nothing was shut down
 *   CORUN_OTHER_LOOP  awaited on another loop
 *   -ENOMEM  no memory; it is shut down all the same
 *   asyncio  loop.shutdown_default_executor, B64
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_loop_shutdown_executor(corun_loop *loop, double timeout)
{
    corun_awaitable made = {loop ? &corun_shutdown_executor_type_ : NULL, loop, {0}, 0};
    made.seconds = timeout;
    return made;
}

#ifdef __cplusplus
}
#endif
#endif
