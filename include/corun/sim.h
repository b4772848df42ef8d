/* The sim loop, for people's tests: time that jumps to the next deadline when nothing is ready, so
 * that a test of an hour takes no time; interrupts and readiness by script; an order of tasks that a
 * seed shuffles. Everything is reproducible, on every host.
 *
 *     corun_run_options options = {.loop_factory = corun_loop_sim};
 *     corun_runner_open(&runner, &options);
 *     corun_runner_loop(&runner, &loop);
 *     corun_sim_interrupt_at(loop, 2.5);
 *
 * Jobs for threads run on every host, one after another: corun/executor.h says what they do elsewhere.
 *
 * Every function here returns CORUN_UNSUPPORTED on another kind of loop, -ENOMEM without memory.
 */
#ifndef CORUN_SIM_H
#define CORUN_SIM_H

#include "corun/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Interrupts the run when the virtual clock, which begins at 0, shows `time`; or before the loop's
 * `step`-th step, counted from 1. */
CORUN_API int corun_sim_interrupt_at(corun_loop *loop, double time);
CORUN_API int corun_sim_interrupt_before_step(corun_loop *loop, uint64_t step);

/* Makes bytes arrive on a made-up descriptor at a time; a size of 0 is its end. Reading before
 * waits. Descriptors that no script names are -EBADF.
 *
 *   owner    the bytes are copied
 */
CORUN_API int corun_sim_feed(corun_loop *loop, int fd, double time, const void *bytes, size_t size_bytes);

/* Says how long each job that begins from now on takes, in virtual time; 0 until set. Its function is called
 * on the loop's own thread when it begins, and what it gives comes that much later. */
CORUN_API int corun_sim_job_time(corun_loop *loop, double seconds);

/* What answers a host call: looks at the bytes that it is asked with, and returns 0, with a value of bytes or none, or a
 * negative error, with bytes that are its message or none; or 1 if no answer is ever to come. The value's bytes
 * are copied. */
typedef int corun_sim_answer(void *argument, const void *bytes, size_t size_bytes, corun_value *out_value);

/* Names the function that answers host calls of a name, in the place of the former. It is called when the call is
 * asked, on the loop's own thread. Other names are CORUN_NO_HOST_CALL.
 *
 *   owner    `name` is copied
 */
CORUN_API int corun_sim_host_call(corun_loop *loop, const char *name, corun_sim_answer *function, void *argument);

/* Says how long each host call that is asked from now on takes, in virtual time; 0 until set. */
CORUN_API int corun_sim_host_call_time(corun_loop *loop, double seconds);

/* Counts the host calls that have been neither answered nor cancelled. */
CORUN_API int corun_sim_open_host_calls(corun_loop *loop);

/* Shuffles what is ready in each round by `seed`; 0 keeps the order. */
CORUN_API int corun_sim_shuffle(corun_loop *loop, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
