/* Runners: run a main coroutine, turn interrupts into its cancellation, close everything.
 *
 * States: created (no loop yet), initialized (has a loop), running, closing, closed. asyncio's
 * Runner is the model, rule by rule.
 */
#ifndef CORUN_RUNNER_H
#define CORUN_RUNNER_H

#include "corun/awaitable.h"
#include "corun/coroutine.h"
#include "corun/error.h"
#include "corun/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CORUN_DEBUG_ENVIRONMENT = 0, CORUN_DEBUG_OFF, CORUN_DEBUG_ON };

/* All zero is the default. */
typedef struct corun_run_options {
    int debug;                                /* one of the three above */
    int (*loop_factory)(corun_loop **out_loop); /* NULL: corun_loop_default */
    const int *interrupt_signals;             /* ends with 0; NULL: SIGINT. Only processes have them */
    double close_timeout;                     /* seconds that closing may take; 0: no limit */
} corun_run_options;

/* The caller's memory; all zero is a valid start. Nothing in it is for users. */
typedef struct corun_runner {
    struct {
        corun_run_options options;
        corun_loop *loop;
        corun_context *context;
        corun_task *main_task;
        corun_failure *failure;
        void (*done)(struct corun_runner *runner, int error, const corun_value *value, void *argument);
        void *done_argument;
        struct corun_close_limit_ *close_limit;
        corun_value value; /* of the latest run */
        void *bytes;       /* that the value points to */
        int error;
        int state;
        int close_phase;
        int late;            /* tasks that were spawned during close */
        int taken;           /* interrupts that this run has dealt with */
        bool takes_interrupts;
    } private_;
} corun_runner;

#define CORUN_RUNNER_INIT {{{0, NULL, NULL, 0}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {{0}, 0, 0}, NULL, 0, 0, 0, 0, 0, false}}

typedef void corun_run_done(corun_runner *runner, int error, const corun_value *value, void *argument);

/* Runs `main` on a loop of its own until it is done, cancels what it left behind, closes the loop.
 *
 *   returns  0, or the error that main ended with
 *   CORUN_RUNNING  a loop is running in this thread
 *   CORUN_NOT_AWAITABLE  main is empty
 *   CORUN_INTERRUPTED  an interrupt ended it
 *   CORUN_SYSTEM_EXIT  CORUN_EXIT ended it; the value's .i is the status
 *   CORUN_STOPPED  corun_loop_stop was called before main was done
 *   CORUN_DEADLOCK  nothing could have woken it
 *   CORUN_UNSUPPORTED  the host must not block (a page): use CORUN_MAIN, CORUN_ENTRY or
 *                      corun_runner_start
 *   -ENOMEM, or what the loop factory returned; drop main's arguments yourself, if it has not begun
 *   owner    `options` may be NULL and is copied; bytes in *out_value are for corun_free_bytes;
 *            out_value may be NULL
 *   asyncio  asyncio.run, B11-B15
 */
CORUN_API int corun_run(corun_awaitable main, const corun_run_options *options, corun_value *out_value);

/* Gives back the bytes of a value that corun_run returned. Other values are left alone. */
CORUN_API void corun_free_bytes(corun_value *value);

/* Prepares a runner; the loop is made at first use.
 *
 *   returns  0
 *   owner    `options` may be NULL and is copied
 *   asyncio  Runner(), B1
 */
CORUN_API int corun_runner_open(corun_runner *runner, const corun_run_options *options);

/* Runs `main` on the runner's loop. May be called again, also after an error. Variables that main sets
 * in the runner's own context (context NULL), a copy of what was current when the loop was made, are there in
 * the next run, and nowhere else.
 *
 *   returns  as corun_run
 *   CORUN_CLOSED  the runner is closed
 *   owner    `context` NULL: the runner's own; bytes in *out_value live until the next run or close
 *   asyncio  Runner.run, B16-B33
 */
CORUN_API int corun_runner_run(corun_runner *runner, corun_awaitable main, corun_context *context,
                               corun_value *out_value);

/* Gives the runner's loop, making it if need be.
 *
 *   returns  0
 *   CORUN_CLOSED  the runner is closed
 *   -ENOMEM, or what the loop factory returned; a later call tries again
 *   owner    the runner's: do not close it
 *   asyncio  Runner.get_loop, B3 B9
 */
CORUN_API int corun_runner_loop(corun_runner *runner, corun_loop **out_loop);

/* Starts `main` and returns: whoever runs the loop (the host's turns, corun_loop_turn, corun_loop_run)
 * runs it, and `done` is called when it has ended.
 *
 *   returns  0
 *   CORUN_CLOSED, CORUN_NOT_AWAITABLE, CORUN_RUNNING (this runner runs a main already), -ENOMEM
 *   owner    `context` and the value as in corun_runner_run
 */
CORUN_API int corun_runner_start(corun_runner *runner, corun_awaitable main, corun_context *context,
                                 corun_run_done *done, void *argument);

/* Closes: cancels the tasks that are left and waits for them, closes the loop. On a runner that
 * was never used it does nothing; twice is once.
 *
 *   returns  0
 *   CORUN_INTERRUPTED  an interrupt during close abandoned what was left
 *   CORUN_SYSTEM_EXIT  a task asked to exit while it was being cancelled
 *   CORUN_STOPPED  a task stopped the loop: what was left is abandoned
 *   CORUN_DEADLOCK  a task waits in its cleanup for what cannot come: likewise
 *   CORUN_CLOSED  the loop was closed by hand; now the runner is, too
 *   CORUN_RUNNING  from inside the loop's own rounds: every task of it is cancelled, nothing closed. Between
 *                  the turns of a started run, or while another call closes it: nothing happens. From
 *                  inside another loop: closed, and what was left is abandoned
 *   CORUN_UNSUPPORTED  the host must not block: use corun_runner_close_start
 *   asyncio  Runner.close, B58-B68
 */
CORUN_API int corun_runner_close(corun_runner *runner);

/* The same in turns of the loop; `done` is called with what corun_runner_close would return, at once
 * if there is nothing to wait for.
 *
 *   returns  0
 *   CORUN_RUNNING  a main is running
 */
CORUN_API int corun_runner_close_start(corun_runner *runner, corun_run_done *done, void *argument);

/* Tells how the latest run failed; NULL if it did not.
 *
 *   owner    lives until the next run or close
 */
CORUN_API const corun_failure *corun_runner_failure(const corun_runner *runner);

/* ------------------------------------------------------------ interrupts */

/* Asks the run that takes interrupts to stop, as Ctrl-C does: the first cancels its main task, the
 * second ends the run, one during close abandons what is left. Without such a run: nothing.
 *
 *   returns  CORUN_INTERRUPT_TAKEN  it will be seen
 *            CORUN_INTERRUPT_NOBODY  no run takes interrupts
 *            CORUN_INTERRUPT_STUCK  the same step has been running since the one before: whoever
 *            sent it may now end the program
 *   thread   any; also from a signal handler
 */
enum { CORUN_INTERRUPT_NOBODY, CORUN_INTERRUPT_TAKEN, CORUN_INTERRUPT_STUCK };
CORUN_API int corun_interrupt(void);

/* Asks, inside a long computation of main's, whether an interrupt has come. Main is cancelled by
 * then, and its next suspension tells it; this lets it leave the computation early.
 *
 *   asyncio  none: where Corun decides (docs/rules.md)
 */
CORUN_API bool corun_interrupted(void);

/* Tells which signal the latest interrupt was, of whatever run: SIGINT, or another of its
 * `interrupt_signals`; 0 if it was none (an abort, corun_interrupt(), a host without signals), or none came.
 *
 *   thread   any
 */
CORUN_API int corun_interrupt_signal(void);

/* Ends the program the way its host shows that an interrupt ended it, as CORUN_MAIN does: a process
 * dies of that very signal (SIGINT if it was none), so that the shell or the service manager that waits for it
 * sees what it expects; on WASI it exits with 125. C's streams are flushed; where a signal ends it, functions of
 * atexit() are not called.
 *
 *     if (error == CORUN_INTERRUPTED)
 *         corun_exit_interrupted();
 *
 *   asyncio  B55
 */
CORUN_API __attribute__((noreturn)) void corun_exit_interrupted(void);

/* ----------------------------------------------------------- entry points */

/* Makes main() of a process or of a WASI command, and the entry `main` in a page, from a coroutine
 * that takes exactly (int argc; char **argv;). Its `.i` is the exit status. After an interrupt and a
 * finished cleanup the process dies of SIGINT; on WASI it exits with 125, or what
 * CORUN_INTERRUPT_STATUS says. An error is printed with its chain of awaits, the status is 1.
 */
#define CORUN_MAIN(name) \
    CORUN_ENTRY_AS_(name, main) \
    int main(int argc, char **argv) \
    { \
        return corun_main_(&name##_coroutine_, __LINE__, argc, argv); \
    }

/* Registers one more main by name, for hosts that call in: a page runs it by that name. */
#define CORUN_ENTRY(name) CORUN_ENTRY_AS_(name, name)

#if defined(__wasm__)
#define CORUN_ENTRY_EXPORT_(name) __attribute__((export_name("corun_entry_" #name), used))
#else
#define CORUN_ENTRY_EXPORT_(name) __attribute__((unused))
#endif

#define CORUN_ENTRY_AS_(name, exported) \
    _Static_assert(sizeof(struct name##_call_) == sizeof(corun_entry_call_), \
                   #name " must take exactly (int argc; char **argv;)"); \
    _Static_assert(offsetof(struct name##_call_, argv) == offsetof(corun_entry_call_, argv) \
                       && sizeof(((struct name##_call_ *)0)->argc) == sizeof(int), \
                   #name " must take exactly (int argc; char **argv;)"); \
    CORUN_ENTRY_EXPORT_(exported) int corun_entry_##exported(int argc, char **argv); \
    int corun_entry_##exported(int argc, char **argv) \
    { \
        return corun_entry_(&name##_coroutine_, __LINE__, argc, argv); \
    }

typedef struct corun_entry_call_ {
    corun_frame corun_frame_;
    int argc;
    char **argv;
} corun_entry_call_;

CORUN_API int corun_main_(const corun_coroutine *main, int line, int argc, char **argv);
CORUN_API int corun_entry_(const corun_coroutine *main, int line, int argc, char **argv);
/* What the latter does with the call. */
CORUN_API int corun_entry_start_(corun_awaitable main);
/* Runs the constructors where the linker has not seen to it: first in a main() that is not CORUN_MAIN's. */
CORUN_API void corun_start_(void);

#ifdef __cplusplus
}
#endif
#endif
