/* The loop: a ready queue, timers and one backend.
 *
 * Most programs never name it. One round: wait for readiness (not while work is ready, then only
 * now and then) · queue what became ready · queue the timers that are due · run what was ready,
 * first in, first out; what that adds waits for the next round. asyncio L1-L4.
 *
 * Everything here belongs to the loop's thread, except what says otherwise.
 */
#ifndef CORUN_LOOP_H
#define CORUN_LOOP_H

#include "corun/awaitable.h"
#include "corun/base.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ make */

/* Makes a loop on the host's own backend, or on a named one. These are loop factories: hand one to
 * corun_run_options. Every native build has poll(2); on Linux there is epoll too, which is the default.
 *
 *   returns  0
 *   CORUN_UNSUPPORTED  this build has no such backend
 *   -ENOMEM, or the negative errno of what the host could not open
 *   owner    *out_loop: corun_loop_close
 */
CORUN_API int corun_loop_default(corun_loop **out_loop);
CORUN_API int corun_loop_epoll(corun_loop **out_loop);
CORUN_API int corun_loop_poll(corun_loop **out_loop);
CORUN_API int corun_loop_poll_oneoff(corun_loop **out_loop);
CORUN_API int corun_loop_turn_driven(corun_loop **out_loop);
CORUN_API int corun_loop_sim(corun_loop **out_loop);

/* Closes a loop: pending callbacks are dropped, tasks that are not done are reported and dropped.
 * Its memory goes when the last task and future of it is released. Does nothing with NULL, or if it is closed already.
 *
 *   returns  0
 *   CORUN_RUNNING  it is running, or between the turns of a runner's run or close
 *   asyncio  loop.close, L5 B65
 */
CORUN_API int corun_loop_close(corun_loop *loop);

/* ------------------------------------------------------------------- run */

/* Runs rounds until corun_loop_stop, or until an interrupt or SystemExit leaves the loop.
 *
 *   returns  0 stopped
 *   CORUN_CLOSED  the loop is closed
 *   CORUN_LOOP_RUNNING  this loop is running already
 *   CORUN_RUNNING  another loop is running in this thread
 *   CORUN_UNSUPPORTED  the host must not block (a page): use CORUN_MAIN or corun_runner_start
 *   CORUN_INTERRUPTED, CORUN_SYSTEM_EXIT  what left the loop
 *   CORUN_DEADLOCK  every task waits and nothing can wake one (where interrupts cannot come)
 *   a negative errno of the host's, which cannot wait
 *   asyncio  loop.run_forever, B29 B31
 */
CORUN_API int corun_loop_run(corun_loop *loop);

/* Runs rounds until `awaitable` is done, and gives what it came to. Without a runner: interrupts are
 * not its business, what is left behind stays on the loop.
 *
 *   returns  0, or the error that it ended with
 *   CORUN_CLOSED, CORUN_LOOP_RUNNING, CORUN_RUNNING, CORUN_UNSUPPORTED, CORUN_DEADLOCK  as corun_loop_run;
 *            CORUN_RUNNING also between the turns of a started run
 *   CORUN_NOT_AWAITABLE  it is empty
 *   CORUN_STOPPED  the loop was stopped before it was done
 *   CORUN_SYSTEM_EXIT  CORUN_EXIT left the loop; the value's .i is the status
 *   -ENOMEM  no memory
 *   owner    out_value may be NULL; bytes in it are for corun_free_bytes
 *   asyncio  loop.run_until_complete, B29-B33
 */
CORUN_API int corun_loop_run_until_complete(corun_loop *loop, corun_awaitable awaitable,
                                            corun_value *out_value);

/* Lets the running round finish, then leaves corun_loop_run. Called before corun_loop_run, it lets that run exactly one
 * round.
 *
 *   asyncio  loop.stop
 */
CORUN_API void corun_loop_stop(corun_loop *loop);

/* Runs ready work for about `budget_ns`, without blocking: for programs whose own loop waits.
 *
 *   returns  nanoseconds until the next timer, 0 for more to do now, -1 only the outside can wake
 *            it, -2 stopped or closed
 *   CORUN_LOOP_RUNNING, CORUN_RUNNING  this loop, or another, is running in this thread
 */
CORUN_API int64_t corun_loop_turn(corun_loop *loop, int64_t budget_ns);

/* Tells when the loop wants its next turn, as corun_loop_turn does, without giving it one. What other
 * code has done since the latest turn (spawned, called, cancelled, stopped) counts: ask right before waiting.
 *
 *   returns  nanoseconds until the next timer, 0 for now, -1 only the outside can wake it
 *   CORUN_CLOSED  the loop is closed
 */
CORUN_API int64_t corun_loop_deadline(corun_loop *loop);

/* Gives a descriptor that becomes readable when something outside wants the loop to have a turn: a
 * descriptor that a task waits for, another thread, a signal. A program whose own loop waits (libuv, GLib)
 * waits for it beside its own, until corun_loop_deadline at the latest, then calls corun_loop_turn; main is started
 * by corun_runner_start. examples/embed has two such programs.
 *
 *   returns  the descriptor
 *   CORUN_CLOSED  the loop is closed
 *   CORUN_UNSUPPORTED  the backend has none: only epoll's has
 *   owner    the loop's, and closed with it: stop waiting for it first, read nothing from it
 */
CORUN_API int corun_loop_fd(corun_loop *loop);

/* Whether a thread is in one of its rounds.
 *
 *   asyncio  loop.is_running
 */
CORUN_API bool corun_loop_is_running(const corun_loop *loop);
/* Whether corun_loop_close has been called. May be asked only by somebody who still holds a task or future of the loop.
 *
 *   asyncio  loop.is_closed
 */
CORUN_API bool corun_loop_is_closed(const corun_loop *loop);

/* Gives the loop that is running in this thread, NULL if none.
 *
 *   asyncio  get_running_loop
 */
CORUN_API corun_loop *corun_current_loop(void);

/* Gives the loop's monotonic clock in seconds; NaN once it is closed.
 *
 *   asyncio  loop.time
 */
CORUN_API double corun_loop_time(corun_loop *loop);

/* ----------------------------------------------------------------- calls */

/* Has `function(argument)` called in the next round; after `seconds`; or when the loop's clock shows
 * `time`. Each exactly once, in order.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop (debug mode only)
 *   CORUN_CLOSED  the loop is closed
 *   CORUN_INVALID_DELAY  the time is not a number
 *   -ENOMEM  no memory
 *   owner    *out_callback is one reference: corun_callback_release; NULL when it is not wanted
 *   asyncio  loop.call_soon, call_later, call_at, L2 L3
 */
CORUN_API int corun_loop_call_soon(corun_loop *loop, void (*function)(void *), void *argument,
                                   corun_callback **out_callback);
CORUN_API int corun_loop_call_later(corun_loop *loop, double seconds, void (*function)(void *),
                                    void *argument, corun_callback **out_callback);
CORUN_API int corun_loop_call_at(corun_loop *loop, double time, void (*function)(void *), void *argument,
                                 corun_callback **out_callback);

/* The same from any thread: wakes the loop. From the loop's own it is corun_loop_call_soon.
 *
 *   returns  0
 *   CORUN_CLOSED  the loop is closed
 *   -ENOMEM  no memory
 *   owner    as above; this callback may be cancelled and released by any thread
 *   thread   any, as long as the loop is not being closed
 *   asyncio  loop.call_soon_threadsafe, L9 B73
 */
CORUN_API int corun_loop_call_soon_threadsafe(corun_loop *loop, void (*function)(void *), void *argument,
                                              corun_callback **out_callback);

/* Takes a call back, if it has not been made; may be called again.
 *
 *   thread   the loop's; of a call by corun_loop_call_soon_threadsafe any, and then it waits for a call
 *            that is being made to end
 *   asyncio  Handle.cancel, L6 B73
 */
CORUN_API void corun_callback_cancel(corun_callback *callback);
/* Gives a reference back. The call is made all the same. Takes NULL. */
CORUN_API void corun_callback_release(corun_callback *callback);

/* ----------------------------------------------------------- descriptors */

/* Has `function(argument)` called whenever the loop finds `fd` ready to be read, or written; hang-up and errors count
 * as both. It is called in the context in which it was added, once each time the loop asks the host, until it is
 * removed: as long as something is left unread it is called again. A descriptor has one reader and one writer;
 * adding another replaces it. Tasks may wait for the same descriptor; functions come first.
 *
 * Remove it before `fd` is closed. Files that are always ready are refused, as by asyncio on epoll: just read them.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop (debug mode only)
 *   CORUN_CLOSED  the loop is closed
 *   -EBADF  no open descriptor
 *   -EPERM  it is always ready: a regular file, /dev/null; in a page all but the three streams; in the sim whatever
 *           is to be written
 *   CORUN_UNSUPPORTED  the host cannot wait for it
 *   -ENOMEM  no memory; whoever was there before stays
 *   asyncio  loop.add_reader, loop.add_writer
 */
CORUN_API int corun_loop_add_reader(corun_loop *loop, int fd, void (*function)(void *), void *argument);
CORUN_API int corun_loop_add_writer(corun_loop *loop, int fd, void (*function)(void *), void *argument);

/* Removes it. A call that is due, but was not made, is not made any more.
 *
 *   returns  1 removed, 0 there was none
 *   asyncio  loop.remove_reader, loop.remove_writer
 */
CORUN_API int corun_loop_remove_reader(corun_loop *loop, int fd);
CORUN_API int corun_loop_remove_writer(corun_loop *loop, int fd);

/* --------------------------------------------------------------- signals */

/* Has `function(argument)` called by the loop after each arrival of a signal, in the context in which it was
 * added, until it is removed or the loop is closed. Unlike in a handler of sigaction(2), everything may be
 * done in it. Signals of one number that come before its turn are one.
 *
 * Only in the main thread, and only in processes. Adding again replaces; of several loops the latest
 * has the signal. A handler of SIGINT takes the place of the runner's while it is there: no interrupt
 * comes of Ctrl-C. It stays in place when the run ends.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  not called in the main thread, or another one runs the loop
 *   CORUN_CLOSED  the loop is closed
 *   -EINVAL  there is no such signal, or it cannot be caught
 *   CORUN_UNSUPPORTED  the host has no signals
 *   -ENOMEM  no memory; whoever was there before stays
 *   asyncio  loop.add_signal_handler, B35 B37
 */
CORUN_API int corun_loop_add_signal_handler(corun_loop *loop, int number, void (*function)(void *),
                                            void *argument);

/* Removes it. The signal's default action comes back, or, while a run takes it for an interrupt, the
 * runner's handler; unless somebody else has replaced it since. A call that is due is not made any more.
 *
 *   returns  1 removed, 0 there was none
 *   asyncio  loop.remove_signal_handler
 */
CORUN_API int corun_loop_remove_signal_handler(corun_loop *loop, int number);

/* Hold says that somebody outside (a thread, a callback of another library) is going to wake the loop, unhold that this
 * is over. Until then it is no deadlock if nothing is left but to wait. */
CORUN_API void corun_loop_hold(corun_loop *loop);
CORUN_API void corun_loop_unhold(corun_loop *loop);

/* --------------------------------------------------------------- reports */

/* What Corun tells the program about errors that belong to nobody. */
typedef struct corun_report {
    const char *message;          /* asyncio's text */
    corun_task *task;             /* whom it is about, or NULL */
    corun_future *future;         /* likewise */
    const corun_failure *failure; /* or NULL */
    corun_where where;            /* where the task was spawned */
} corun_report;

typedef void corun_exception_handler(corun_loop *loop, const corun_report *report, void *argument);

/* Sends reports to `handler` instead of standard error; NULL restores that. It may still be called after the
 * loop is closed, for a task or future that is released only then.
 *
 *   asyncio  loop.set_exception_handler, X1
 */
CORUN_API void corun_loop_set_exception_handler(corun_loop *loop, corun_exception_handler *handler,
                                                void *argument);
CORUN_API void corun_loop_call_exception_handler(corun_loop *loop, const corun_report *report);

/* Debug mode: references that were never released are reported at close, deadlocks too, steps and calls that
 * take long; a run that fails shows the tasks that it leaves, SIGQUIT those that are there (inspect.h); what only the
 * loop's own thread may do returns CORUN_WRONG_THREAD in another while the loop runs; the C stack is filled before
 * each step, so that stale locals show. On if CORUN_DEBUG in the environment is set, not empty and not 0.
 *
 *   asyncio  loop.set_debug, B69 L9 X2
 */
CORUN_API void corun_loop_set_debug(corun_loop *loop, bool debug);
CORUN_API bool corun_loop_get_debug(const corun_loop *loop);

/* Sets what a step or call may take, in debug, before it is reported; 0.1 unless set; NAN: none is.
 *
 *   asyncio  loop.slow_callback_duration
 */
CORUN_API void corun_loop_set_slow_callback(corun_loop *loop, double seconds);

#ifdef __cplusplus
}
#endif
#endif
